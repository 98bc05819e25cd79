package import RightsCore

/// A mail to a person, to the operators or to a recipient of the data map: what and to whom, never the address.
package struct NoticeRecord: Sendable {
    /// Where a notice stands. Handed over to a mail server isn't delivered.
    package enum State: String, Sendable, CaseIterable {
        case waiting
        case handedOver = "handed_over"
        case failed
        case bounced
        /// It may not go out: an address changed and the cool-down isn't over, or there is no address.
        case withheld
        /// What it was about is over.
        case cancelled
    }

    /// Whose address it goes to.
    package enum Recipient: String, Sendable {
        /// The address in the product's database now.
        case onFile = "on_file"
        /// The address that was on file when they showed who they are.
        case former
        /// Another address they want answers at.
        case contact
        /// The address a claim names.
        case claim
        /// Whoever runs the service.
        case operators
        /// Somebody who holds copies of what was erased: the address that the data map gives them.
        case dataRecipient = "data_recipient"
    }

    package let id: NoticeID
    package let request: RequestID?
    package let claim: ClaimID?
    /// The kind, as the templates name it.
    package let kind: String
    package let recipient: Recipient
    package let language: Language
    /// Codes and ids that the template needs, as JSON.
    package let facts: String
    package let madeAt: Instant
    package var state: State
    package var smtpCode: Int?
    package var error: String?
    package var handedOverAt: Instant?

    /// A notice that is to be mailed.
    package init(
        id: NoticeID, request: RequestID?, claim: ClaimID?, kind: String, recipient: Recipient, language: Language,
        facts: String = "{}", madeAt: Instant
    ) {
        self.id = id
        self.request = request
        self.claim = claim
        self.kind = kind
        self.recipient = recipient
        self.language = language
        self.facts = facts
        self.madeAt = madeAt
        state = .waiting
    }

    static let columns = """
        id, request_id, claim_id, kind, recipient, language, facts, habeas.micros(made_at), state, smtp_code, error, \
        habeas.micros(handed_over_at)
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { NoticeID($0) }
        request = try row.optionalValue { RequestID($0) }
        claim = try row.optionalValue { ClaimID($0) }
        kind = try row.text()
        recipient = try row.value(Recipient.init(rawValue:))
        language = try row.value(Language.init(rawValue:))
        facts = try row.text()
        madeAt = try row.instant()
        state = try row.value(State.init(rawValue:))
        smtpCode = try row.optionalValue { Int($0) }
        error = try row.optionalText()
        handedOverAt = try row.optionalInstant()
    }
}

/// An event that one webhook is told of.
package struct WebhookRecord: Sendable {
    package let id: EventID
    package let request: RequestID?
    /// The endpoint by its name in the settings.
    package let endpoint: String
    /// The exact bytes that are signed: ids and codes only.
    package let body: String
    package let madeAt: Instant
    /// `waiting`, `accepted` or `failed`.
    package let state: String
    package let status: Int?
    package let error: String?

    /// An event that is to be told.
    package init(id: EventID, request: RequestID?, endpoint: String, body: String, madeAt: Instant) {
        self.id = id
        self.request = request
        self.endpoint = endpoint
        self.body = body
        self.madeAt = madeAt
        state = "waiting"
        status = nil
        error = nil
    }

    /// The same with another body, for sending.
    package func with(body: String) -> WebhookRecord {
        WebhookRecord(self, body: body)
    }

    private init(_ event: WebhookRecord, body: String) {
        id = event.id
        request = event.request
        endpoint = event.endpoint
        self.body = body
        madeAt = event.madeAt
        state = event.state
        status = event.status
        error = event.error
    }

    static let columns = "id, request_id, endpoint, body, habeas.micros(made_at), state, status, error"

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { EventID($0) }
        request = try row.optionalValue { RequestID($0) }
        endpoint = try row.text()
        body = try row.text()
        madeAt = try row.instant()
        state = try row.text()
        status = try row.optionalValue { Int($0) }
        error = try row.optionalText()
    }
}

extension ControlTransaction {
    /// Stores a notice that is to be mailed.
    package func insert(_ notice: NoticeRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.notice (id, request_id, claim_id, kind, recipient, language, facts, made_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, habeas.instant($8))
            """,
            [
                notice.id.text, notice.request?.text, notice.claim?.text, notice.kind, notice.recipient.rawValue,
                notice.language.rawValue, notice.facts, notice.madeAt.sql,
            ])
    }

    /// A notice, locked until the transaction ends; nil when there is none of that id.
    package func notice(_ id: NoticeID) async throws -> NoticeRecord? {
        try await first("SELECT \(NoticeRecord.columns) FROM habeas.notice WHERE id = $1 FOR UPDATE", [id.text])
            .map { row throws(LedgerError) in try NoticeRecord(row) }
    }

    /// The notices of a request, with those of the claims that led to it, the newest first.
    package func notices(of request: RequestID) async throws -> [NoticeRecord] {
        try await rows(
            """
            SELECT \(NoticeRecord.columns) FROM habeas.notice
            WHERE request_id = $1 OR claim_id IN (SELECT id FROM habeas.claim WHERE request_id = $1)
            ORDER BY made_at DESC, id DESC
            """, [request.text]
        ).map { row throws(LedgerError) in try NoticeRecord(row) }
    }

    /// Stores what became of a notice.
    package func store(_ notice: NoticeRecord, now: Instant) async throws {
        try await execute(
            """
            UPDATE habeas.notice SET state = $2, smtp_code = $3, error = $4, handed_over_at = habeas.instant($5),
                ended_at = CASE WHEN $2 = 'waiting' THEN NULL ELSE habeas.instant($6) END
            WHERE id = $1
            """,
            [
                notice.id.text, notice.state.rawValue, notice.smtpCode.map(String.init), notice.error,
                notice.handedOverAt?.sql, now.sql,
            ])
    }

    /// Stores an event for a webhook.
    package func insert(_ event: WebhookRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.webhook_event (id, request_id, endpoint, body, made_at)
            VALUES ($1, $2, $3, $4, habeas.instant($5))
            """, [event.id.text, event.request?.text, event.endpoint, event.body, event.madeAt.sql])
    }

    /// An event; nil when there is none of that id.
    package func webhookEvent(_ id: EventID) async throws -> WebhookRecord? {
        try await first("SELECT \(WebhookRecord.columns) FROM habeas.webhook_event WHERE id = $1", [id.text])
            .map { row throws(LedgerError) in try WebhookRecord(row) }
    }

    /// Stores what became of an event.
    package func storeWebhook(_ id: EventID, state: String, status: Int?, error: String?, now: Instant) async throws {
        try await execute(
            """
            UPDATE habeas.webhook_event SET state = $2, status = $3, error = $4,
                ended_at = CASE WHEN $2 = 'waiting' THEN NULL ELSE habeas.instant($5) END
            WHERE id = $1
            """, [id.text, state, status.map(String.init), error, now.sql])
    }
}
