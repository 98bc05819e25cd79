internal import ErasureLedger
internal import RightsCore

/// What Barman writes into `backup.info`: a key and a value a line.
struct BarmanBackupInfo {
    let status: String
    let system: UInt64?
    let timeline: UInt32?
    let begin: LogPosition?
    let end: LogPosition?
    let segmentSize: SegmentSize?
    let began: Instant?
    let ended: Instant?

    /// Reads the file; nil when it isn't one.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var values: [Substring: Substring] = [:]
        for line in text.split(whereSeparator: \.isNewline) {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[line[..<equals]] = line[line.index(after: equals)...]
        }
        guard let status = values["status"] else { return nil }
        self.status = String(status)
        system = values["systemid"].flatMap { UInt64($0) }
        timeline = values["timeline"].flatMap { UInt32($0) }
        begin = values["begin_xlog"].flatMap { LogPosition($0) }
        end = values["end_xlog"].flatMap { LogPosition($0) }
        segmentSize = values["xlog_segment_size"].flatMap { UInt64($0) }.flatMap { SegmentSize(bytes: $0) }
        began = Self.time(values["begin_time"])
        ended = Self.time(values["end_time"])
    }

    private static func time(_ text: Substring?) -> Instant? {
        text.flatMap { Instant(rfc3339: String($0.replacing(" ", with: "T"))) }
    }
}
