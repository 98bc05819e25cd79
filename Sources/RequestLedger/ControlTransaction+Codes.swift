package import RightsCore

/// What a mailed code opens.
package enum CodeTarget: Sendable, Hashable {
    /// It proves who made a claim.
    case claim(ClaimID)
    /// It opens a download.
    case link(LinkID)

    var column: String {
        switch self {
        case .claim: "claim_id"
        case .link: "link_id"
        }
    }

    /// The id of what it opens.
    package var text: String {
        switch self {
        case .claim(let id): id.text
        case .link(let id): id.text
        }
    }
}

/// A mailed one-time code: only its keyed hash is stored.
package struct CodeRecord: Sendable {
    /// Where a code stands.
    package enum State: String, Sendable {
        /// It is to be mailed.
        case wanted
        /// It was made and mailed.
        case sent
        /// It was entered.
        case used
        /// It was guessed at too often.
        case locked
        /// A later one took its place.
        case replaced
    }

    package let id: EventID
    package let madeAt: Instant
    package let expiresAt: Instant
    /// HMAC of the code; nil until it is mailed.
    package let hash: Hash256?
    package let triesLeft: Int
    package let state: State

    static let columns = "id, habeas.micros(made_at), habeas.micros(expires_at), hash, tries_left, state"

    init(_ row: LedgerRow) throws(LedgerError) {
        var row = row
        id = try row.value { EventID($0) }
        madeAt = try row.instant()
        expiresAt = try row.instant()
        hash = try row.optionalBytes().flatMap { Hash256($0) }
        triesLeft = try row.int()
        state = try row.value(State.init(rawValue:))
    }
}

extension ControlTransaction {
    /// Asks for a code; those before it open nothing any more.
    package func wantCode(
        _ id: EventID, for target: CodeTarget, now: Instant, expiresAt: Instant, tries: Int
    ) async throws {
        try await execute(
            "UPDATE habeas.code SET state = 'replaced' WHERE \(target.column) = $1 AND state IN ('wanted', 'sent')",
            [target.text])
        try await execute(
            """
            INSERT INTO habeas.code (id, \(target.column), made_at, expires_at, tries_left, state)
            VALUES ($1, $2, habeas.instant($3), habeas.instant($4), $5, 'wanted')
            """, [id.text, target.text, now.sql, expiresAt.sql, String(tries)])
    }

    /// The latest code of a claim or link, locked until the transaction ends.
    package func latestCode(for target: CodeTarget) async throws -> CodeRecord? {
        try await first(
            """
            SELECT \(CodeRecord.columns) FROM habeas.code WHERE \(target.column) = $1
            ORDER BY made_at DESC, id DESC LIMIT 1 FOR UPDATE
            """, [target.text]
        ).map { row throws(LedgerError) in try CodeRecord(row) }
    }

    /// How many codes were asked for since an instant.
    package func countCodes(for target: CodeTarget, since: Instant) async throws -> Int {
        guard
            var row = try await first(
                "SELECT count(*) FROM habeas.code WHERE \(target.column) = $1 AND made_at >= habeas.instant($2)",
                [target.text, since.sql])
        else { return 0 }
        return try row.int()
    }

    /// How many wrong codes were entered since an instant, over all codes.
    package func countWrongTries(for target: CodeTarget, of tries: Int, since: Instant) async throws -> Int {
        guard
            var row = try await first(
                """
                SELECT coalesce(sum($3 - tries_left), 0) FROM habeas.code
                WHERE \(target.column) = $1 AND made_at >= habeas.instant($2)
                """, [target.text, since.sql, String(tries)])
        else { return 0 }
        return try row.int()
    }

    /// How many wrong codes were entered since an instant, over all claims of the same address.
    package func countWrongTries(
        sharingAddressWith claim: ClaimID, of tries: Int, since: Instant
    ) async throws -> Int {
        guard
            var row = try await first(
                """
                SELECT coalesce(sum($2 - k.tries_left), 0)
                FROM habeas.claim mine JOIN habeas.claim c ON c.address_hash = mine.address_hash
                    JOIN habeas.code k ON k.claim_id = c.id
                WHERE mine.id = $1 AND k.made_at >= habeas.instant($3)
                """, [claim.text, String(tries), since.sql])
        else { return 0 }
        return try row.int()
    }

    /// Stores what a code became.
    package func store(_ code: EventID, state: CodeRecord.State, hash: Hash256?, triesLeft: Int) async throws {
        try await execute(
            "UPDATE habeas.code SET state = $2, hash = $3, tries_left = $4 WHERE id = $1",
            [code.text, state.rawValue, hash?.sql, String(triesLeft)])
    }

    /// Forgets codes that can't be entered any more.
    package func forgetCodes(madeBefore: Instant) async throws {
        try await execute("DELETE FROM habeas.code WHERE made_at < habeas.instant($1)", [madeBefore.sql])
    }
}
