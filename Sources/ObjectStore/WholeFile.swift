internal import Glibc

/// Why a whole file can't be read or replaced.
package struct WholeFileError: Error, Sendable, CustomStringConvertible {
    /// Whether it isn't there, as opposed to not readable or writable.
    package let isMissing: Bool
    /// The system's words.
    package let description: String

    init(_ path: String) {
        isMissing = errno == ENOENT
        description = "\(path): \(String(cString: strerror(errno)))"
    }
}

/// Small files read and replaced as a whole.
package enum WholeFile {
    /// All bytes of a file.
    package static func read(_ path: String) throws(WholeFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw WholeFileError(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var window = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = Glibc.read(descriptor, &window, window.count)
            guard count >= 0 else { throw WholeFileError(path) }
            if count == 0 { return bytes }
            bytes += window.prefix(count)
        }
    }

    /// Whether anybody but the owner may read or write the file.
    package static func isOpenToOthers(_ path: String) -> Bool {
        var facts = stat()
        return stat(path, &facts) == 0 && facts.st_mode & 0o077 != 0
    }

    /// Writes beside, syncs, then renames: a reader sees the old bytes or the new, also after a crash.
    package static func replace(_ path: String, with bytes: [UInt8], mode: UInt32) throws(WholeFileError) {
        let temporary = "\(path).new-\(getpid())"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(mode))
        guard descriptor >= 0 else { throw WholeFileError(path) }
        guard writeAll(bytes, to: descriptor), fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            let failure = WholeFileError(path)
            unlink(temporary)
            close(descriptor)
            throw failure
        }
        close(descriptor)
        Folder.synchronize(Folder.of(path))
    }

    /// Makes a folder, for the owner alone unless told otherwise; one that is there stays as it is.
    package static func makeFolder(_ path: String, mode: UInt32 = 0o700) throws(WholeFileError) {
        if mkdir(path, mode_t(mode)) != 0 && errno != EEXIST { throw WholeFileError(path) }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }
}

/// A folder held for one change: whoever else wants it waits (flock(2)). Held for moments only.
package struct FolderHold: Sendable {
    private let descriptor: CInt

    /// Waits for the folder.
    package init(_ folder: String) throws(WholeFileError) {
        descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw WholeFileError(folder) }
    }

    /// Lets the next one in.
    package func release() { close(descriptor) }
}
