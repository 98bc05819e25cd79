internal import AuditLedger
internal import BackupTruth
internal import Erasing
internal import ErasureLedger
internal import FoundationEssentials
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// The duty of every day: what backups still hold of everybody who was erased, until it is nothing. The person is told
    /// the day, told again when it moves, and told when it is reached; the certificate follows.
    func lookAtBackups(_ tools: ErasureTools) async throws {
        guard let backups = tools.backups else { return }
        let due = try await control.connection {
            try await $0.requestsToWatch(lookedBefore: now() - backups.pause, limit: Self.mostLooks)
        }
        guard !due.isEmpty else { return }
        let look = try await BackupLook.take(backups, tools, at: now())
        var raised: [BackupWatch] = []
        for id in due {
            if let watch = try await control.transaction({ try await self.look(look, at: id, tools, in: $0) }) {
                raised.append(watch)
            }
        }
        try await warn(of: raised)
    }

    private static let mostLooks = 10_000

    /// Looks at one request's copies.
    ///
    /// - Returns: what was seen, when somebody has to know of it.
    private func look(
        _ look: BackupLook, at id: RequestID, _ tools: ErasureTools, in transaction: ControlTransaction
    ) async throws -> BackupWatch? {
        var request = try await locked(id, in: transaction)
        guard request.state.isErased else { return nil }
        let parts = look.parts(of: try await transaction.runs(of: id))
        guard let first = parts.map(\.erasedAt).min() else { return nil }
        let outlook = look.outlook(parts)
        let before = try await transaction.backupWatch(of: id)
        var watch = BackupWatch(
            request: id, erasedAt: first, lookedAt: look.now, standing: outlook.standing?.rawValue ?? "unknown",
            stage: outlook.stage.rawValue, copies: try CanonicalJSON.text(outlook.copies.map(CopyDocument.init)),
            until: outlook.until, toldUntil: before?.toldUntil)
        let certificate = try await certify(outlook, of: request, tools, in: transaction)
        try await tell(
            outlook, of: request, &watch, wasOver: before?.standing == Standing.purged.rawValue, in: transaction)
        try await transaction.store(watch)
        if before?.standing != watch.standing || before?.stage != watch.stage {
            try await audit(
                .backupsJudged, by: .system, request,
                [
                    "standing": .code(watch.standing.replacing("_", with: "-")),
                    "stage": .code(watch.stage.replacing("_", with: "-")),
                ], in: transaction)
        }
        if outlook.isOver, certificate?.isHeld == false { try await close(&request, in: transaction) }
        let isRaised = AlarmDays.Stage(rawValue: before?.stage ?? "calm").map { $0 < outlook.stage } ?? true
        return isRaised ? watch : nil
    }

    // MARK: what follows

    /// The certificate says what is true now; it is signed anew when that has changed.
    ///
    /// - Returns: the certificate; nil while there is none.
    private func certify(
        _ outlook: Outlook, of request: RequestRecord, _ tools: ErasureTools, in transaction: ControlTransaction
    ) async throws -> ErasureCertificate? {
        guard let record = try await transaction.certificate(of: request.id),
            var certificate = ErasureCertificate(canonicalBytes: record.bytes)
        else { return nil }
        let lines = lines(outlook)
        guard certificate.backups != lines else { return certificate }
        certificate.backups = lines
        certificate.issuedAt = now()
        try await certify(certificate, for: request, tools, in: transaction)
        return certificate
    }

    /// The person hears of the day when it moves out by a week or the day they were told has come, and of the end.
    private func tell(
        _ outlook: Outlook, of request: RequestRecord, _ watch: inout BackupWatch, wasOver: Bool,
        in transaction: ControlTransaction
    ) async throws {
        let recipient = try await recipient(of: request, in: transaction)
        if outlook.isOver {
            guard !wasOver else { return }
            try await notify(.backupsGone, about: request, to: recipient, in: transaction)
            return
        }
        guard let until = outlook.until.map(settings.clock.zone.day) else { return }
        if let told = watch.toldUntil, until <= told || (until.days(since: told) < 7 && told > today) { return }
        watch.toldUntil = until
        try await notify(
            .backupsMoved, about: request, to: recipient, facts: ["backups_until": "\(until)"], in: transaction)
    }

    /// The last duty is done once everybody who had copies has answered, too.
    private func close(_ request: inout RequestRecord, in transaction: ControlTransaction) async throws {
        guard try await !transaction.recipients(of: request.id).contains(where: { $0.endedAt == nil }) else { return }
        try await move(&request, .close, by: .system, outcome: "backups.gone", in: transaction)
    }

    /// The operators hear of copies that should be gone, once at each stage.
    private func warn(of watches: [BackupWatch]) async throws {
        guard !watches.isEmpty else { return }
        let zone = settings.clock.zone
        let lines = watches.prefix(20).map { "\($0.request) \($0.stage) \($0.standing) \(zone.day(of: $0.erasedAt))" }
        try await control.transaction { transaction in
            try await tellOperators(
                .backupsLate, request: nil,
                facts: ["count": String(watches.count), "lines": lines.joined(separator: "\n")], in: transaction)
        }
    }

    // MARK: before anybody looked

    /// What the policies let expect, for the certificate and the letter.
    ///
    /// - Parameter isTold: whether a letter goes, which tells the person the day.
    func expectBackups(
        of request: RequestRecord, isTold: Bool, _ tools: ErasureTools, in transaction: ControlTransaction
    ) async throws -> [ErasurePlan.BackupLine]? {
        guard let backups = tools.backups else { return nil }
        let parts = BackupLook(past: LedgerPast(store: tools.service), backups: backups, now: now())
            .parts(of: try await transaction.runs(of: request.id))
        guard let first = parts.map(\.erasedAt).min() else { return nil }
        let told = isTold ? nil : try await transaction.backupWatch(of: request.id)?.toldUntil
        let outlook = Outlook(
            expected: parts, backups.copies, purgeEveryDays: backups.purgeEveryDays, alarm: backups.alarm, now: now())
        try await transaction.store(
            BackupWatch(
                request: request.id, erasedAt: first, lookedAt: Instant(microseconds: 0),
                standing: Standing.unknown.rawValue, stage: AlarmDays.Stage.calm.rawValue,
                copies: try CanonicalJSON.text(outlook.copies.map(CopyDocument.init)), until: outlook.until,
                toldUntil: told ?? outlook.until.map(settings.clock.zone.day)))
        return lines(outlook)
    }

    /// What the policies let expect of an erasure at that moment.
    func expectedLines(_ backups: BackupTools, erasedAt: Instant) -> [ErasurePlan.BackupLine] {
        lines(
            Outlook(
                expected: [ErasureHorizon(erased: [], erasedAt: erasedAt)], backups.copies,
                purgeEveryDays: backups.purgeEveryDays, alarm: backups.alarm, now: erasedAt))
    }

    private func lines(_ outlook: Outlook) -> [ErasurePlan.BackupLine] {
        outlook.copies.filter { $0.standing != .purged }.map {
            ErasurePlan.BackupLine(name: $0.name, until: $0.until.map(settings.clock.zone.day))
        }
    }
}

/// A copy as it is kept for people to look at.
private struct CopyDocument: Encodable {
    let name: String
    let standing: String?
    let until: String?
    let resurrecting: [String]
    let holding: Int
    let reasons: [String]

    init(_ copy: Outlook.Copy) {
        name = copy.name
        standing = copy.standing?.rawValue
        until = copy.until?.rfc3339
        resurrecting = copy.resurrecting
        holding = copy.holding
        reasons = copy.reasons
    }
}
