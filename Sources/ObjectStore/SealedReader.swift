internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// A sealed object, opened: any range of its content, each segment authenticated before a byte of it is lent.
package final class SealedReader {
    /// Bytes of the content; the last segment vouches for them.
    package let bytes: UInt64
    /// Number of segments.
    package var segments: UInt64 { layout.segments }
    /// The id of the key that wraps the object's.
    package let wrappingKey: String
    /// The random bytes it begins with: no two sealings have the same.
    package let header: [UInt8]

    private let path: String
    private let descriptor: CInt
    private let layout: SegmentLayout
    private let cipher: SegmentCipher
    private var sealed = Data()
    private var opened: (segment: UInt64, content: Data)?

    /// Opens the object in a file.
    ///
    /// - Throws: `SealError`, also when the end isn't the one that was sealed.
    init(path: String, key: SymmetricKey, associatedData: [UInt8], wrappingKey: String) throws(SealError) {
        let (descriptor, size) = try Self.openFile(path)
        do throws(SealError) {
            guard let layout = SegmentLayout(sealedBytes: size) else {
                throw SealError(.truncated, "\(path) was cut off: no sealed object has \(size) bytes")
            }
            let header = try Self.read(0..<UInt64(SegmentLayout.headerBytes), of: descriptor, path)
            guard let cipher = SegmentCipher(key, associatedData: associatedData, header: Array(header)) else {
                throw SealError(.damaged, "\(path) is damaged: it doesn't begin as a sealed object does (byte 0)")
            }
            self.layout = layout
            self.cipher = cipher
            self.header = Array(header)
        } catch {
            close(descriptor)
            throw error
        }
        self.path = path
        self.descriptor = descriptor
        self.wrappingKey = wrappingKey
        bytes = layout.plainBytes
        try checkEnd()
    }

    deinit { close(descriptor) }

    /// Copies content from `offset` on into the buffer, and says how much: less than fits only at the end.
    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(SealError) -> Int {
        var copied = 0
        while copied < buffer.count && offset + UInt64(copied) < bytes {
            let position = offset + UInt64(copied)
            let segment = SegmentLayout.segment(holding: position)
            let content = try content(of: segment)
            let start = Int(position - SegmentLayout.plainStart(segment))
            let count = min(content.count - start, buffer.count - copied)
            content.copyBytes(
                to: UnsafeMutableRawBufferPointer(rebasing: buffer[copied..<(copied + count)]),
                from: (content.startIndex + start)..<(content.startIndex + start + count))
            copied += count
        }
        return copied
    }

    /// Content from `offset` on: as many bytes as asked for, fewer only at the end.
    package func bytes(at offset: UInt64, atMost count: Int) throws(SealError) -> [UInt8] {
        let count = Int(min(UInt64(count), bytes > offset ? bytes - offset : 0))
        var failure: SealError?
        let content = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(SealError) {
                filled = try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch { failure = error }
        }
        if let failure { throw failure }
        return content
    }

    /// Lends the whole content, segment by segment.
    package func forEachSegment(_ body: (RawSpan) throws -> Void) throws {
        for segment in 0..<segments { try body(try content(of: segment).bytes) }
    }

    // MARK: segments

    private func content(of segment: UInt64) throws(SealError) -> Data {
        if let opened, opened.segment == segment { return opened.content }
        guard let content = try open(segment, isLast: segment == segments - 1) else { throw damage(of: segment) }
        opened = (segment, content)
        return content
    }

    private func open(_ segment: UInt64, isLast: Bool) throws(SealError) -> Data? {
        let range = layout.sealedRange(segment)
        let count = SegmentCipher.room + range.count
        if sealed.count != count { sealed = Data(count: count) }
        try Self.read(range, of: descriptor, path, into: &sealed, at: SegmentCipher.room)
        return cipher.open(&sealed, segment: segment, isLast: isLast)
    }

    /// The last segment says that it is the last: without it the object was cut off, whatever else opens.
    private func checkEnd() throws(SealError) {
        let last = segments - 1
        if let content = try open(last, isLast: true) {
            opened = (last, content)
            return
        }
        guard try open(last, isLast: false) == nil else {
            throw SealError(
                .truncated, "\(path) was cut off: it ends after segment \(last + 1), which isn't its last")
        }
        throw damage(of: last)
    }

    private func damage(of segment: UInt64) -> SealError {
        let range = layout.sealedRange(segment)
        let end = segment == segments - 1 ? ", or its end is missing or isn't its own" : ""
        return SealError(
            .damaged,
            "\(path) is damaged: segment \(segment + 1) of \(segments), bytes \(range.lowerBound)-\(range.upperBound - 1), "
                + "isn't what was sealed\(end)",
            hint: "get the whole file again, and its key file with it: an earlier object's key opens nothing")
    }

    // MARK: bytes

    private static func openFile(_ path: String) throws(SealError) -> (CInt, UInt64) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SealError(.cannotRead, "\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw SealError(.cannotRead, "\(path) can't be read: it isn't a plain file")
        }
        return (descriptor, UInt64(facts.st_size))
    }

    private static func read(_ range: Range<UInt64>, of descriptor: CInt, _ path: String) throws(SealError) -> Data {
        var bytes = Data(count: range.count)
        try read(range, of: descriptor, path, into: &bytes, at: 0)
        return bytes
    }

    private static func read(
        _ range: Range<UInt64>, of descriptor: CInt, _ path: String, into bytes: inout Data, at start: Int
    ) throws(SealError) {
        var done = 0
        while done < range.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(
                    descriptor, $0.baseAddress.map { $0 + start + done }, range.count - done,
                    off_t(range.lowerBound) + off_t(done))
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw SealError(.cannotRead, "\(path) can't be read: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { throw SealError(.truncated, "\(path) became shorter while it was read") }
            done += count
        }
    }
}
