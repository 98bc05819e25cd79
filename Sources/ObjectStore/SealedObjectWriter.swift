internal import Crypto

/// Writes one sealed object: nothing of its content is ever on disk in the clear, and memory holds one segment of it
/// in the clear and one sealed.
package final class SealedObjectWriter {
    private let folder: SealedFolder
    private let name: String
    private let wrapping: WrappingKey
    private let file: NewFile
    private let key: KeyObject
    private var sealer: SegmentSealer?
    private var isPublished = false

    init(_ name: String, in folder: SealedFolder, wrappedBy wrapping: WrappingKey) throws {
        self.folder = folder
        self.name = name
        self.wrapping = wrapping
        let objectKey = SymmetricKey(size: .bits256)
        file = try NewFile(path: folder.objectPath(name))
        key = try KeyObject(objectKey, of: name, wrappedBy: wrapping)
        sealer = SegmentSealer(SegmentCipher(objectKey, associatedData: Array(name.utf8)))
    }

    /// Appends bytes of the content.
    ///
    /// - Throws: `NewFileError`, or `SealError.tooLarge`.
    package func write(_ bytes: RawSpan) throws {
        let file = file
        try bytes.withUnsafeBytes { bytes in try sealer?.write(bytes) { try file.append($0) } }
    }

    /// Seals the last segment and makes everything durable. Nothing can be written after it.
    package func finish() throws {
        let file = file
        try sealer.take()?.finish { try file.append($0) }
        try file.synchronize()
    }

    /// Opens what was written while it has no name yet: as it will be opened later, by unwrapping its key.
    package var reopen: @Sendable () throws(SealError) -> SealedReader {
        let (path, key, wrapping) = (file.temporaryPath, key, wrapping)
        return { () throws(SealError) in try SealedFolder.open(path, key, wrapping) }
    }

    /// Writes the key file, then gives the object its name.
    ///
    /// A process killed between the two leaves a key that says so, and the next one of that name replaces it.
    ///
    /// - Throws: `NewFileError`, `WholeFileError` or `SealError`.
    package func publish() throws {
        precondition(sealer == nil, "the last segment must be sealed")
        let hold = try FolderHold(folder.path)
        defer { hold.release() }
        try folder.checkFree(name)
        // Before the key is written: it would take the place of the other object's.
        guard !folder.hasObject(name) else { throw NewFileError(taken: folder.objectPath(name)) }
        try folder.write(key, beside: name)
        do { try file.publish() } catch {
            folder.remove(folder.keyPath(name))
            throw error
        }
        do { try folder.write(key.becoming(.sealed), beside: name) } catch {
            folder.remove(folder.objectPath(name))
            folder.remove(folder.keyPath(name))
            throw error
        }
        isPublished = true
    }

    /// Destroys the object that got its name. Safe at any time; before ``publish()`` it does nothing.
    package func withdraw() {
        guard isPublished else { return }
        isPublished = false
        // What can't be removed now is told by the failure that led here; `list` and `destroy` finish it.
        _ = try? folder.destroy(name)
    }

    /// Removes what was written. Safe at any time; after ``publish()`` it does nothing.
    package func abandon() { file.abandon() }
}
