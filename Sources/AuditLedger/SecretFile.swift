internal import Crypto
internal import FoundationEssentials
internal import ObjectStore

/// A secret of 32 bytes in a file of the keys' folder, in base64, made once and never rotated.
struct SecretFile {
    /// The file's name, such as `person.key`.
    let name: String

    private func path(_ folder: String) -> String { "\(folder)/\(name)" }

    /// Whether it is there.
    func exists(in folder: String) -> Bool { FileManager.default.fileExists(atPath: path(folder)) }

    /// Reads it.
    func read(in folder: String) throws(KeyRingError) -> SymmetricKey {
        let path = path(folder)
        guard exists(in: folder) else {
            throw KeyRingError(
                .missing,
                "there is no \(path); restore it from the keys' backup, or, if there never was one, make it with "
                    + "`habeas keys rotate`")
        }
        let bytes = try KeyFile.readSecret(path, id: name)
        guard let raw = Data(base64Encoded: Data(bytes), options: .ignoreUnknownCharacters), raw.count == 32 else {
            throw KeyRingError(.unreadable, "\(path) can't be used; restore it from the keys' backup")
        }
        return SymmetricKey(data: raw)
    }

    /// Makes it unless it is there.
    func create(in folder: String) throws(KeyRingError) {
        guard !exists(in: folder) else { return }
        let text = unsafe SymmetricKey(size: .bits256).withUnsafeBytes { unsafe Data($0).base64EncodedString() }
        try KeyFile.write(Array("\(text)\n".utf8), to: path(folder), mode: 0o600)
    }

    /// Copies it to another folder, if it is there, and reads it back from there.
    func copy(from folder: String, to target: String) throws(KeyRingError) {
        guard exists(in: folder) else { return }
        try KeyFile.write(try KeyFile.readSecret(path(folder), id: name), to: path(target), mode: 0o600)
        guard try read(in: target) == read(in: folder) else {
            throw KeyRingError(.cannotWrite, "the backup in \(target) isn't what was written")
        }
    }
}
