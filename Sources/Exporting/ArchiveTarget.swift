internal import ArchiveFormat
internal import ObjectStore

/// Where an archive goes: a file, or several beside each other when it is cut; or a stream.
struct ArchiveTarget: Sendable {
    private enum Kind: Sendable {
        case file(String, WrappingKey?)
        case standardOutput
    }

    private let kind: Kind
    /// The size that no part should pass; nil when it isn't cut.
    let partSize: UInt64?

    /// A file.
    ///
    /// - Parameters:
    ///   - sealing: wraps the keys of the parts, when they are to be sealed.
    init(path: String, sealing: WrappingKey?, partSize: UInt64?) {
        kind = .file(path, sealing)
        self.partSize = partSize
    }

    private init(_ kind: Kind) {
        self.kind = kind
        partSize = nil
    }

    /// Standard output.
    static let standardOutput = ArchiveTarget(.standardOutput)

    /// Where the archive stands, or a part of it; nil for a stream.
    func path(part number: Int?) -> String? {
        guard case .file(let path, _) = kind else { return nil }
        return number.map { Self.path(path, part: $0) } ?? path
    }

    /// Begins the archive, or a part of several.
    ///
    /// - Throws: `ArchiveError` or `SealError`, also when something has that name.
    func output(part number: Int?) throws -> ArchiveOutput {
        guard case .file(_, let sealing) = kind, let path = path(part: number) else {
            return ArchiveOutput(to: StandardOutput())
        }
        guard let sealing else { return ArchiveOutput(to: try FileDestination(path: path)) }
        return ArchiveOutput(to: try SealedDestination(path: path, wrappedBy: sealing))
    }

    /// `ada.zip` becomes `ada-part2.zip`; a name without an ending gets the part behind it.
    static func path(_ path: String, part: Int) -> String {
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        guard let dot = path[start...].lastIndex(of: "."), dot != start else { return "\(path)-part\(part)" }
        return "\(path[..<dot])-part\(part)\(path[dot...])"
    }
}
