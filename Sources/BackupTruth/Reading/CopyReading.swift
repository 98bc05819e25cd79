package import RightsCore

/// What one reading of a declared copy gave.
package struct CopyReading: Sendable, Hashable {
    /// The copy's name.
    package let copy: String
    /// When the reading began.
    package let at: Instant
    /// What it holds.
    package internal(set) var backups: [KeptBackup] = []
    /// The log it holds.
    package internal(set) var log: [KeptSegment] = []
    /// The timelines it tells of.
    package internal(set) var lineage = Lineage()
    /// Why it can't be trusted to be whole.
    package internal(set) var obstacles: [Obstacle] = []
    /// Somebody's word instead of a catalogue.
    package internal(set) var attestation: Attestation?
    /// Whether file times count, where there is nothing else.
    package internal(set) var fileTimes = DumpCopy.FileTimes.refused

    /// A reading of nothing yet.
    package init(copy: String, at: Instant) {
        self.copy = copy
        self.at = at
    }

    mutating func fail(_ kind: Obstacle.Kind, _ description: String) {
        obstacles.append(Obstacle(kind, description))
    }

    /// Counts the log that still has to arrive as if it lay there.
    mutating func addAwaited(by live: LiveCluster) {
        for segment in live.awaitingArchive {
            guard let start = segment.start(live.segmentSize) else {
                fail(.noPosition, "\(segment.name), which waits to be archived: not of this segment size")
                continue
            }
            log.append(KeptSegment(system: live.system, segment: segment, start: start))
        }
    }

    /// Every backup that another rests on must be listed itself.
    mutating func checkReferences() {
        let labels = Set(backups.map(\.label))
        for backup in backups {
            for reference in backup.references where !labels.contains(reference) {
                fail(.missingReference, "\(backup.label) rests on \(reference), which isn't listed")
            }
        }
    }

    /// The earliest kept file of the log of each server and timeline.
    package var firstSegments: [KeptSegment] {
        struct Line: Hashable {
            let system: UInt64
            let timeline: UInt32
        }
        return Dictionary(grouping: log) { Line(system: $0.system, timeline: $0.segment.timeline) }.values
            .compactMap { $0.min { $0.start < $1.start } }
            .sorted { ($0.system, $0.segment.timeline) < ($1.system, $1.segment.timeline) }
    }
}

/// The database whose copies are read.
package struct LiveCluster: Sendable, Hashable {
    /// Its system identifier.
    package let system: UInt64
    /// The size of the files of its log.
    package let segmentSize: SegmentSize
    /// The files of its log that still wait to be archived: they are in no copy yet, and will be.
    package let awaitingArchive: [LogSegment]

    /// A running server's facts.
    ///
    /// - Parameter archiveStatus: the names that `pg_ls_archive_statusdir()` gives.
    package init(system: UInt64, segmentSize: SegmentSize = .usual, archiveStatus: [String] = []) {
        self.system = system
        self.segmentSize = segmentSize
        awaitingArchive = archiveStatus.filter { $0.hasSuffix(".ready") }.compactMap { name in
            guard case .segment(let segment) = ArchiveEntry(name.dropLast(".ready".count)) else { return nil }
            return segment
        }
    }
}
