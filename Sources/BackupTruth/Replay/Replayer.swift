package import AuditLedger
package import DataMap
package import ErasureLedger
package import PostgresAccess
package import RightsCore

/// Erases again in a restored database whatever the ledger says was erased, and proves that it is gone.
///
/// Each step finds what an earlier attempt did: runs are named after the first one, the server and its timeline, the
/// store's receipts say which are done, and the ledger has one entry of each event of a run.
package struct Replayer: Sendable {
    let map: DataMap
    let mapDigest: Hash256
    let keys: ErasureKeys
    let ledger: ErasureLedger
    /// Appends an entry durably and has it remembered.
    let append: @Sendable (LedgerDraft) async throws -> LedgerEntry
    /// Connections of a role that sees every row.
    let database: PostgresPool
    let eraser: ReplayEraser
    let progress: @Sendable (ReplayProgress) -> Void

    /// A replayer of one restored database.
    package init(
        map: DataMap, mapDigest: Hash256, keys: ErasureKeys, ledger: ErasureLedger, database: PostgresPool,
        eraser: ReplayEraser, append: @escaping @Sendable (LedgerDraft) async throws -> LedgerEntry,
        progress: @escaping @Sendable (ReplayProgress) -> Void = { _ in }
    ) {
        self.map = map
        self.mapDigest = mapDigest
        self.keys = keys
        self.ledger = ledger
        self.database = database
        self.eraser = eraser
        self.append = append
        self.progress = progress
    }

    /// What may be otherwise than when it was erased.
    package struct Permissions: Sendable {
        /// Whether the data map may be another one than that of the erasures.
        package var acceptsMapChange = false

        package init(acceptsMapChange: Bool = false) { self.acceptsMapChange = acceptsMapChange }
    }

    /// Erases again and verifies; of a dry run nothing is written.
    ///
    /// - Throws: `RestoreError` when the ledger or the map doesn't allow it; then nothing was written.
    package func run(dryRun: Bool, _ permissions: Permissions = Permissions()) async throws -> ReplayReport {
        try await database.withConnection { connection in
            // Held until the connection is given back, and no longer than the process lives.
            let lock = try await connection.query("SELECT pg_try_advisory_lock($1::bigint)", [Self.lockNumber])
            guard lock.first?.first == "t" else {
                throw RestoreError(.busy, "another process is replaying this database", hint: "wait until it is done")
            }
            let outcome: Result<ReplayReport, any Error>
            do { outcome = .success(try await replay(dryRun: dryRun, permissions)) } catch { outcome = .failure(error) }
            try await connection.query("SELECT pg_advisory_unlock($1::bigint)", [Self.lockNumber])
            return try outcome.get()
        }
    }

    /// “habeas r”, as a number.
    private static let lockNumber = "7521975040216801394"

    // MARK: the whole

    private func replay(dryRun: Bool, _ permissions: Permissions) async throws -> ReplayReport {
        let past = try await LedgerPast(of: ledger, store: map.service)
        let standing = try await database.withConnection { try await StoreStanding.read(on: $0) }
        var report = ReplayReport(store: map.service, dryRun: dryRun, ledgerEntry: past.head.seq)
        try await requireSound(past, standing)
        let receipts = Set(standing.receipts.map(\.run))
        report.missingRuns = past.confirmed.keys.filter { past.intents[$0] != nil && !receipts.contains($0) }.count
        report.laterHolds = laterHolds(past)
        let isBranch = past.isBranch(standing, isMissing: report.missingRuns > 0)
        if isBranch { report.notes.append(Self.branchWords(standing.place.timeline)) }
        if past.ofOthers > 0 {
            report.notes.append("\(past.ofOthers) entries of the ledger are of other stores: replay each of those, too")
        }
        try await eraseAgain(past, receipts, permissions, &report)
        try await restoreSuppressions(past, &report)
        let ended = try await eraser.endRetention(dryRun)
        report.documentsEnded = ended.documents
        for draft in ended.drafts { _ = try await append(draft) }
        guard !dryRun else { return report }
        try await settle(past)
        do { report.files = try await eraser.eraseFiles() } catch let hindrance as ReplayHindrance {
            report.unresolved.append(ReplayReport.Unresolved(scope: "files", entry: 0, reasons: [hindrance.words]))
        }
        try await verify(past, &report)
        let place = try await eraser.place()
        report.position = place.position?.description
        report.timeline = Int(place.timeline)
        try await requireNothingNew(since: past)
        if report.isComplete, try await isNews(place, past, since: standing.replayed) {
            try await writeDown(isBranch ? StorePlace(system: place.system, timeline: place.timeline) : place)
        }
        return report
    }

    private func requireSound(_ past: LedgerPast, _ standing: StoreStanding) async throws {
        let state = try await RewindWatch.state(of: standing, against: past, in: ledger)
        switch state {
        case .ledgerBehind, .beyondLedger: if let problem = state.problem { throw problem }
        case .current, .rewound: break
        }
        guard past.keyIDs.isSubset(of: [keys.subjectKeyID]) else {
            throw RestoreError(
                .otherKey, "the ledger's hashes are of another erasure.key than the one in the folder of keys",
                hint: "restore erasure.key from the keys' backup: nobody can be found again with another one")
        }
    }

    private func line(_ seq: Int) async throws -> LedgerEntry? {
        guard seq > 0 else { return nil }
        for try await page in ledger.entries(from: seq) { return page.first.flatMap { $0.seq == seq ? $0 : nil } }
        return nil
    }

    private func laterHolds(_ past: LedgerPast) -> Int {
        let keeping = Set(past.mustBeGone.flatMap { past.holds(on: $0) })
        return past.holds.values.filter { !keeping.contains($0) }.count
    }

    // MARK: erasing

    private func eraseAgain(
        _ past: LedgerPast, _ receipts: Set<ErasureRunID>, _ permissions: Permissions, _ report: inout ReplayReport
    ) async throws {
        let cases = try await find(past, &report)
        try requireMap(cases, permissions, &report)
        for (number, one) in cases.enumerated() {
            progress(ReplayProgress(phase: "erasing", scope: nil, done: number, total: cases.count))
            let isKnown = one.erased.runs.contains(where: receipts.contains)
            do {
                guard let forecast = try await eraser.forecast(one) else { continue }
                guard forecast.hindrances.isEmpty else {
                    throw ReplayHindrance(forecast.hindrances.joined(separator: "; "))
                }
                guard forecast.going > 0 || (!isKnown && forecast.affected > 0) else {
                    report.keptOnPurpose += 1
                    continue
                }
                report.rows += report.dryRun ? forecast.going : try await eraseAgain(one)
                report.erasedAgain += 1
            } catch let hindrance as ReplayHindrance {
                report.unresolved.append(
                    ReplayReport.Unresolved(
                        scope: one.found.scope, entry: one.erased.first.seq, reasons: [hindrance.words]))
            }
        }
    }

    /// Erases one, with the intent before and the confirmation after.
    private func eraseAgain(_ one: ReplayCase) async throws -> Int {
        let place = try await eraser.place()
        let run = try await self.run(of: one, at: place)
        let (ledger, append, draft) = (ledger, append, try self.draft(.intent, one, run, place))
        let rows = try await eraser.erase(one, run) {
            // One that was begun before the backup was taken has its intent already.
            if let entry = try await ledger.entry(of: run, .intent) { return Int64(entry.seq) }
            return Int64(try await append(draft).seq)
        }
        try await confirm(run)
        return rows
    }

    /// The run that goes on, or the next one that has not been used up here.
    private func run(of one: ReplayCase, at place: StorePlace) async throws -> ErasureRunID {
        for run in one.erased.runs {
            if case .begun = try await eraser.standing(run) { return run }
        }
        var attempt = 1
        while true {
            let run = ErasureRunID(
                naming: "habeas replay", one.erased.first.content.run.text, "\(place.system)", "\(place.timeline)",
                "\(attempt)")
            let isOver: Bool
            if case .done = try await eraser.standing(run) { isOver = true } else { isOver = false }
            let isAborted = try await ledger.entry(of: run, .aborted) != nil
            if !isOver && !isAborted { return run }
            attempt += 1
        }
    }

    private func draft(
        _ event: LedgerEvent, _ one: ReplayCase, _ run: ErasureRunID, _ place: StorePlace
    ) throws -> LedgerDraft {
        let first = one.erased.first.content
        return try LedgerDraft(
            event, run: run, store: first.store, subject: first.subject, record: first.record,
            place: StorePlace(system: place.system, timeline: place.timeline), plan: first.plan, law: first.law,
            map: mapDigest)
    }

    /// Confirms a run with a position that isn't before its commit; one that is confirmed stays as it is.
    private func confirm(_ run: ErasureRunID) async throws {
        guard let intent = try await ledger.entry(of: run, .intent)?.content,
            try await ledger.entry(of: run, .confirmed) == nil
        else { return }
        _ = try await append(
            try LedgerDraft(
                .confirmed, run: run, store: intent.store, subject: intent.subject, record: intent.record,
                place: try await eraser.place(), plan: intent.plan))
    }

    /// What a crash left without a confirmation, and the store's receipt says is done.
    private func settle(_ past: LedgerPast) async throws {
        for intent in try await ledger.openIntents() where intent.content.store == map.service {
            if case .done = try await eraser.standing(intent.content.run) { try await confirm(intent.content.run) }
        }
    }

    // MARK: finding

    private func find(_ past: LedgerPast, _ report: inout ReplayReport) async throws -> [ReplayCase] {
        let wanted = Dictionary(grouping: past.mustBeGone) {
            Scope(name: $0.target.scope, isRecord: $0.target.isRecord)
        }
        var cases: [ReplayCase] = []
        report.looked = []
        try await database.withConnection { connection in
            try await connection.withTransaction(.snapshot) { connection in
                try await connection.set([("row_security", "off"), ("statement_timeout", "0")])
                let catalogue = try await connection.readCatalogue()
                for scope in wanted.keys.sorted() {
                    let erased = wanted[scope] ?? []
                    guard let (source, hashing) = try source(scope, catalogue) else {
                        report.unresolved.append(Self.unknown(scope, erased))
                        continue
                    }
                    let matcher = SubjectMatcher { [progress] name, rows in
                        progress(ReplayProgress(phase: "finding", scope: name, done: rows, total: nil))
                    }
                    let hashes = erased.map(\.target.hash)
                    let (found, rows) = try await matcher.find(hashes, in: source, hashedBy: hashing, on: connection)
                    report.looked.append(
                        ReplayReport.Look(scope: scope.name, keys: rows, wanted: hashes.count, found: found.count))
                    let byHash = Dictionary(erased.map { ($0.target.hash, $0) }) { first, _ in first }
                    cases += found.compactMap { key in
                        byHash[key.hash].map { ReplayCase(found: key, erased: $0, holds: past.holds(on: $0)) }
                    }
                }
            }
        }
        return cases.sorted { $0.erased.first.seq < $1.erased.first.seq }
    }

    private struct Scope: Hashable, Comparable {
        let name: String
        let isRecord: Bool

        static func < (left: Scope, right: Scope) -> Bool {
            (left.name, left.isRecord ? 1 : 0) < (right.name, right.isRecord ? 1 : 0)
        }
    }

    private func source(_ scope: Scope, _ catalogue: Catalogue) throws -> (KeySource, KeyedHashing)? {
        if scope.isRecord {
            guard let collection = map.collection(scope.name) else { return nil }
            return (try KeySource(of: collection, catalogue), keys.recordHashing(collection: scope.name))
        }
        guard let kind = map.subject(scope.name) else { return nil }
        return (try KeySource(of: kind, catalogue), keys.subjectHashing(kind: scope.name))
    }

    private static func unknown(_ scope: Scope, _ erased: [ErasedOnce]) -> ReplayReport.Unresolved {
        ReplayReport.Unresolved(
            scope: scope.name, entry: erased.map(\.first.seq).min() ?? 0,
            reasons: [
                "the data map has no \(scope.isRecord ? "collection" : "kind of person") of that name any more, so "
                    + "\(erased.count) of them can't be looked for; put back the map they were erased under"
            ])
    }

    /// Stops when what was approved under one map would be repeated under another.
    private func requireMap(
        _ cases: [ReplayCase], _ permissions: Permissions, _ report: inout ReplayReport
    ) throws(RestoreError) {
        let silent = cases.filter { $0.erased.maps.isEmpty }.count
        if silent > 0 {
            report.notes.append(
                "of \(silent) that came back the ledger doesn't say under which data map they were erased")
        }
        let others = cases.filter { !$0.erased.maps.isEmpty && !$0.erased.maps.contains(mapDigest) }.count
        guard others > 0 else { return }
        let words = "\(others) that came back were erased under another data map than the one in use"
        guard permissions.acceptsMapChange || report.dryRun else {
            throw RestoreError(
                .mapChanged, words,
                hint:
                    "put back the map of then, or look at what `habeas replay --dry-run` would do and pass --accept-map-change"
            )
        }
        report.notes.append(words)
    }

    // MARK: what must not come back

    private func restoreSuppressions(_ past: LedgerPast, _ report: inout ReplayReport) async throws {
        guard !report.dryRun else {
            report.suppressionsAdded = past.suppressed.count
            report.suppressionsLifted = past.lifted.count
            return
        }
        let order: (Hash256, Hash256) -> Bool = { $0.hex < $1.hex }
        let outcome = try await eraser.suppress(past.suppressed.sorted(by: order), past.lifted.sorted(by: order))
        report.suppressionsAdded = outcome.added
        report.suppressionsLifted = outcome.lifted
    }

    // MARK: proving

    /// Looks once more at every key: whoever is found has nothing left that an erasure would take.
    private func verify(_ past: LedgerPast, _ report: inout ReplayReport) async throws {
        progress(ReplayProgress(phase: "verifying", scope: nil, done: 0, total: nil))
        var again = ReplayReport(store: map.service, dryRun: false, ledgerEntry: 0)
        var left = 0
        for one in try await find(past, &again) {
            do {
                guard let forecast = try await eraser.forecast(one) else { continue }
                if forecast.going > 0 { left += 1 }
            } catch is ReplayHindrance { left += 1 }
        }
        report.verified = left == 0
        guard left > report.unresolved.count else { return }
        throw RestoreError(
            .notGone, "\(left) who were erased are found again after the replay; the server stays shut",
            hint: "does the product write while it is replayed? Stop it, and run the replay again")
    }

    /// The end says that all is gone of what the ledger knows by then; so nobody may have been erased elsewhere meanwhile.
    private func requireNothingNew(since past: LedgerPast) async throws {
        var later = past
        try await later.follow(ledger)
        let known = Set(past.mustBeGone.flatMap(\.runs))
        for run in later.mustBeGone.filter({ $0.lastSeq > past.head.seq }).flatMap(\.runs) where !known.contains(run) {
            if case .done = try await eraser.standing(run) { continue }
            throw RestoreError(
                .busy, "somebody was erased in another database while this one was replayed",
                hint: "stop the service there, and run the replay again: it goes on")
        }
    }

    /// Whether anything happened since the last replay, or the server left a timeline whose places say nothing.
    private func isNews(_ place: StorePlace, _ past: LedgerPast, since last: LedgerHead) async throws -> Bool {
        if try await ledger.head() != last { return true }
        let timeline = LedgerPast.Timeline(place)
        return !past.branched.isEmpty && !past.replays.contains { LedgerPast.Timeline($0.place) == timeline }
    }

    private static func branchWords(_ timeline: UInt32) -> String {
        "the server went back and goes on under timeline \(timeline) all the same, as a copy does that went through no archive "
            + "recovery: its backups can't be told from those of before, and none of timeline \(timeline) will be called clean; "
            + "docs/restore.md says how to begin a new timeline"
    }

    /// Notes in the ledger that nothing is left here, which is a further `E` of all that was erased before; and in the
    /// database itself up to where it is as the ledger says.
    private func writeDown(_ place: StorePlace) async throws {
        let head = try await noted(place)
        let run = ErasureRunID(
            naming: "habeas replayed", map.service, "\(place.system)", "\(place.timeline)", "\(head.seq)", head.hash.hex
        )
        _ = try await database.withConnection { connection in
            try await connection.query(
                """
                INSERT INTO habeas_local.replay (run, seq, head) VALUES ($1::uuid, $2::bigint, decode($3, 'hex'))
                ON CONFLICT (run) DO NOTHING
                """, [run.text, "\(head.seq)", head.hash.hex])
        }
    }

    /// Has the ledger say it; once, where a crash came before the database had it.
    private func noted(_ place: StorePlace) async throws -> LedgerHead {
        let head = try await ledger.head()
        if let last = try await line(head.seq), last.content.event == .databaseReplayed,
            last.content.store == map.service,
            last.content.place?.system == place.system, last.content.place?.timeline == place.timeline,
            (last.content.place?.position == nil) == (place.position == nil)
        {
            return head
        }
        let run = ErasureRunID(
            naming: "habeas database", map.service, "\(place.system)", "\(place.timeline)", head.hash.hex)
        let subject = LedgerSubject(
            kind: "everybody", keyID: keys.subjectKeyID, hash: keys.subjectHash(kind: "everybody", key: run.text))
        let entry = try await append(
            try LedgerDraft(.databaseReplayed, run: run, store: map.service, subject: subject, place: place))
        return LedgerHead(seq: entry.seq, hash: entry.hash)
    }
}
