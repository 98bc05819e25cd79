internal import Glibc

/// Where an archive's bytes go: a place that shows it whole or not at all, or a stream.
package protocol ArchiveDestination {
    /// Appends bytes.
    func write(_ bytes: RawSpan) throws(ArchiveError)
    /// Ends the bytes and makes them durable. Nothing is written after it.
    func finish() throws(ArchiveError)
    /// Shows the archive under its name, without replacing anything.
    func publish() throws(ArchiveError)
    /// Removes what was written. Safe at any time; after ``publish()`` it does nothing.
    func abandon()
    /// Removes what was published, when what belongs to it can't be.
    func withdraw()
    /// Opens what was written while it isn't shown yet; nil where it is gone.
    var reopen: (@Sendable () throws(ArchiveError) -> any ArchiveSource)? { get }
}

/// An archive on its way to its destination.
package final class ArchiveOutput {
    private let destination: any ArchiveDestination
    private(set) var written: UInt64 = 0

    /// An archive that goes to a destination.
    package init(to destination: any ArchiveDestination) { self.destination = destination }

    deinit { abandon() }

    /// Opens the finished bytes while they aren't shown yet, for reading back; nil for a stream.
    package var reopen: (@Sendable () throws(ArchiveError) -> any ArchiveSource)? { destination.reopen }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        try destination.write(RawSpan(_unsafeBytes: bytes))
        written += UInt64(bytes.count)
    }

    /// Appends all bytes of another archive, window by window.
    package func copy(_ source: any ArchiveSource) throws {
        let window = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024 * 1024, alignment: 16)
        defer { window.deallocate() }
        while written < source.bytes {
            try Task.checkCancellation()
            let count = try source.read(at: written, into: window)
            guard count > 0 else { throw ArchiveError(.cannotRead, "what was written of the archive is gone") }
            try write(UnsafeRawBufferPointer(rebasing: window[..<count]))
        }
    }

    /// Ends the bytes and makes them durable.
    package func finish() throws(ArchiveError) { try destination.finish() }

    /// Shows the archive under its name. Fails if somebody took that name meanwhile.
    package func publish() throws(ArchiveError) { try destination.publish() }

    /// Removes what was written. Safe at any time; after ``publish()`` it does nothing.
    package func abandon() { destination.abandon() }

    /// Removes what was published, when what belongs to it can't be.
    package func withdraw() { destination.withdraw() }
}

/// Standard output: what is written is gone, and nothing is removed or read back.
package struct StandardOutput: ArchiveDestination {
    /// Standard output.
    package init() {}

    package func write(_ bytes: RawSpan) throws(ArchiveError) {
        try bytes.withUnsafeBytes { bytes throws(ArchiveError) in
            var rest = bytes
            while rest.count > 0 {
                let count = Glibc.write(STDOUT_FILENO, rest.baseAddress, rest.count)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { throw Self.failure(errno) }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            }
        }
    }

    private static func failure(_ number: CInt) -> ArchiveError {
        switch number {
        case ENOSPC, EDQUOT:
            ArchiveError(.noSpace, "the disk is full; nothing was kept, free some space and run it again")
        case EPIPE: ArchiveError(.readerGone, "whoever read the archive stopped reading")
        default: ArchiveError(.cannotWrite, "writing failed: \(String(cString: strerror(number)))")
        }
    }

    package func finish() {}
    package func publish() {}
    package func abandon() {}
    package func withdraw() {}
    package var reopen: (@Sendable () throws(ArchiveError) -> any ArchiveSource)? { nil }
}
