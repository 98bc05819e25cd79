internal import CLibarchive
internal import Glibc

/// Hands a source's bytes to libarchive, which asks for them through callbacks and moves about in them.
final class SourceFeed {
    private let source: any ArchiveSource
    private let window: UnsafeMutableRawBufferPointer
    private var position: UInt64 = 0
    /// Why reading stopped; libarchive itself only learns that it did.
    private(set) var failure: ArchiveError?

    init(_ source: any ArchiveSource, window: Int) {
        self.source = source
        self.window = .allocate(byteCount: window, alignment: 16)
    }

    deinit { window.deallocate() }

    /// Lets the archive read from here. The feed must outlive the archive.
    func attach(to archive: OpaquePointer) {
        archive_read_set_callback_data(archive, Unmanaged.passUnretained(self).toOpaque())
        archive_read_set_read_callback(archive) { _, feed, bytes in
            guard let feed = SourceFeed.of(feed) else { return -1 }
            bytes?.pointee = UnsafeRawPointer(feed.window.baseAddress)
            return feed.read()
        }
        archive_read_set_seek_callback(archive) { _, feed, offset, whence in
            SourceFeed.of(feed)?.seek(offset, whence) ?? -1
        }
    }

    private static func of(_ pointer: UnsafeMutableRawPointer?) -> SourceFeed? {
        pointer.map { Unmanaged<SourceFeed>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Fills the window; 0 at the end, less than 0 on a failure.
    private func read() -> Int {
        do {
            let count = try source.read(at: position, into: window)
            position += UInt64(count)
            return count
        } catch {
            failure = error
            return -1
        }
    }

    /// Moves to an offset; less than 0 when there is none (lseek(2)).
    private func seek(_ offset: Int64, _ whence: CInt) -> Int64 {
        let base: Int64? =
            switch whence {
            case SEEK_SET: 0
            case SEEK_CUR: Int64(position)
            case SEEK_END: Int64(source.bytes)
            default: nil
            }
        // A hostile archive may name offsets that lie nowhere.
        guard let base, case let (sum, overflow) = base.addingReportingOverflow(offset), !overflow, sum >= 0 else {
            return -1
        }
        position = UInt64(sum)
        return sum
    }
}
