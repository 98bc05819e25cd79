internal import Crypto
package import RightsCore

/// What became of one entry.
package struct EntryRecord: Sendable {
    /// The path inside the archive.
    package let path: String
    /// Bytes before compression.
    package let bytes: UInt64
    /// SHA-256 of those bytes, in lower-case hexadecimal.
    package let sha256: String
}

/// Writes a ZIP from front to back, never seeking (APPNOTE 6.3.10, sizes behind the data).
///
/// Entries of unknown size carry the ZIP64 extra in their local header, so that a reader expects eight-byte sizes in
/// the descriptor even if only streaming shows that an entry passes 4 GiB.
package final class ZipWriter {
    private let output: ArchiveOutput
    private let moment: ZipTime
    private let deflater = Deflater()
    private var directory: [UInt8] = []
    private var entryCount: UInt64 = 0
    private var current: OpenEntry?

    private struct OpenEntry {
        let path: String
        let isLarge: Bool
        let offset: UInt64
        let dataStart: UInt64
        var crc: UInt32 = 0
        var bytes: UInt64 = 0
        var digest = SHA256()

        mutating func take(_ piece: UnsafeRawBufferPointer) {
            digest.update(bufferPointer: piece)
            bytes += UInt64(piece.count)
            crc = CRC32.update(crc, piece)
        }
    }

    /// A writer whose entries all carry the instant `at`.
    package init(to output: ArchiveOutput, at: Instant) {
        self.output = output
        moment = ZipTime(at)
    }

    /// Starts an entry. `path` is UTF-8, relative, with `/` between parts.
    ///
    /// - Parameter isSmall: whether it surely stays below 4 GiB.
    package func beginEntry(_ path: String, isSmall: Bool) throws {
        precondition(current == nil, "the entry before must be ended")
        let offset = output.written
        var header: [UInt8] = []
        header.append32(0x0403_4B50)
        header.append16(isSmall ? 20 : 45)
        header.append16(Self.flags)
        header.append16(8)
        moment.appendDOS(to: &header)
        header.append32(0)
        header.append32(isSmall ? 0 : .max)
        header.append32(isSmall ? 0 : .max)
        header.append16(UInt16(path.utf8.count))
        var extra: [UInt8] = []
        if !isSmall {
            extra.append16(1)
            extra.append16(16)
            extra.append64(0)
            extra.append64(0)
        }
        moment.appendExtra(to: &extra)
        header.append16(UInt16(extra.count))
        try write(header + Array(path.utf8) + extra)
        deflater.begin()
        current = OpenEntry(path: path, isLarge: !isSmall, offset: offset, dataStart: output.written)
    }

    /// Writes bytes of the open entry.
    package func write(_ bytes: RawSpan) throws {
        try bytes.withUnsafeBytes { try compress($0, isLast: false) }
    }

    /// Ends the open entry.
    package func endEntry() throws -> EntryRecord {
        try compress(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true)
        guard let entry = current else { preconditionFailure("no entry is open") }
        current = nil
        let packed = output.written - entry.dataStart
        var descriptor: [UInt8] = []
        descriptor.append32(0x0807_4B50)
        descriptor.append32(entry.crc)
        if entry.isLarge {
            descriptor.append64(packed)
            descriptor.append64(entry.bytes)
        } else {
            descriptor.append32(UInt32(packed))
            descriptor.append32(UInt32(entry.bytes))
        }
        try write(descriptor)
        appendDirectory(entry, packed: packed)
        entryCount += 1
        return EntryRecord(path: entry.path, bytes: entry.bytes, sha256: Digest.hex(entry.digest.finalize()))
    }

    /// Writes a whole small entry.
    package func addEntry(_ path: String, _ bytes: [UInt8]) throws -> EntryRecord {
        try beginEntry(path, isSmall: true)
        try bytes.withUnsafeBytes { try compress($0, isLast: false) }
        return try endEntry()
    }

    /// Writes the central directory. Without it no reader takes the file for a whole archive.
    package func finish() throws {
        let start = output.written
        try write(directory)
        var end: [UInt8] = []
        let size = UInt64(directory.count)
        if entryCount >= 0xFFFF || start >= UInt32.max || size >= UInt32.max {
            appendZip64End(start: start, size: size, to: &end)
        }
        end.append32(0x0605_4B50)
        end.append16(0)
        end.append16(0)
        end.append16(UInt16(min(entryCount, 0xFFFF)))
        end.append16(UInt16(min(entryCount, 0xFFFF)))
        end.append32(UInt32(min(size, UInt64(UInt32.max))))
        end.append32(UInt32(min(start, UInt64(UInt32.max))))
        end.append16(0)
        try write(end)
    }

    // MARK: parts

    /// Bit 3: sizes follow the data. Bit 11: names are UTF-8.
    private static let flags: UInt16 = 1 << 3 | 1 << 11

    private func write(_ bytes: [UInt8]) throws { try bytes.withUnsafeBytes { try output.write($0) } }

    private func compress(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws {
        if bytes.count > 0 { current?.take(bytes) }
        try deflater.write(bytes, isLast: isLast) { try output.write($0) }
    }

    private func appendDirectory(_ entry: OpenEntry, packed: UInt64) {
        let limit = UInt64(UInt32.max)
        var wide: [UInt8] = []
        for value in [entry.bytes, packed, entry.offset] where value >= limit { wide.append64(value) }
        var extra: [UInt8] = []
        if !wide.isEmpty {
            extra.append16(1)
            extra.append16(UInt16(wide.count))
            extra += wide
        }
        moment.appendExtra(to: &extra)
        directory.append32(0x0201_4B50)
        directory.append16(3 << 8 | 45)
        directory.append16(entry.isLarge || !wide.isEmpty ? 45 : 20)
        directory.append16(Self.flags)
        directory.append16(8)
        moment.appendDOS(to: &directory)
        directory.append32(entry.crc)
        directory.append32(UInt32(min(packed, limit)))
        directory.append32(UInt32(min(entry.bytes, limit)))
        directory.append16(UInt16(entry.path.utf8.count))
        directory.append16(UInt16(extra.count))
        directory.append16(0)
        directory.append16(0)
        directory.append16(0)
        directory.append32(0o100644 << 16)
        directory.append32(UInt32(min(entry.offset, limit)))
        directory += Array(entry.path.utf8)
        directory += extra
    }

    private func appendZip64End(start: UInt64, size: UInt64, to end: inout [UInt8]) {
        end.append32(0x0606_4B50)
        end.append64(44)
        end.append16(3 << 8 | 45)
        end.append16(45)
        end.append32(0)
        end.append32(0)
        end.append64(entryCount)
        end.append64(entryCount)
        end.append64(size)
        end.append64(start)
        end.append32(0x0706_4B50)
        end.append32(0)
        end.append64(start + size)
        end.append32(1)
    }
}

/// One instant in the two forms ZIP stores.
struct ZipTime {
    private let date: UInt16
    private let time: UInt16
    private let seconds: Int32?

    /// DOS time has no zone and counts in two seconds from 1980; it is written as UTC.
    init(_ instant: Instant) {
        let day = instant.utcDate
        let (hour, minute, second) = instant.utcTime
        let year = min(max(day.year, 1980), 2107)
        date = UInt16((year - 1980) << 9 | day.month << 5 | day.day)
        time = UInt16(hour << 11 | minute << 5 | second / 2)
        seconds = Int32(exactly: instant.seconds)
    }

    func appendDOS(to bytes: inout [UInt8]) {
        bytes.append16(time)
        bytes.append16(date)
    }

    /// The extended timestamp (0x5455), UTC seconds.
    func appendExtra(to bytes: inout [UInt8]) {
        guard let seconds else { return }
        bytes.append16(0x5455)
        bytes.append16(5)
        bytes.append(1)
        bytes.append32(UInt32(bitPattern: seconds))
    }
}

/// Digests as text.
package enum Digest {
    /// Lower-case hexadecimal.
    static func hex(_ digest: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in digest {
            text.unicodeScalars.append(UnicodeScalar(digit(byte >> 4)))
            text.unicodeScalars.append(UnicodeScalar(digit(byte & 15)))
        }
        return text
    }

    /// SHA-256 of bytes in lower-case hexadecimal.
    package static func sha256(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
}
