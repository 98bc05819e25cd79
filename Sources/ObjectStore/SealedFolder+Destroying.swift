internal import Glibc

/// What destroying an object found and removed.
package struct Destruction: Sendable, Equatable {
    /// What became of a file.
    package enum Outcome: String, Sendable { case removed, absent }

    /// The key, without which nothing opens the object.
    package let key: Outcome
    /// The object.
    package let object: Outcome
}

/// One object of a folder.
package struct SealedEntry: Sendable, Equatable {
    /// How much of it is there.
    package enum State: String, Sendable {
        /// Object and key.
        case whole
        /// A key whose object was moved or removed by somebody.
        case keyOnly
    }

    /// The object's name.
    package let name: String
    /// How much of it is there.
    package let state: State
}

extension SealedFolder {
    /// Destroys an object: first its key, in one durable step, then its bytes.
    ///
    /// The key file isn't overwritten in place: file systems that copy on write, journals and flash translation keep
    /// old blocks whatever is written over them. It is replaced by one that says the key is gone, and that one is
    /// removed last, so that a process killed anywhere leaves what the next call finishes. Nothing is destroyed that
    /// can't be told to be a sealed object by its key file.
    ///
    /// - Throws: `SealError`, `NewFileError`, `WholeFileError`.
    package func destroy(_ name: String) throws -> Destruction {
        NewFile.removeOrphans(in: path)
        guard Folder.hasEntry(keyPath(name)) || hasObject(name) else {
            return Destruction(key: .absent, object: .absent)
        }
        let hold = try FolderHold(path)
        defer { hold.release() }
        return try finishDestroying(name)
    }

    private func finishDestroying(_ name: String) throws -> Destruction {
        let hasObject = hasObject(name)
        guard let key = try keyToDestroy(name) else {
            guard hasObject else { return Destruction(key: .absent, object: .absent) }
            throw SealError(
                .notSealed,
                "\(objectPath(name)) has no key file beside it; only sealed archives are destroyed, nothing was removed",
                hint: "an archive that isn't sealed, or whose key is gone, is removed with rm")
        }
        // A renamed archive brings its key; a copy of the key of one that is still there may lie beside anything.
        guard key.object == name || !Folder.hasEntry(keyPath(key.object)) else {
            throw SealError(
                .badKeyFile, "\(keyPath(name)) is a copy of the key of \(key.object); nothing was removed",
                hint: "destroy \(key.object) itself; remove the copy, and what lies beside it if need be, with rm")
        }
        if key.state != .destroyed { try write(key.becoming(.destroyed), beside: name) }
        if hasObject {
            guard unlink(objectPath(name)) == 0 || errno == ENOENT else {
                throw NewFileError(
                    .cannotWrite,
                    "the key is destroyed, but \(objectPath(name)) can't be removed: \(String(cString: strerror(errno)))"
                )
            }
            Folder.synchronize(path)
        }
        remove(keyPath(name))
        return Destruction(key: key.state == .destroyed ? .absent : .removed, object: hasObject ? .removed : .absent)
    }

    private func keyToDestroy(_ name: String) throws -> KeyObject? {
        do { return try readKey(name) } catch let error as SealError where error.code == .badKeyFile {
            throw SealError(
                .notSealed, "\(keyPath(name)) isn't the key file of a sealed archive; nothing was removed",
                hint: "if it was one and is damaged, remove both files with rm")
        }
    }

    /// The objects of the folder by name; what killed processes left is cleared away first.
    ///
    /// - Throws: `WholeFileError` when the folder can't be read, and as ``destroy(_:)`` does.
    package func list() throws -> [SealedEntry] {
        let hold = try FolderHold(path)
        defer { hold.release() }
        NewFile.removeOrphans(in: path)
        var entries: [SealedEntry] = []
        for file in Folder.names(path).sorted() where file.hasSuffix(KeyObject.ending) {
            let name = String(file.dropLast(KeyObject.ending.count))
            if let entry = try settle(name) { entries.append(entry) }
        }
        return entries
    }

    /// Finishes what a killed process began with an object; nil when nothing of it is left, or it isn't one.
    private func settle(_ name: String) throws -> SealedEntry? {
        // A file that merely ends like a key file is somebody else's.
        guard let bytes = try? WholeFile.read(keyPath(name)), let key = KeyObject(bytes) else { return nil }
        switch (key.state, hasObject(name)) {
        case (.destroyed, _), (.naming, false):
            _ = try finishDestroying(name)
            return nil
        case (.naming, true), (.sealed, true): return SealedEntry(name: name, state: .whole)
        case (.sealed, false): return SealedEntry(name: name, state: .keyOnly)
        }
    }
}
