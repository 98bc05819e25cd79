internal import ErasureLedger
internal import RightsCore

/// Turns what Barman printed, and what lies in its folders, into a reading.
struct BarmanCatalogue {
    private let live: LiveCluster
    private(set) var reading: CopyReading

    /// The reading of what was printed and found.
    static func reading(_ outputs: BarmanOutputs, _ name: String, live: LiveCluster, at: Instant) -> CopyReading {
        var catalogue = BarmanCatalogue(live: live, reading: CopyReading(copy: name, at: at))
        catalogue.read(outputs)
        return catalogue.reading
    }

    private mutating func read(_ outputs: BarmanOutputs) {
        reading.obstacles += outputs.obstacles
        if let obstacle = outputs.list.obstacle("barman list-backups") { reading.obstacles.append(obstacle) }
        guard let listed = BarmanDocument<[BarmanListed]>(outputs.list.output)?.content else {
            return reading.fail(.unreadable, "barman list-backups printed no list")
        }
        // An unmounted folder gives an empty list and exit status 0.
        if listed.isEmpty { reading.fail(.empty, "barman lists no backup") }
        for backup in listed { add(backup, outputs) }
        compare(listed, outputs.base)
        checkSystem()
        for file in outputs.log { add(file, outputs.histories) }
        reading.addAwaited(by: live)
    }

    private mutating func add(_ listed: BarmanListed, _ outputs: BarmanOutputs) {
        guard let info = outputs.infos[listed.id].flatMap({ BarmanBackupInfo($0) }), info.status == listed.status else {
            return reading.fail(.unreadable, "\(listed.id): backup.info can't be read, or says something else")
        }
        let isKept = listed.retention?.hasPrefix("KEEP") == true || outputs.kept.contains(listed.id)
        let retention: KeptBackup.Retention = isKept ? .exempt : .expires
        switch listed.status {
        case "DONE", "WAITING_FOR_WALS": addFinished(listed, info, retention, outputs.shown[listed.id])
        case "FAILED": add(listed, info, retention, stop: nil)
        default:
            reading.fail(.backupRunning, "\(listed.id) is \(listed.status): it is being made, or was killed")
        }
    }

    private mutating func addFinished(
        _ listed: BarmanListed, _ info: BarmanBackupInfo, _ retention: KeptBackup.Retention, _ shown: ToolOutput?
    ) {
        guard let shown, shown.obstacle("") == nil, let document = BarmanDocument<BarmanShown>(shown.output)?.content
        else { return reading.fail(.unreadable, "barman show-backup \(listed.id) printed nothing of use") }
        guard document.id == listed.id, document.status == listed.status, let base = document.base,
            let begin = base.begin.flatMap({ LogPosition($0) }), let end = base.end.flatMap({ LogPosition($0) }),
            begin == info.begin, end == info.end, base.timeline == info.timeline, begin <= end
        else { return reading.fail(.noPosition, "\(listed.id): barman and its backup.info don't agree") }
        add(listed, info, retention, stop: end)
    }

    private mutating func add(
        _ listed: BarmanListed, _ info: BarmanBackupInfo, _ retention: KeptBackup.Retention, stop: LogPosition?
    ) {
        guard let system = info.system, let timeline = info.timeline, timeline > 0, let begin = info.begin,
            info.segmentSize == live.segmentSize
        else {
            return reading.fail(
                .noPosition, "\(listed.id): server, timeline, beginning or segment size is missing or doesn't fit")
        }
        reading.backups.append(
            KeptBackup(
                label: listed.id,
                age: .log(
                    system: system, timeline: timeline, start: live.segmentSize.fileStart(begin), stop: stop),
                started: info.began, finished: info.ended, retention: retention))
    }

    private mutating func compare(_ listed: [BarmanListed], _ found: [String]) {
        let ids = Set(listed.map(\.id))
        for entry in found.sorted() where !ids.contains(entry) {
            reading.fail(.unlisted, "base/\(entry) lies there and isn't listed")
        }
        for id in ids.subtracting(found).sorted() { reading.fail(.vanished, "\(id) is listed and doesn't lie there") }
    }

    /// Barman keeps the log of one server under one name, so each backup must be of the live one.
    private mutating func checkSystem() {
        for backup in reading.backups {
            guard case .log(let system, _, _, _) = backup.age, system != live.system else { continue }
            reading.fail(.otherSystem, "\(backup.label) is of server \(system), the live one is \(live.system)")
        }
    }

    private mutating func add(_ file: BarmanLogFile, _ histories: [String: [UInt8]]) {
        switch ArchiveEntry(file.name) {
        case .label: break
        case .segment(let segment):
            guard let start = segment.start(live.segmentSize) else {
                return reading.fail(.noPosition, "\(file.path): not of this segment size")
            }
            reading.log.append(KeptSegment(system: live.system, segment: segment, start: start))
        case .history(let timeline):
            guard let bytes = histories[file.path], let history = TimelineHistory(timeline: timeline, bytes: bytes)
            else { return reading.fail(.unknownTimeline, "\(file.path) can't be read") }
            reading.lineage.add(history, system: live.system)
        case .unrecognised: reading.fail(.unlisted, "\(file.path) is nothing that barman writes there")
        }
    }
}
