internal import PostgresAccess
package import RightsCore

extension ControlTransaction {
    // MARK: writing

    /// Stores a hold that was just placed.
    ///
    /// - Parameter today: the controller's day: the operators are told at once, and not again on it.
    package func insert(_ record: HoldRecord, today: CivilDate) async throws {
        let hold = record.hold
        let scope = hold.scope
        try await execute(
            """
            INSERT INTO habeas.hold (id, matter, basis, subject_hash, subject_box, collections, records_box, record_count,
                range_column, range_from, range_until, issuer, custodian, placed_at, review_on, state, reminded_on)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, habeas.instant($14), $15, $16, $17)
            """,
            [
                hold.id.text, hold.matter, hold.basis.rawValue, scope.subject?.sql, record.subjectBox?.sql,
                scope.collections.sqlArray, record.recordsBox?.sql, String(record.recordCount), scope.range?.column,
                scope.range?.from?.description, scope.range?.until?.description, hold.issuer.text,
                hold.custodian?.text, hold.placedAt.sql, hold.reviewOn.description, hold.state.rawValue,
                today.description,
            ])
    }

    /// Stores what may change in a hold's life; once it is over, whom and which records it was about is forgotten. The row
    /// must be locked by ``hold(_:isLocked:)``.
    package func store(_ hold: LegalHold) async throws {
        try await execute(
            """
            UPDATE habeas.hold SET review_on = $2, approved_by = $4, approved_at = habeas.instant($5),
                release_proposed_by = $6, released_by = $7, released_at = habeas.instant($8),
                subject_box = CASE WHEN $9::boolean THEN subject_box END,
                records_box = CASE WHEN $9::boolean THEN records_box END,
                reminded_on = CASE WHEN state = $3 AND review_on = $2::date THEN reminded_on END,
                state = $3
            WHERE id = $1
            """,
            [
                hold.id.text, hold.reviewOn.description, hold.state.rawValue, hold.approvedBy?.text,
                hold.approvedAt?.sql, hold.releaseProposedBy?.text, hold.releasedBy?.text, hold.releasedAt?.sql,
                String(hold.isInForce),
            ])
    }

    // MARK: reading

    /// A hold; nil when there is none of that id.
    ///
    /// - Parameter isLocked: whether nobody else may change it until the transaction ends.
    package func hold(_ id: HoldID, isLocked: Bool = false) async throws -> HoldRecord? {
        try await first(
            "SELECT \(HoldRecord.columns) FROM habeas.hold WHERE id = $1" + (isLocked ? " FOR UPDATE" : ""), [id.text]
        ).map { row throws(LedgerError) in try HoldRecord(row) }
    }

    /// Holds that pass a filter, the newest first.
    package func holds(_ filter: HoldFilter) async throws -> [HoldRecord] {
        try await rows(
            """
            SELECT \(HoldRecord.columns) FROM habeas.hold
            WHERE (cardinality($1::text[]) = 0 OR state = ANY ($1)) AND ($2::uuid IS NULL OR id < $2)
                AND ($4::date IS NULL OR (review_on < $4 AND \(HoldState.inForceSQL)))
            ORDER BY id DESC LIMIT $3
            """,
            [
                filter.states.map(\.rawValue).sqlArray, filter.before?.text, String(filter.limit),
                filter.reviewBefore?.description,
            ]
        ).map { row throws(LedgerError) in try HoldRecord(row) }
    }

    /// Holds in force that can keep rows of a person, the oldest first.
    package func holds(applyingTo subject: Hash256) async throws -> [HoldRecord] {
        try await rows(
            """
            SELECT \(HoldRecord.columns) FROM habeas.hold
            WHERE \(HoldState.inForceSQL) AND (subject_hash = $1 OR subject_hash IS NULL) ORDER BY id
            """, [subject.sql]
        ).map { row throws(LedgerError) in try HoldRecord(row) }
    }

    /// How many holds are in force, wait for a second person, and should have been reviewed.
    ///
    /// - Parameter today: the controller's day.
    package func holdCount(today: CivilDate) async throws -> HoldCount {
        guard
            var row = try await first(
                """
                SELECT count(*), count(*) FILTER (WHERE state <> 'active'), count(*) FILTER (WHERE review_on < $1)
                FROM habeas.hold WHERE \(HoldState.inForceSQL)
                """, [today.description])
        else { return HoldCount(inForce: 0, unconfirmed: 0, reviewOverdue: 0) }
        return HoldCount(inForce: try row.int(), unconfirmed: try row.int(), reviewOverdue: try row.int())
    }

    /// Holds that wait for somebody, for a review or a second person, and of which nobody was told on this day; they count
    /// as told then. The most urgent first.
    package func takeWaitingHolds(today: CivilDate, limit: Int) async throws -> [HoldRecord] {
        try await rows(
            """
            UPDATE habeas.hold SET reminded_on = $1 WHERE id IN (
                SELECT id FROM habeas.hold
                WHERE \(HoldState.inForceSQL) AND (review_on < $1::date OR state <> 'active')
                    AND reminded_on IS DISTINCT FROM $1::date
                ORDER BY review_on, id LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING \(HoldRecord.columns)
            """, [today.description, String(limit)]
        ).map { row throws(LedgerError) in try HoldRecord(row) }.sorted { $0.hold.reviewOn < $1.hold.reviewOn }
    }

    // MARK: erasures that wait

    /// Writes down that an erasure left something behind for holds, so that it goes on when they end.
    ///
    /// The holds can't end before this transaction does.
    ///
    /// - Returns: the holds that are in force. One that ended meanwhile isn't among them: nothing may be left behind for it
    ///   any more.
    package func noteHeld(_ request: RequestID, by holds: [HoldID], at now: Instant) async throws -> [HoldID] {
        let found = try await rows(
            """
            SELECT id FROM habeas.hold WHERE id = ANY ($1::uuid[]) AND \(HoldState.inForceSQL) ORDER BY id FOR SHARE
            """, [holds.map(\.text).sqlArray]
        ).map { row throws(LedgerError) in
            var row = row
            return try row.value { HoldID($0) }
        }
        try await execute(
            """
            INSERT INTO habeas.held_erasure (request_id, hold_id, since)
            SELECT $1, hold, habeas.instant($3) FROM unnest($2::uuid[]) hold ON CONFLICT DO NOTHING
            """, [request.text, found.map(\.text).sqlArray, now.sql])
        return found
    }

    /// The erasures that wait for a hold, the oldest first.
    package func requests(heldBy hold: HoldID) async throws -> [RequestID] {
        try await rows("SELECT request_id FROM habeas.held_erasure WHERE hold_id = $1 ORDER BY request_id", [hold.text])
            .map { row throws(LedgerError) in
                var row = row
                return try row.value { RequestID($0) }
            }
    }

    /// The holds that an erasure waits for.
    package func holds(holding request: RequestID) async throws -> [HoldID] {
        try await rows("SELECT hold_id FROM habeas.held_erasure WHERE request_id = $1 ORDER BY hold_id", [request.text])
            .map { row throws(LedgerError) in
                var row = row
                return try row.value { HoldID($0) }
            }
    }

    /// Nothing waits for a hold any more.
    package func forgetHeld(by hold: HoldID) async throws {
        try await execute("DELETE FROM habeas.held_erasure WHERE hold_id = $1", [hold.text])
    }

    // MARK: forgetting

    /// Removes holds that ended long ago.
    ///
    /// - Returns: which.
    package func forgetHolds(endedBefore: Instant, limit: Int) async throws -> [HoldID] {
        try await rows(
            """
            DELETE FROM habeas.hold WHERE id IN (
                SELECT id FROM habeas.hold WHERE released_at < habeas.instant($1)
                ORDER BY released_at LIMIT $2 FOR UPDATE SKIP LOCKED)
            RETURNING id
            """, [endedBefore.sql, String(limit)]
        ).map { row throws(LedgerError) in
            var row = row
            return try row.value { HoldID($0) }
        }
    }
}

extension HoldState {
    /// The condition of a hold in force, as the index has it.
    static let inForceSQL = "state IN ('proposed', 'active', 'release_proposed')"
}
