internal import BackupTruth
internal import ObjectStore
internal import PostgresAccess
internal import RightsEngine

extension Settings {
    /// The copies that are declared under `backups`; nil where there is no such list.
    func declaredCopies() throws -> [DeclaredCopy]? {
        guard let filePath else { return nil }
        let text = String(decoding: try WholeFile.read(filePath), as: UTF8.self)
        let copies = try DeclaredCopies.read(yaml: text)
        return copies.isEmpty ? nil : copies
    }

    /// How often bytes are purged from the live files, in days.
    func purgeEveryDays() throws -> Int {
        let every = try duration("purge.every", atMost: .seconds(366 * 86_400), default: .seconds(7 * 86_400))
        return Int((every.components.seconds + 86_399) / 86_400)
    }

    /// On which days after an erasure a copy that is still there becomes a matter.
    func alarmDays() throws -> AlarmDays {
        let usual = AlarmDays.usual
        let breach = try number("promise.days", 1...3660, default: usual.breach)
        let glass = try number("promise.break_glass", 1...3660, default: min(usual.breakGlass, breach))
        let warn = try number("promise.warn", 1...3660, default: min(usual.warn, glass))
        guard let days = AlarmDays(warn: warn, breakGlass: glass, breach: breach) else {
            throw CommandFailure(
                .failed, code: "settings.invalid",
                "promise.warn (\(warn)), promise.break_glass (\(glass)) and promise.days (\(breach)) don't follow each other"
            )
        }
        return days
    }

    /// How long the erasure ledger remembers beyond the longest life of a copy, in days.
    func ledgerMarginDays() throws -> Int {
        try number("erasure.ledger_margin", 0...3660, default: LedgerLife.usualMarginDays)
    }

    /// The copies and how they are read; nil where none are declared.
    ///
    /// - Throws: `BackupError.promiseExceeded` when a policy can't keep the promise.
    func backupTools(over pool: PostgresPool) throws -> BackupTools? {
        guard let copies = try declaredCopies() else { return nil }
        let (every, alarm) = (try purgeEveryDays(), try alarmDays())
        try PolicyJudgement(copies, purgeEveryDays: every, promiseDays: alarm.breach).check()
        return BackupTools(
            copies: copies, purgeEveryDays: every, alarm: alarm, ledgerMarginDays: try ledgerMarginDays(),
            standing: { try await pool.withConnection { try await StoreStanding.read(on: $0) } }
        ) { now in
            let live = try await pool.withConnection { try await LiveCluster.read(over: $0) }
            return await CopyReader().read(copies, live: live, at: now)
        }
    }
}
