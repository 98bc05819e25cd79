internal import Glibc
internal import SystemPackage

/// Reads what is typed or piped in, and can be interrupted while it waits.
enum StandardInput {
    /// The first line without its end; nil when there is none.
    static func line(limit: Int = 4096) throws -> String? {
        var bytes: [UInt8] = []
        while try waitForBytes() {
            var byte: [UInt8] = [0]
            let count = try unsafe byte.withUnsafeMutableBytes {
                try unsafe FileDescriptor.standardInput.read(into: $0)
            }
            if count == 0 || byte[0] == 0x0A { break }
            bytes.append(byte[0])
            if bytes.count > limit { break }
        }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// Everything up to its end.
    static func all() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var window = [UInt8](repeating: 0, count: 1 << 16)
        while try waitForBytes() {
            let count = try unsafe window.withUnsafeMutableBytes {
                try unsafe FileDescriptor.standardInput.read(into: $0)
            }
            if count == 0 { break }
            bytes += window.prefix(count)
        }
        return bytes
    }

    /// Waits a tenth of a second at a time, so that Ctrl-C is noticed.
    private static func waitForBytes() throws -> Bool {
        while true {
            try Task.checkCancellation()
            var request = pollfd(fd: FileDescriptor.standardInput.rawValue, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&request, 1, 100) > 0 { return true }
        }
    }
}
