// RightsEngine: drives a request through its life: intake, identity, queue, workers, delivery, notices.
//
// Each step is one transaction: what changes, the jobs it leads to, and its entry in the audit chain. It must never know
// HTTP or the terminal.

package import AuditLedger
internal import Crypto
internal import FoundationEssentials
internal import Notifying
package import RequestLedger
package import RightsCore

/// What every part of the engine works with.
package struct Engine: Sendable {
    /// The control database.
    package let control: ControlDatabase
    /// The keys that keep people out of it.
    package let people: PersonKeys
    /// How it works.
    package let settings: EngineSettings
    /// The people of the product's database.
    package let directory: PersonDirectory
    /// The time.
    package let now: @Sendable () -> Instant

    /// An engine by its parts.
    package init(
        control: ControlDatabase, people: PersonKeys, settings: EngineSettings, directory: PersonDirectory,
        now: @escaping @Sendable () -> Instant
    ) {
        self.control = control
        self.people = people
        self.settings = settings
        self.directory = directory
        self.now = now
    }

    // MARK: ids and secrets

    func makeID<Owner>() -> ID<Owner> {
        var random = SystemRandomNumberGenerator()
        return ID(now: now(), using: &random)
    }

    /// 32 random bytes as text that fits a URL and a cookie (RFC 4648 §5, no padding).
    static func makeSecret() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    /// What is stored of a secret that was made here: it has 256 random bits, so a plain hash tells nothing.
    static func hash(secret: String) -> Hash256 {
        guard let hash = Hash256(SHA256.hash(data: Array(secret.utf8))) else {
            preconditionFailure("SHA-256 has 32 bytes")
        }
        return hash
    }

    // MARK: moving a request

    /// Lets an event happen to a request: its new state, the webhooks' jobs and the audit entry, in one transaction.
    ///
    /// - Parameters:
    ///   - request: locked by this transaction.
    ///   - outcome: why, as a code.
    /// - Throws: `EngineError` when the event can't happen where the request stands.
    func move(
        _ request: inout RequestRecord, _ event: RequestLife.Event, by actor: AuditActor, outcome: String? = nil,
        _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        let before = request.state
        guard let after = request.life.take(event) else {
            throw EngineError(
                .requestNotPossible, "the request is \(before.rawValue): “\(event.rawValue)” can't happen to it now",
                hint: request.life.possible.isEmpty
                    ? nil : "possible now: \(request.life.possible.map(\.rawValue).joined(separator: ", "))")
        }
        request.stateSince = now()
        request.outcome = outcome
        if after == .ready || after == .fulfilled || after == .partial || after.isErased {
            request.executedAt = request.executedAt ?? request.stateSince
        }
        if after.isFinal { request.closedAt = request.stateSince }
        var facts = facts
        if after == .ready || after == .fulfilled || after == .refused || after.isErased, request.answeredAt == nil {
            request.answeredAt = request.stateSince
            // The dates in force then: what reports count as on time.
            if let end = request.dates.dueEnd { facts["due_end"] = .instant(end) }
            if let end = request.dates.workEnd { facts["work_end"] = .instant(end) }
        }
        try await transaction.store(request)
        try await tellWebhooks(.requestStateChanged, request, at: request.stateSince, in: transaction)
        facts["from"] = .code(before.rawValue)
        facts["to"] = .code(after.rawValue)
        facts["event"] = .code(event.rawValue)
        if let outcome { facts["outcome"] = .code(outcome) }
        try await audit(.requestMoved, by: actor, request, facts, in: transaction)
    }

    /// Appends an entry about a request.
    func audit(
        _ action: AuditAction, by actor: AuditActor, _ request: RequestRecord, _ facts: [String: AuditFact] = [:],
        in transaction: ControlTransaction
    ) async throws {
        try await transaction.connection.append(
            AuditEntry(action, by: actor, request: request.id, subject: request.subject, facts))
    }

    func tellWebhooks(
        _ kind: WebhookEvent.Kind, _ request: RequestRecord, at: Instant, in transaction: ControlTransaction
    ) async throws {
        for endpoint in settings.ownWebhooks {
            let id: EventID = makeID()
            let event = WebhookEvent(
                kind, id: id, at: at, request: request.id, right: request.right, state: request.state)
            try await transaction.insert(
                WebhookRecord(
                    id: id, request: request.id, endpoint: endpoint.name, body: event.message.body, madeAt: at))
            try await transaction.enqueue(
                makeID(), .webhook, request: request.id, target: id.text, maxAttempts: 12)
        }
    }

    // MARK: notices

    /// Writes a notice down and queues its mail.
    @discardableResult func notify(
        _ kind: NoticeKindCode, about request: RequestRecord, to recipient: NoticeRecord.Recipient = .onFile,
        facts: [String: String] = [:], in transaction: ControlTransaction
    ) async throws -> NoticeID {
        let notice = NoticeRecord(
            id: makeID(), request: request.id, claim: nil, kind: kind.rawValue, recipient: recipient,
            language: request.language, facts: try Self.json(facts), madeAt: now())
        try await transaction.insert(notice)
        try await transaction.enqueue(
            makeID(), .mail, request: request.id, target: notice.id.text, maxAttempts: 12)
        return notice.id
    }

    /// Writes a notice to whoever made a claim.
    func notify(
        _ kind: NoticeKindCode, about claim: ClaimRecord, facts: [String: String] = [:],
        to recipient: NoticeRecord.Recipient = .claim, in transaction: ControlTransaction
    ) async throws {
        let notice = NoticeRecord(
            id: makeID(), request: claim.request, claim: claim.id, kind: kind.rawValue, recipient: recipient,
            language: claim.language, facts: try Self.json(facts), madeAt: now())
        try await transaction.insert(notice)
        try await transaction.enqueue(makeID(), .mail, target: notice.id.text, maxAttempts: 8)
    }

    static func json(_ facts: [String: String]) throws -> String {
        try CanonicalJSON.text(facts)
    }

    /// The facts that were stored with a notice.
    static func facts(_ text: String) throws -> [String: String] {
        try JSONDecoder().decode([String: String].self, from: Data(text.utf8))
    }

    // MARK: reading

    /// A request, locked for this transaction.
    func locked(_ id: RequestID, in transaction: ControlTransaction) async throws -> RequestRecord {
        guard let request = try await transaction.request(id, isLocked: true) else { throw Self.noRequest }
        return request
    }

    package static var noRequest: EngineError { EngineError(.requestNotFound, "there is no such request") }
}

/// The kinds of notices, as they are stored; the templates of `Notifying` have the words.
package enum NoticeKindCode: String, Sendable, CaseIterable {
    case oneTimeCode = "one-time-code"
    case noAccount = "no-account"
    case requestReceived = "request-received"
    case requestAccepted = "request-accepted"
    case erasureAccepted = "erasure-accepted"
    case archiveReady = "archive-ready"
    case linkRenewed = "link-renewed"
    case linkRevoked = "link-revoked"
    case requestCancelled = "request-cancelled"
    case requestRefused = "request-refused"
    case requestDelayed = "request-delayed"
    case addressChange = "address-change"
    case archiveExpiresSoon = "archive-expires-soon"
    case archiveDestroyed = "archive-destroyed"
    case jobAbandoned = "job-abandoned"
    case noticeBounced = "notice-bounced"
    case requestQuestion = "request-question"
    case requestExtended = "request-extended"
    case appealReceived = "appeal-received"
    case appealDecided = "appeal-decided"
    case deadlinesNear = "deadlines-near"
    case erasureDone = "erasure-done"
    case erasureDoneKeeping = "erasure-done-keeping"
    case erasurePartly = "erasure-partly"
    case erasureStopped = "erasure-stopped"
    case holdPlaced = "hold-placed"
    case holdsWaiting = "holds-waiting"
    case backupsMoved = "backups-moved"
    case backupsGone = "backups-gone"
    case backupsLate = "backups-late"
    case recipientsSilent = "recipients-silent"
    case recipientsWaiting = "recipients-waiting"
    case recipientErasure = "recipient-erasure"
}
