internal import Glibc

/// Bytes of an archive that can be read from any offset.
package protocol ArchiveSource {
    /// Their number.
    var bytes: UInt64 { get }
    /// Copies bytes from `offset` on into the buffer, and says how many: less than fit only at the end.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int
}

/// A file as it lies there.
package final class FileSource: ArchiveSource {
    package let bytes: UInt64
    private let path: String
    private let descriptor: CInt

    /// Opens a file.
    package init(path: String) throws(ArchiveError) {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(path) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else {
            let failure = Self.failure(path)
            close(descriptor)
            throw failure
        }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw ArchiveError(.cannotRead, "\(path) can't be read: it isn't a plain file")
        }
        self.descriptor = descriptor
        bytes = UInt64(facts.st_size)
    }

    deinit { close(descriptor) }

    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        var done = 0
        while done < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done, off_t(offset) + off_t(done))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure(path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    private static func failure(_ path: String) -> ArchiveError {
        ArchiveError(.cannotRead, "\(path) can't be read: \(String(cString: strerror(errno)))")
    }
}
