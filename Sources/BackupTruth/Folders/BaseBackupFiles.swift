internal import ErasureLedger
internal import RightsCore

/// The files of a base backup that tell how old it is.
struct BaseBackupFiles: Hashable {
    let label: [UInt8]
    let control: [UInt8]
    /// Missing where `pg_basebackup` was told so, or was killed.
    let manifest: [UInt8]?

    /// The backup of these files; nil when they contradict each other.
    func backup(_ name: String, _ size: SegmentSize) -> KeptBackup? {
        guard let label = BackupLabel(label), let control = ControlFile(control),
            let start = label.segment.start(size), start == size.fileStart(label.start)
        else { return nil }
        var stop: LogPosition?
        if let manifest {
            guard let manifest = BackupManifest(manifest), manifest.ranges.count == 1,
                let range = manifest.ranges.first,
                range.timeline == label.timeline, range.start == label.start,
                manifest.system ?? control.system == control.system
            else { return nil }
            stop = range.end
        }
        return KeptBackup(
            label: name,
            age: .log(system: control.system, timeline: label.timeline, start: start, stop: stop),
            started: label.started,
            binding: label.name.flatMap { LedgerBinding(label: $0) })
    }
}
