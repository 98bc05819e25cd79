internal import ErasureLedger
internal import RightsCore

/// Turns what pgBackRest printed into a reading. pgBackRest exits 0 in most states that hide backups, so everything that
/// doesn't fit together is an obstacle.
struct PgBackRestCatalogue {
    let copy: PgBackRestCopy
    /// The numbers of all declared repositories of the stanza.
    let declared: Set<Int>
    /// The other declared stanzas.
    let stanzas: Set<String>
    let live: LiveCluster
    private(set) var reading: CopyReading

    init(
        _ name: String, _ copy: PgBackRestCopy, declared: Set<Int>, stanzas: Set<String> = [], live: LiveCluster,
        at: Instant
    ) {
        self.copy = copy
        self.declared = declared
        self.stanzas = stanzas
        self.live = live
        reading = CopyReading(copy: name, at: at)
    }

    /// The reading of what was printed.
    static func reading(
        _ outputs: PgBackRestOutputs, _ name: String, _ copy: PgBackRestCopy, declared: Set<Int>,
        stanzas: Set<String> = [], live: LiveCluster, at: Instant
    ) -> CopyReading {
        var catalogue = PgBackRestCatalogue(name, copy, declared: declared, stanzas: stanzas, live: live, at: at)
        catalogue.read(outputs)
        return catalogue.reading
    }

    private mutating func read(_ outputs: PgBackRestOutputs) {
        checkOverview(outputs.overview)
        guard let stanza = stanza(outputs.info) else { return }
        checkStatus(stanza)
        checkSystem(stanza)
        for backup in stanza.backup { add(backup, stanza) }
        if stanza.backup.isEmpty { reading.fail(.empty, "repository \(copy.repository) holds no backup") }
        reading.checkReferences()
        compare(stanza, with: outputs.backups)
        addLog(stanza, outputs.archive, outputs.histories)
        reading.addAwaited(by: live)
    }

    // MARK: info

    /// Looks for repositories and stanzas that nobody declared.
    private mutating func checkOverview(_ output: ToolOutput) {
        if let obstacle = output.obstacle("pgbackrest info of everything") { return reading.obstacles.append(obstacle) }
        guard let info = PgBackRestInfo(output.output) else {
            return reading.fail(
                .unreadable, "pgbackrest info of everything printed no valid JSON; is a passphrase wrong?")
        }
        guard let own = info.stanzas.first(where: { $0.name == copy.stanza }) else {
            return reading.fail(.missing, "pgbackrest knows no stanza “\(copy.stanza)”; is a repository unmounted?")
        }
        for key in own.repo.map(\.key) where !declared.contains(key) {
            reading.fail(.undeclared, "repository \(key) of stanza “\(copy.stanza)” isn't declared")
        }
        for stanza in info.stanzas where stanza.name != copy.stanza && !stanzas.contains(stanza.name) {
            guard stanza.db.contains(where: { $0.system == live.system }) else { continue }
            reading.fail(.undeclared, "stanza “\(stanza.name)” holds the same server and isn't declared")
        }
    }

    /// The stanza, of the declared repository alone.
    private mutating func stanza(_ output: ToolOutput) -> PgBackRestInfo.Stanza? {
        let what = "pgbackrest info of repository \(copy.repository)"
        if let obstacle = output.obstacle(what) { reading.obstacles.append(obstacle) }
        guard let info = PgBackRestInfo(output.output) else {
            reading.fail(.unreadable, "\(what) printed no valid JSON; is its passphrase wrong?")
            return nil
        }
        guard info.stanzas.count == 1, let stanza = info.stanzas.first, stanza.name == copy.stanza else {
            reading.fail(.missing, "\(what) doesn't show stanza “\(copy.stanza)”; is the repository mounted?")
            return nil
        }
        return stanza
    }

    private mutating func checkStatus(_ stanza: PgBackRestInfo.Stanza) {
        if stanza.status.lock.backup.held { reading.fail(.backupRunning, "a backup or an expiry is running") }
        let repository = stanza.repo.first { $0.key == copy.repository }
        guard let repository, stanza.repo.count == 1 else {
            return reading.fail(.missing, "repository \(copy.repository) isn't in what pgbackrest printed")
        }
        for code in Set([repository.status.code, stanza.status.code]).subtracting([0]).sorted() {
            reading.fail(Self.kind(code), "repository \(copy.repository) is in state \(code): \(Self.said(code))")
        }
    }

    private static func kind(_ code: Int) -> Obstacle.Kind {
        switch code {
        case 1, 3: .missing
        case 2: .empty
        case 5: .otherSystem
        default: .refused
        }
    }

    private static func said(_ code: Int) -> String {
        switch code {
        case 1: "the stanza's folder is missing; is it mounted?"
        case 2: "no valid backup"
        case 3: "the stanza's data are missing"
        case 4: "its repositories differ"
        case 5: "its repositories belong to different servers"
        default: "pgbackrest can't read it; look at `pgbackrest info`"
        }
    }

    /// The newest server of the repository must be the live one; pgBackRest doesn't look.
    private mutating func checkSystem(_ stanza: PgBackRestInfo.Stanza) {
        let own = stanza.db.filter { $0.repository == copy.repository }
        guard Set(own.map(\.id)).count == stanza.db.count else {
            return reading.fail(.unreadable, "pgbackrest lists servers of other repositories, or one twice")
        }
        guard let newest = own.max(by: { $0.id < $1.id }) else { return }
        if newest.system != live.system {
            reading.fail(
                .otherSystem,
                "stanza “\(copy.stanza)” is of server \(newest.system), the live one is \(live.system)")
        }
    }

    // MARK: backups

    private mutating func add(_ backup: PgBackRestInfo.Backup, _ stanza: PgBackRestInfo.Stanza) {
        if backup.error == true { reading.fail(.pageErrors, "\(backup.label) has page errors") }
        guard backup.database.repository == copy.repository,
            let system = stanza.db.first(where: { $0.id == backup.database.id })?.system,
            let start = LogPosition(backup.lsn.start), let stop = LogPosition(backup.lsn.stop), start <= stop,
            let first = LogSegment(backup.archive.start), let last = LogSegment(backup.archive.stop),
            first.timeline == last.timeline, Self.fits(start, first, live.segmentSize)
        else {
            return reading.fail(.noPosition, "\(backup.label): server, timeline and positions don't fit together")
        }
        reading.backups.append(
            KeptBackup(
                label: backup.label,
                age: .log(
                    system: system, timeline: first.timeline, start: live.segmentSize.fileStart(start), stop: stop),
                started: Instant(microseconds: backup.timestamp.start * 1_000_000),
                finished: Instant(microseconds: backup.timestamp.stop * 1_000_000),
                references: (backup.reference ?? []) + (backup.prior.map { [$0] } ?? []),
                binding: backup.annotation.flatMap { LedgerBinding(annotations: $0) }))
    }

    /// Whether a position lies in a segment; a wrong segment size shows here.
    private static func fits(_ position: LogPosition, _ segment: LogSegment, _ size: SegmentSize) -> Bool {
        guard let start = segment.start(size) else { return false }
        return position >= start && position.bytes - start.bytes < size.bytes
    }

    /// What lies in the repository must be what the catalogue lists: a killed backup is only seen here.
    private mutating func compare(_ stanza: PgBackRestInfo.Stanza, with output: ToolOutput) {
        guard let entries = entries(output, "backup", marker: "backup.info") else { return }
        let labels = Set(stanza.backup.map(\.label))
        for (name, kind) in entries.sorted(by: { $0.key < $1.key }) {
            let isKnown =
                switch kind {
                case .path: labels.contains(name) || name == "backup.history"
                case .file: name == "backup.info" || name == "backup.info.copy"
                case .link: name == "latest"
                case .special: false
                }
            if !isKnown { reading.fail(.unlisted, "backup/\(copy.stanza)/\(name) lies there and isn't listed") }
        }
        for label in labels.sorted() where entries[label] != .path {
            reading.fail(.vanished, "\(label) is listed and doesn't lie there")
        }
    }

    /// The entries of a folder. A missing folder is listed as an empty one, so the file that is always there must be.
    private mutating func entries(
        _ output: ToolOutput, _ folder: String, marker: String
    ) -> [String: PgBackRestListing.Kind]? {
        let what = "pgbackrest repo-ls of \(folder)/\(copy.stanza)"
        if let obstacle = output.obstacle(what) {
            reading.obstacles.append(obstacle)
            return nil
        }
        guard let listing = PgBackRestListing(output.output) else {
            reading.fail(.unreadable, "\(what) printed no valid JSON")
            return nil
        }
        guard listing.entries[marker] == .file else {
            reading.fail(.missing, "\(folder)/\(copy.stanza)/\(marker) isn't there; is the repository mounted?")
            return nil
        }
        return listing.entries
    }

    // MARK: log

    private mutating func addLog(
        _ stanza: PgBackRestInfo.Stanza, _ output: ToolOutput, _ histories: [String: ToolOutput]
    ) {
        guard let entries = entries(output, "archive", marker: "archive.info") else { return }
        for (path, kind) in entries.sorted(by: { $0.key < $1.key }) {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            if kind == .path || ["archive.info", "archive.info.copy"].contains(path) { continue }
            guard kind == .file, parts.count > 1, let name = parts.last, let system = system(of: parts[0], stanza)
            else {
                reading.fail(.unlisted, "archive/\(copy.stanza)/\(path) is nothing that pgbackrest writes there")
                continue
            }
            add(ArchiveEntry(name), path: path, system: system, histories)
        }
    }

    /// The server of an archive's folder, such as `15-2`: the second server of the stanza.
    private func system(of folder: Substring, _ stanza: PgBackRestInfo.Stanza) -> UInt64? {
        guard let id = folder.split(separator: "-").last.flatMap({ Int($0) }) else { return nil }
        return stanza.db.first { $0.id == id }?.system
    }

    private mutating func add(
        _ entry: ArchiveEntry, path: String, system: UInt64, _ histories: [String: ToolOutput]
    ) {
        switch entry {
        case .label: break
        case .segment(let segment):
            guard let start = segment.start(live.segmentSize) else {
                return reading.fail(.noPosition, "archive/\(copy.stanza)/\(path): not of this segment size")
            }
            reading.log.append(KeptSegment(system: system, segment: segment, start: start))
        case .history(let timeline):
            guard let output = histories[path], output.obstacle("") == nil,
                let history = TimelineHistory(timeline: timeline, bytes: output.output)
            else { return reading.fail(.unknownTimeline, "archive/\(copy.stanza)/\(path) can't be read") }
            reading.lineage.add(history, system: system)
        case .unrecognised:
            reading.fail(.unlisted, "archive/\(copy.stanza)/\(path) is nothing that pgbackrest writes there")
        }
    }

    /// The history files of an archive's listing, to be fetched.
    static func historyPaths(_ archive: ToolOutput) -> [String] {
        let entries = PgBackRestListing(archive.output)?.entries ?? [:]
        return entries.keys.filter { path in
            guard let name = path.split(separator: "/").last, case .history = ArchiveEntry(name) else { return false }
            return entries[path] == .file
        }.sorted()
    }
}
