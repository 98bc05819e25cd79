internal import Erasing
internal import ObjectStore

/// Texts that should be gone, one on each line of a file; `-` is standard input. They stay in memory and are never shown.
enum CanaryFile {
    /// What reports call whoever they belong to.
    static let reference = "canaries"

    /// The texts, without blanks at their ends; none where no file is named.
    ///
    /// - Throws: `CommandFailure` for one that would be found everywhere: it tells nobody apart.
    static func read(_ path: String?) throws -> [String] {
        guard let path else { return [] }
        let bytes = path == "-" ? try StandardInput.all() : try WholeFile.read(path)
        let needles = needles(
            String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init))
        if let number = needles.firstIndex(where: { $0.weakness != nil }) {
            throw CommandFailure(
                .usage, code: "usage", "canary \(number + 1) is too short to tell somebody by",
                hint: "at least five bytes; numbers of at least ten digits")
        }
        return Set(needles.map(\.value)).sorted()
    }

    /// Whom to look for.
    static func hunted(_ texts: [String]) -> HuntedPerson {
        HuntedPerson(reference: reference, needles: needles(texts))
    }

    private static func needles(_ texts: [String]) -> [Needle] { texts.map { Needle(kind: "canary", value: $0) } }
}
