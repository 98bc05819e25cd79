package import RightsCore

/// What somebody asks before they have shown who they are.
package struct ClaimRecord: Sendable {
    /// Where a claim stands.
    package enum State: String, Sendable {
        /// Nobody has looked whose address it is.
        case new
        /// A code is on its way, or there.
        case waiting
        /// Nobody has that address.
        case unmatched
        /// The code was right.
        case proven
        /// Wrong codes, too often.
        case locked
        /// Its time ran out.
        case expired
    }

    package var id: ClaimID
    /// The hash of the cookie that the browser holds.
    package var holder: Hash256
    package var receivedAt: Instant
    package var expiresAt: Instant
    package var right: RequestRight
    package var regime: String
    package var format: DataFormat
    package var language: Language
    package var zone: String?
    /// The keyed hash of the address.
    package var address: Hash256
    /// The address, sealed; nil once it isn't needed.
    package var box: [UInt8]?
    package var state: State
    package var request: RequestID?

    /// A claim that was just made.
    package init(
        id: ClaimID, holder: Hash256, receivedAt: Instant, expiresAt: Instant, right: RequestRight, regime: String,
        format: DataFormat, language: Language, zone: String?, address: Hash256, box: [UInt8]
    ) {
        self.id = id
        self.holder = holder
        self.receivedAt = receivedAt
        self.expiresAt = expiresAt
        self.right = right
        self.regime = regime
        self.format = format
        self.language = language
        self.zone = zone
        self.address = address
        self.box = box
        state = .new
    }

    static let columns = """
        id, holder_hash, habeas.micros(received_at), habeas.micros(expires_at), asked_right, regime, format, language, \
        zone, address_hash, box, state, request_id
        """

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { ClaimID($0) }
        holder = try row.hash()
        receivedAt = try row.instant()
        expiresAt = try row.instant()
        right = try row.value(RequestRight.init(rawValue:))
        regime = try row.text()
        format = try row.value(DataFormat.init(rawValue:))
        language = try row.value(Language.init(rawValue:))
        zone = try row.optionalText()
        address = try row.hash()
        box = try row.optionalBytes()
        state = try row.value(State.init(rawValue:))
        request = try row.optionalValue { RequestID($0) }
    }
}

extension ControlTransaction {
    /// Writes a claim down.
    package func insert(_ claim: ClaimRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.claim (id, holder_hash, received_at, expires_at, asked_right, regime, format, language, zone,
                address_hash, box, state)
            VALUES ($1, $2, habeas.instant($3), habeas.instant($4), $5, $6, $7, $8, $9, $10, $11, $12)
            """,
            [
                claim.id.text, claim.holder.sql, claim.receivedAt.sql, claim.expiresAt.sql, claim.right.rawValue,
                claim.regime, claim.format.rawValue, claim.language.rawValue, claim.zone, claim.address.sql,
                claim.box?.sql, claim.state.rawValue,
            ])
    }

    /// A claim; nil when there is none of that id.
    package func claim(_ id: ClaimID, isLocked: Bool = false) async throws -> ClaimRecord? {
        try await first(
            "SELECT \(ClaimRecord.columns) FROM habeas.claim WHERE id = $1" + (isLocked ? " FOR UPDATE" : ""),
            [id.text]
        ).map { row throws(LedgerError) in try ClaimRecord(row) }
    }

    /// Stores what may change in a claim.
    package func store(_ claim: ClaimRecord) async throws {
        try await execute(
            "UPDATE habeas.claim SET state = $2, request_id = $3, box = $4 WHERE id = $1",
            [claim.id.text, claim.state.rawValue, claim.request?.text, claim.box?.sql])
    }

    /// How many claims named an address since an instant.
    package func countClaims(address: Hash256, since: Instant) async throws -> Int {
        guard
            var row = try await first(
                "SELECT count(*) FROM habeas.claim WHERE address_hash = $1 AND received_at >= habeas.instant($2)",
                [address.sql, since.sql])
        else { return 0 }
        return try row.int()
    }

    /// How many of them found nobody and were told so.
    package func countUnmatched(address: Hash256, since: Instant) async throws -> Int {
        guard
            var row = try await first(
                """
                SELECT count(*) FROM habeas.claim
                WHERE address_hash = $1 AND received_at >= habeas.instant($2) AND state = 'unmatched'
                """, [address.sql, since.sql])
        else { return 0 }
        return try row.int()
    }

    /// Ends claims whose time is up and forgets their addresses; gives those that were still alive.
    package func expireClaims(now: Instant, limit: Int) async throws -> [ClaimRecord] {
        try await rows(
            """
            UPDATE habeas.claim SET box = NULL,
                state = CASE WHEN state IN ('new', 'waiting') THEN 'expired' ELSE state END
            WHERE id IN (
                SELECT id FROM habeas.claim WHERE box IS NOT NULL AND expires_at <= habeas.instant($1)
                LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING \(ClaimRecord.columns)
            """, [now.sql, String(limit)]
        ).map { row throws(LedgerError) in try ClaimRecord(row) }
    }
}
