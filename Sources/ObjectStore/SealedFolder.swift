internal import Glibc

/// Sealed objects in a folder: `NAME`, and beside it `NAME.key`, the object's key wrapped by a key kept elsewhere.
package struct SealedFolder: Sendable {
    /// The folder.
    package let path: String

    /// The objects in a folder.
    package init(_ path: String) { self.path = path }

    /// The folder and the name of the object whose file has that path.
    package static func locate(_ file: String) -> (folder: SealedFolder, name: String) {
        let name = file.lastIndex(of: "/").map { String(file[file.index(after: $0)...]) } ?? file
        return (SealedFolder(Folder.of(file)), name)
    }

    func objectPath(_ name: String) -> String { path == "." ? name : "\(path)/\(name)" }
    func keyPath(_ name: String) -> String { objectPath(name) + KeyObject.ending }

    // MARK: making

    /// Starts an object that will have that name.
    ///
    /// - Throws: `NewFileError` when one has it already; `SealError` when the name can't be one or a stray key has it.
    package func create(_ name: String, wrappedBy wrapping: WrappingKey) throws -> SealedObjectWriter {
        try Self.check(name)
        try checkFree(name)
        return try SealedObjectWriter(name, in: self, wrappedBy: wrapping)
    }

    private static func check(_ name: String) throws(SealError) {
        let isUsable =
            !name.isEmpty && name != "." && name != ".." && !name.contains("/") && !name.contains("\0")
            && !name.hasPrefix(NewFile.marker)
        guard isUsable, !name.hasSuffix(KeyObject.ending) else {
            throw SealError(
                .badName, "“\(name)” can't be the name of a sealed object",
                hint: "choose a name that doesn't end in \(KeyObject.ending): that is the ending of key files")
        }
        guard name.utf8.count + KeyObject.ending.utf8.count <= 255 else {
            throw SealError(.badName, "the name of the output is too long: at most 251 bytes when it is sealed")
        }
    }

    /// A key beside no object may be all that opens an object that was moved: only what a killed process left of its
    /// own may be replaced.
    func checkFree(_ name: String) throws {
        guard Folder.hasEntry(keyPath(name)), !hasObject(name) else { return }
        guard let key = try readKey(name), key.state != .sealed else {
            throw SealError(
                .strayKey,
                "\(keyPath(name)) is there without \(objectPath(name)), and may belong to an archive that was moved",
                hint:
                    "choose another name, or put the archive back; `habeas destroy \(objectPath(name))` destroys the key"
            )
        }
    }

    // MARK: opening

    /// Whether a file has the object's name.
    package func hasObject(_ name: String) -> Bool { Folder.hasEntry(objectPath(name)) }

    /// Whether a key file of ours lies beside the object.
    package func hasKey(_ name: String) -> Bool {
        // What can't be read is told when the object is opened.
        guard let bytes = try? WholeFile.read(keyPath(name)) else { return false }
        return KeyObject(bytes) != nil
    }

    /// Whether the file has the look of a sealed object: its first byte tells the length of the header.
    package func looksSealed(_ name: String) -> Bool {
        let descriptor = Glibc.open(objectPath(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var first: UInt8 = 0
        return read(descriptor, &first, 1) == 1 && first == UInt8(SegmentLayout.headerBytes)
    }

    /// Opens an object.
    ///
    /// - Parameter find: gives the wrapping key of an id.
    /// - Throws: `SealError`, `WholeFileError`, and what `find` throws.
    package func open(_ name: String, find: (String) throws -> WrappingKey) throws -> SealedReader {
        let hasObject = hasObject(name)
        guard let key = try readKey(name) else {
            throw hasObject ? Self.noKey(objectPath(name)) : Self.noObject(objectPath(name))
        }
        guard key.state != .destroyed else {
            throw SealError(
                .destroyed, "the key of \(objectPath(name)) was destroyed; nothing opens it any more",
                hint: "`habeas destroy \(objectPath(name))` removes what is left")
        }
        guard hasObject else { throw Self.noObject(objectPath(name)) }
        guard key.object == name else {
            throw SealError(
                .otherObject, "\(keyPath(name)) is the key of “\(key.object)”, not of “\(name)”",
                hint:
                    "a sealed archive opens under the name it was sealed with only: rename both files back, or find its own key"
            )
        }
        return try Self.open(objectPath(name), key, try find(key.wrappingKey ?? ""))
    }

    static func open(_ path: String, _ key: KeyObject, _ wrapping: WrappingKey) throws(SealError) -> SealedReader {
        guard let objectKey = key.unwrapped(by: wrapping) else {
            throw SealError(
                .keyRefused, "the key file of \(path) doesn't open with the wrapping key \(wrapping.id)",
                hint:
                    "the key file was changed, or the wrapping key isn't the one it was made with; restore either from a backup"
            )
        }
        return try SealedReader(
            path: path, key: objectKey, associatedData: Array(key.object.utf8), wrappingKey: wrapping.id)
    }

    private static func noKey(_ path: String) -> SealError {
        SealError(
            .noKey, "\(path) has no key file \(path)\(KeyObject.ending) beside it",
            hint: "the two belong together; if the key was destroyed, nothing opens the archive any more")
    }

    private static func noObject(_ path: String) -> SealError { SealError(.noObject, "there is no \(path)") }

    // MARK: key files

    /// The key file of an object; nil when there is none.
    func readKey(_ name: String) throws -> KeyObject? {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(keyPath(name)) } catch {
            guard error.isMissing else { throw SealError(.cannotRead, "can't read \(error)") }
            return nil
        }
        guard let key = KeyObject(bytes) else {
            throw SealError(
                .badKeyFile, "\(keyPath(name)) isn't the key file of a sealed archive, or is of a later version",
                hint: "restore it from a backup")
        }
        return key
    }

    /// Writes a key file, durably and in one step.
    func write(_ key: KeyObject, beside name: String) throws {
        let file = try NewFile(path: keyPath(name), naming: .replacing)
        let bytes = try key.encoded()
        try file.write(bytes.span.bytes)
        try file.synchronize()
        try file.publish()
    }

    func remove(_ path: String) {
        unlink(path)
        Folder.synchronize(self.path)
    }
}
