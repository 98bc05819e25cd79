internal import FoundationEssentials
package import RightsCore

/// A plan of an erasure as it is kept for its request.
package struct ErasurePlanRecord: Sendable {
    /// Where it stands.
    package enum State: String, Sendable, CaseIterable {
        /// It waits for its approval.
        case proposed
        /// It may be carried out, as long as it isn't too old.
        case approved
        /// A later plan stands in its place.
        case replaced
        /// It was carried out.
        case executed
    }

    package let id: PlanID
    package let request: RequestID
    /// SHA-256 of the bytes.
    package let digest: Hash256
    /// The plan as canonical JSON.
    package let bytes: [UInt8]
    package let madeAt: Instant
    /// Until when an approval is good.
    package let expiresAt: Instant
    package var state: State
    /// Who approved it, as the audit chain names them.
    package var approvedBy: String?
    package var approvedAt: Instant?
    /// Why it wasn't carried out although it was approved: what was otherwise when it should have been. See
    /// `note(differences:of:)`.
    package private(set) var differences: [String] = []

    /// A plan that was just made.
    package init(
        id: PlanID, request: RequestID, digest: Hash256, bytes: [UInt8], madeAt: Instant, expiresAt: Instant
    ) {
        self.id = id
        self.request = request
        self.digest = digest
        self.bytes = bytes
        self.madeAt = madeAt
        self.expiresAt = expiresAt
        state = .proposed
    }

    static let columns = """
        id, request_id, digest, bytes, habeas.micros(made_at), habeas.micros(expires_at), state, approved_by, \
        habeas.micros(approved_at), differences
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { PlanID($0) }
        request = try row.value { RequestID($0) }
        digest = try row.hash()
        bytes = try row.bytes()
        madeAt = try row.instant()
        expiresAt = try row.instant()
        state = try row.value(State.init(rawValue:))
        approvedBy = try row.optionalText()
        approvedAt = try row.optionalInstant()
        differences = try row.optionalValue { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) } ?? []
    }
}

/// One carrying out of a plan.
package struct ErasureRunRecord: Sendable {
    package let run: ErasureRunID
    package let request: RequestID
    package let plan: PlanID
    package let begunAt: Instant
    /// What was done, as JSON; nil until it is.
    package var receipt: String?
    /// Where the store's log stood after it, as JSON.
    package var position: String?
    package var filesDoneAt: Instant?
    /// What the hunt for leftovers found, as JSON.
    package var hunt: String?
    package var huntedAt: Instant?

    /// A run that begins.
    package init(run: ErasureRunID, request: RequestID, plan: PlanID, begunAt: Instant) {
        self.run = run
        self.request = request
        self.plan = plan
        self.begunAt = begunAt
    }

    static let columns = """
        run, request_id, plan_id, habeas.micros(begun_at), receipt, position, habeas.micros(files_done_at), hunt, \
        habeas.micros(hunted_at)
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        run = try row.value { ErasureRunID($0) }
        request = try row.value { RequestID($0) }
        plan = try row.value { PlanID($0) }
        begunAt = try row.instant()
        receipt = try row.optionalText()
        position = try row.optionalText()
        filesDoneAt = try row.optionalInstant()
        hunt = try row.optionalText()
        huntedAt = try row.optionalInstant()
    }
}

/// What proves an erasure to whoever asks.
package struct CertificateRecord: Sendable {
    package let request: RequestID
    /// Canonical JSON.
    package let bytes: [UInt8]
    /// Ed25519 over the bytes.
    package let signature: [UInt8]
    /// The same for people, in HTML.
    package let page: [UInt8]
    package let madeAt: Instant

    /// A certificate by its parts.
    package init(request: RequestID, bytes: [UInt8], signature: [UInt8], page: [UInt8], madeAt: Instant) {
        self.request = request
        self.bytes = bytes
        self.signature = signature
        self.page = page
        self.madeAt = madeAt
    }
}

extension ControlTransaction {
    // MARK: plans

    /// Keeps a plan in the place of any other that waits.
    package func insert(_ plan: ErasurePlanRecord) async throws {
        try await execute(
            """
            UPDATE habeas.erasure_plan SET state = 'replaced'
             WHERE request_id = $1 AND state IN ('proposed', 'approved')
            """, [plan.request.text])
        try await execute(
            """
            INSERT INTO habeas.erasure_plan (id, request_id, digest, bytes, made_at, expires_at, state)
            VALUES ($1, $2, $3, $4, habeas.instant($5), habeas.instant($6), $7)
            """,
            [
                plan.id.text, plan.request.text, plan.digest.sql, plan.bytes.sql, plan.madeAt.sql, plan.expiresAt.sql,
                plan.state.rawValue,
            ])
    }

    /// Stores where a plan stands.
    package func store(_ plan: ErasurePlanRecord) async throws {
        try await execute(
            """
            UPDATE habeas.erasure_plan SET state = $2, approved_by = $3, approved_at = habeas.instant($4) WHERE id = $1
            """, [plan.id.text, plan.state.rawValue, plan.approvedBy, plan.approvedAt?.sql])
    }

    /// Notes why an approved plan wasn't carried out: what was otherwise than it says. Words of names and numbers, never of
    /// rows.
    package func note(differences: [String], of plan: PlanID) async throws {
        let text = String(decoding: try JSONEncoder().encode(differences), as: UTF8.self)
        try await execute("UPDATE habeas.erasure_plan SET differences = $2 WHERE id = $1", [plan.text, text])
    }

    /// The plan of a request that waits or may be carried out, else the one that was.
    package func plan(of request: RequestID) async throws -> ErasurePlanRecord? {
        try await first(
            """
            SELECT \(ErasurePlanRecord.columns) FROM habeas.erasure_plan
             WHERE request_id = $1 AND state <> 'replaced' ORDER BY made_at DESC, id DESC LIMIT 1
            """, [request.text]
        ).map { row throws(LedgerError) in try ErasurePlanRecord(row) }
    }

    /// A plan by its id.
    package func plan(_ id: PlanID) async throws -> ErasurePlanRecord? {
        try await first("SELECT \(ErasurePlanRecord.columns) FROM habeas.erasure_plan WHERE id = $1", [id.text])
            .map { row throws(LedgerError) in try ErasurePlanRecord(row) }
    }

    /// Every plan that was made for a request, the first first.
    package func plans(of request: RequestID) async throws -> [ErasurePlanRecord] {
        try await rows(
            "SELECT \(ErasurePlanRecord.columns) FROM habeas.erasure_plan WHERE request_id = $1 ORDER BY made_at, id",
            [request.text]
        ).map { row throws(LedgerError) in try ErasurePlanRecord(row) }
    }

    // MARK: runs

    /// The run of a plan: the one that was begun, or this one.
    package func begin(_ run: ErasureRunRecord) async throws -> ErasureRunRecord {
        try await execute(
            """
            INSERT INTO habeas.erasure_run (run, request_id, plan_id, begun_at) VALUES ($1, $2, $3, habeas.instant($4))
            ON CONFLICT (plan_id) DO NOTHING
            """, [run.run.text, run.request.text, run.plan.text, run.begunAt.sql])
        return try await first(
            "SELECT \(ErasureRunRecord.columns) FROM habeas.erasure_run WHERE plan_id = $1", [run.plan.text]
        ).map { row throws(LedgerError) in try ErasureRunRecord(row) } ?? run
    }

    /// Stores how far a run is.
    package func store(_ run: ErasureRunRecord) async throws {
        try await execute(
            """
            UPDATE habeas.erasure_run SET receipt = $2, position = $3, files_done_at = habeas.instant($4), hunt = $5,
                   hunted_at = habeas.instant($6)
             WHERE run = $1
            """,
            [run.run.text, run.receipt, run.position, run.filesDoneAt?.sql, run.hunt, run.huntedAt?.sql])
    }

    /// The runs of a request, the first first.
    package func runs(of request: RequestID) async throws -> [ErasureRunRecord] {
        try await rows(
            "SELECT \(ErasureRunRecord.columns) FROM habeas.erasure_run WHERE request_id = $1 ORDER BY begun_at, run",
            [request.text]
        ).map { row throws(LedgerError) in try ErasureRunRecord(row) }
    }

    // MARK: certificates

    /// Keeps a certificate in the place of an earlier one.
    package func keep(_ certificate: CertificateRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.certificate (request_id, bytes, signature, page, made_at)
            VALUES ($1, $2, $3, $4, habeas.instant($5))
            ON CONFLICT (request_id) DO UPDATE SET bytes = excluded.bytes, signature = excluded.signature,
                page = excluded.page, made_at = excluded.made_at
            """,
            [
                certificate.request.text, certificate.bytes.sql, certificate.signature.sql, certificate.page.sql,
                certificate.madeAt.sql,
            ])
    }

    /// The certificate of a request; nil while there is none.
    package func certificate(of request: RequestID) async throws -> CertificateRecord? {
        try await first(
            """
            SELECT request_id, bytes, signature, page, habeas.micros(made_at) FROM habeas.certificate
             WHERE request_id = $1
            """, [request.text]
        ).map { row throws(LedgerError) in
            var row = row
            return CertificateRecord(
                request: try row.value { RequestID($0) }, bytes: try row.bytes(), signature: try row.bytes(),
                page: try row.bytes(), madeAt: try row.instant())
        }
    }

    // MARK: the person's other traces

    /// When the person's last archive was made; nil when none was.
    package func lastArchive(of subject: Hash256) async throws -> Instant? {
        try await first(
            "SELECT habeas.micros(max(ready_at)) FROM habeas.request WHERE subject_hash = $1", [subject.sql]
        ).flatMap { row throws(LedgerError) in
            var row = row
            return try row.optionalInstant()
        }
    }

    /// The receipts of the latest erasures of people, as JSON, the newest first.
    package func latestReceipts(_ limit: Int) async throws -> [String] {
        try await rows(
            """
            SELECT r.receipt FROM habeas.erasure_run r JOIN habeas.request q ON q.id = r.request_id
             WHERE r.receipt IS NOT NULL AND NOT EXISTS (
                SELECT FROM habeas.sealed s WHERE s.request_id = q.id AND s.kind = 'records')
             ORDER BY r.begun_at DESC LIMIT $1
            """, [String(limit)]
        ).map { row throws(LedgerError) in
            var row = row
            return try row.text()
        }
    }

    /// Other requests of the same person that still hold something of theirs.
    package func otherRequests(of subject: Hash256, than id: RequestID) async throws -> [RequestID] {
        try await rows(
            "SELECT id FROM habeas.request WHERE subject_hash = $1 AND id <> $2 ORDER BY id", [subject.sql, id.text]
        ).map { row throws(LedgerError) in
            var row = row
            return try row.value { RequestID($0) }
        }
    }

    /// Lets a request's archive be destroyed at once.
    package func endNow(_ id: RequestID, now: Instant) async throws {
        try await execute(
            "UPDATE habeas.request SET keep_until = habeas.instant($2) WHERE id = $1 AND ready_at IS NOT NULL",
            [id.text, now.sql])
    }

    /// Forgets what names the person of a request, and mails that wait for them.
    package func forgetPerson(in id: RequestID) async throws {
        try await execute("DELETE FROM habeas.sealed WHERE request_id = $1", [id.text])
        try await execute("DELETE FROM habeas.words WHERE request_id = $1", [id.text])
        try await execute("UPDATE habeas.claim SET box = NULL WHERE request_id = $1", [id.text])
        try await execute("DELETE FROM habeas.person_session WHERE request_id = $1", [id.text])
        try await execute(
            """
            UPDATE habeas.notice SET state = 'cancelled'
             WHERE request_id = $1 AND state = 'waiting' AND recipient <> 'data_recipient'
            """, [id.text])
    }
}
