package import ErasureLedger

/// How many bytes a file of the write-ahead log has: a power of two between 1 MiB and 1 GiB.
package struct SegmentSize: Sendable, Hashable {
    /// The bytes.
    package let bytes: UInt64

    /// A size; nil when PostgreSQL has none like it.
    package init?(bytes: UInt64) {
        guard bytes.nonzeroBitCount == 1, (1 << 20...1 << 30).contains(bytes) else { return nil }
        self.bytes = bytes
    }

    private init(megabytes: UInt64) { bytes = megabytes << 20 }

    /// What PostgreSQL has unless told otherwise: 16 MiB.
    package static let usual = SegmentSize(megabytes: 16)

    /// The first position of the file that a position lies in.
    func fileStart(_ position: LogPosition) -> LogPosition { LogPosition(bytes: position.bytes & ~(bytes - 1)) }

    /// How many files make 4 GiB of log.
    var filesEachLog: UInt64 { (1 << 32) / bytes }
}

/// A file of the write-ahead log, by its name: timeline, log and segment, eight hexadecimal digits each.
package struct LogSegment: Sendable, Hashable {
    /// The timeline.
    package let timeline: UInt32
    /// The upper half of the positions in it.
    package let log: UInt32
    /// Which file of that half.
    package let number: UInt32

    /// The segment of a name of 24 hexadecimal digits; nil for anything else.
    package init?(_ name: some StringProtocol) {
        let text = String(name)
        guard text.utf8.count == 24, let timeline = Self.part(text, 0), let log = Self.part(text, 8),
            let number = Self.part(text, 16), timeline > 0
        else { return nil }
        self.timeline = timeline
        self.log = log
        self.number = number
    }

    private static func part(_ text: String, _ offset: Int) -> UInt32? {
        let digits = text.dropFirst(offset).prefix(8)
        // PostgreSQL writes capitals; lower case is no name of its.
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x46).contains($0) }) else { return nil }
        return UInt32(digits, radix: 16)
    }

    /// The first position in it; nil when no server with that size has such a file.
    package func start(_ size: SegmentSize) -> LogPosition? {
        guard UInt64(number) < size.filesEachLog else { return nil }
        return LogPosition(bytes: UInt64(log) << 32 + UInt64(number) * size.bytes)
    }

    /// The name.
    package var name: String {
        [timeline, log, number].map { half in
            let digits = String(half, radix: 16, uppercase: true)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }
}

/// What a file of a log archive is, by its name.
enum ArchiveEntry: Hashable {
    /// Log: a whole segment, a partial one, or one that is still being written there.
    case segment(LogSegment)
    /// The history of a timeline.
    case history(timeline: UInt32)
    /// Where a backup began and ended; no rows.
    case label
    /// Anything else.
    case unrecognised

    init(_ name: some StringProtocol) {
        let text = String(name)
        let rest = text.dropFirst(24)
        if let segment = LogSegment(text.prefix(24)) {
            self = rest.hasSuffix(".backup") ? .label : .segment(segment)
        } else if let timeline = Self.historyTimeline(text) {
            self = .history(timeline: timeline)
        } else {
            self = .unrecognised
        }
    }

    private static func historyTimeline(_ name: String) -> UInt32? {
        guard name.utf8.count == 16, name.hasSuffix(".history") else { return nil }
        let digits = name.prefix(8)
        return digits.allSatisfy(\.isHexDigit) ? UInt32(digits, radix: 16) : nil
    }
}
