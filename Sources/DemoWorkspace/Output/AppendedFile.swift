import Glibc

/// A new file that is written from front to back through a buffer.
struct AppendedFile: ~Copyable {
    /// The operating system refused; the number is its `errno`.
    struct Failure: Error {
        let errno: Int32
        let path: String
    }

    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []

    /// Creates the file, or empties it.
    init(path: String) throws {
        let opened = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw Failure(errno: errno, path: path) }
        descriptor = opened
        self.path = path
    }

    deinit { close(descriptor) }

    /// Adds text.
    mutating func append(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= 262_144 { try flush() }
    }

    /// Adds bytes.
    mutating func append(_ bytes: [UInt8]) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 262_144 { try flush() }
    }

    /// Writes what is still in the buffer.
    mutating func flush() throws {
        var done = 0
        while done < buffer.count {
            let rest = done == 0 ? buffer : Array(buffer[done...])
            let written = unsafe write(descriptor, rest, rest.count)
            guard written >= 0 || errno == EINTR else { throw Failure(errno: errno, path: path) }
            done += max(0, written)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
