internal import ErasureLedger
internal import RightsCore

/// What PostgreSQL writes into `backup_label`: where a base backup begins.
struct BackupLabel: Hashable {
    let start: LogPosition
    let timeline: UInt32
    let segment: LogSegment
    /// When it was begun, by the server's clock, whose zone is named and not counted.
    let started: Instant?
    /// The label that was given to it.
    let name: Substring?

    /// Reads the file; nil when it isn't one, or contradicts itself.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(whereSeparator: \.isNewline)
        guard let location = Self.value("START WAL LOCATION: ", lines)?.split(separator: " "), location.count == 3,
            location[1] == "(file", let start = LogPosition(location[0]),
            let segment = LogSegment(location[2].dropLast()),
            let timeline = Self.value("START TIMELINE: ", lines).flatMap({ UInt32($0) }),
            timeline == segment.timeline
        else { return nil }
        self.start = start
        self.timeline = timeline
        self.segment = segment
        started = Self.value("START TIME: ", lines).flatMap {
            Instant(rfc3339: $0.prefix(19).replacing(" ", with: "T") + "Z")
        }
        name = Self.value("LABEL: ", lines)
    }

    private static func value(_ key: String, _ lines: [Substring]) -> Substring? {
        lines.first { $0.hasPrefix(key) }?.dropFirst(key.count)
    }
}
