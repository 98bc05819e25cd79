internal import CLibarchive
internal import Glibc

/// Reads a ZIP entry by entry with libarchive, a program that isn't ours, by its central directory.
struct ArchiveReader: ~Copyable {
    private let archive: OpaquePointer
    private let feed: SourceFeed
    private let buffer: UnsafeMutableRawBufferPointer
    private static let window = 256 * 1024
    /// libarchive converts names to the process's letters; without this, only ASCII ones can be read.
    private static let usesUTF8: Bool = setlocale(LC_CTYPE, "C.UTF-8") != nil

    init(_ source: any ArchiveSource) throws(ArchiveError) {
        _ = Self.usesUTF8
        guard let archive = archive_read_new() else { throw ArchiveError(.cannotRead, "out of memory") }
        let feed = SourceFeed(source, window: Self.window)
        archive_read_support_format_zip_seekable(archive)
        feed.attach(to: archive)
        guard archive_read_open1(archive) == ARCHIVE_OK else {
            archive_read_free(archive)
            throw feed.failure
                ?? ArchiveError(.damaged, "it isn't a ZIP archive, or its end is missing: was the download cut off?")
        }
        self.archive = archive
        self.feed = feed
        buffer = .allocate(byteCount: Self.window, alignment: 16)
    }

    deinit {
        archive_read_free(archive)
        buffer.deallocate()
    }

    /// Moves to the next entry and gives its path; nil at the end.
    func next() throws(ArchiveError) -> String? {
        var entry: OpaquePointer?
        switch archive_read_next_header(archive, &entry) {
        case ARCHIVE_EOF: return nil
        case ARCHIVE_OK, ARCHIVE_WARN:
            guard let entry, let name = archive_entry_pathname(entry) else {
                throw ArchiveError(.damaged, "an entry has a name that can't be read")
            }
            guard archive_entry_filetype(entry) == 0o100000 else {
                throw ArchiveError(.damaged, "an entry is something else than a plain file")
            }
            return String(cString: name)
        default: throw failure()
        }
    }

    /// Reads the entry to its end; its CRC is checked on the way.
    func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) throws(ArchiveError) {
        while true {
            if Task.isCancelled { throw ArchiveError(.interrupted, "interrupted") }
            let count = archive_read_data(archive, buffer.baseAddress, buffer.count)
            if count == 0 { return }
            guard count > 0 else { throw failure() }
            body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func failure() -> ArchiveError {
        if let failure = feed.failure { return failure }
        // libarchive's own words name the fault in the container, never content.
        let text = archive_error_string(archive).map { String(cString: $0) } ?? "unknown fault"
        return ArchiveError(.damaged, "the archive is damaged: \(text)")
    }
}
