package import RightsCore

extension ControlTransaction {
    // MARK: dates

    /// The clocks of a request, by purpose and regime.
    package func clocks(of request: RequestID) async throws -> [ClockRecord] {
        try await rows(
            "SELECT \(ClockRecord.columns) FROM habeas.request_clock WHERE request_id = $1 ORDER BY purpose, regime",
            [request.text]
        ).map { row throws(LedgerError) in try ClockRecord(row) }
    }

    /// Stores a clock; one of the same purpose and regime is replaced.
    package func store(_ clock: ClockRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.request_clock (request_id, purpose, regime, result, computed_at, proposed)
            VALUES ($1, $2, $3, $4, habeas.instant($5), $6)
            ON CONFLICT (request_id, purpose, regime) DO UPDATE
                SET result = excluded.result, computed_at = excluded.computed_at, proposed = excluded.proposed
            """,
            [
                clock.request.text, clock.purpose.rawValue, clock.regime, try clock.deadline.json(),
                clock.computedAt.sql, try clock.proposed.map { try $0.json() },
            ])
    }

    /// Stores what a request's clocks come to.
    package func store(_ dates: RequestDates, hasProposal: Bool, of request: RequestID) async throws {
        try await execute(
            """
            UPDATE habeas.request SET due_end = habeas.instant($2), work_end = habeas.instant($3),
                acknowledge_end = habeas.instant($4), waits_for = $5, waits_since = $6, rules_changed = $7
            WHERE id = $1
            """,
            [
                request.text, dates.dueEnd?.sql, dates.workEnd?.sql, dates.acknowledgeEnd?.sql,
                dates.waitsFor?.rawValue, dates.waitsSince?.description, String(hasProposal),
            ])
    }

    /// Requests whose clock runs, that of the answer or of an appeal, after one in the order of their ids, for going
    /// through all of them; the first without `after`.
    package func requestsWithRunningClock(after: RequestID?, limit: Int) async throws -> [RequestRecord] {
        try await rows(
            """
            SELECT \(RequestRecord.columns) FROM habeas.request
            WHERE (\(RequestState.openSQL)
                    OR EXISTS (SELECT FROM habeas.appeal a WHERE a.request_id = request.id AND a.decided_at IS NULL))
                AND ($1::uuid IS NULL OR id > $1)
            ORDER BY id LIMIT $2
            """, [after?.text, String(limit)]
        ).map { row throws(LedgerError) in try RequestRecord(row) }
    }

    // MARK: questions

    /// What the person was asked, in order.
    package func questions(of request: RequestID) async throws -> [QuestionRecord] {
        try await rows(
            "SELECT \(QuestionRecord.columns) FROM habeas.clock_question WHERE request_id = $1 ORDER BY asked_on, id",
            [request.text]
        ).map { row throws(LedgerError) in try QuestionRecord(row) }
    }

    /// Writes a question down.
    ///
    /// - Returns: false when one of that kind is open.
    package func insert(_ question: QuestionRecord) async throws -> Bool {
        try await touched(
            """
            INSERT INTO habeas.clock_question (id, request_id, kind, asked_on, asked_by, notice_id)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                question.id.text, question.request.text, question.kind.rawValue, question.askedOn.description,
                question.askedBy, question.notice?.text,
            ])
    }

    /// Writes the day of the answer down.
    package func answer(_ question: EventID, on day: CivilDate) async throws {
        try await execute(
            "UPDATE habeas.clock_question SET answered_on = $2 WHERE id = $1", [question.text, day.description])
    }

    /// Moves the day of a question that left later than it was written.
    ///
    /// - Returns: whether it moved.
    package func postponeQuestion(askedBy notice: NoticeID, to day: CivilDate) async throws -> Bool {
        try await touched(
            """
            UPDATE habeas.clock_question SET asked_on = $2
            WHERE notice_id = $1 AND asked_on < $2 AND answered_on IS NULL RETURNING id
            """, [notice.text, day.description])
    }

    /// Removes a question that never reached the person.
    package func removeQuestion(askedBy notice: NoticeID) async throws -> Bool {
        try await touched(
            "DELETE FROM habeas.clock_question WHERE notice_id = $1 AND answered_on IS NULL RETURNING id",
            [notice.text])
    }

    // MARK: extensions

    /// The extensions of a request, in order.
    package func extensions(of request: RequestID) async throws -> [ExtensionRecord] {
        try await rows(
            "SELECT \(ExtensionRecord.columns) FROM habeas.clock_extension WHERE request_id = $1 ORDER BY made_at",
            [request.text]
        ).map { row throws(LedgerError) in try ExtensionRecord(row) }
    }

    /// Writes an extension down.
    ///
    /// - Returns: false when one is waiting or granted already.
    package func insert(_ record: ExtensionRecord) async throws -> Bool {
        try await touched(
            """
            INSERT INTO habeas.clock_extension
                (request_id, purpose, reason, notice_id, delivered_on, announced_on, state, made_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, habeas.instant($8)) ON CONFLICT DO NOTHING RETURNING request_id
            """,
            [
                record.request.text, record.purpose.rawValue, record.reason, record.notice?.text,
                record.deliveredOn?.description, record.announcedOn?.description, record.state.rawValue,
                record.madeAt.sql,
            ])
    }

    /// Stores what became of the extension that a mail tells of.
    package func settleExtension(
        toldBy notice: NoticeID, as state: ExtensionRecord.State, deliveredOn: CivilDate?
    ) async throws {
        try await execute(
            "UPDATE habeas.clock_extension SET state = $2, delivered_on = $3 WHERE notice_id = $1",
            [notice.text, state.rawValue, deliveredOn?.description])
    }

    // MARK: appeals

    /// The complaint about a request's answer; nil when there is none.
    package func appeal(of request: RequestID) async throws -> AppealRecord? {
        try await first("SELECT \(AppealRecord.columns) FROM habeas.appeal WHERE request_id = $1", [request.text])
            .map { row throws(LedgerError) in try AppealRecord(row) }
    }

    /// Removes a complaint with its clocks and its extension.
    package func forgetAppeal(of request: RequestID) async throws {
        try await execute("DELETE FROM habeas.appeal WHERE request_id = $1", [request.text])
        try await execute(
            "DELETE FROM habeas.request_clock WHERE request_id = $1 AND purpose = 'appeal'", [request.text])
        try await execute(
            "DELETE FROM habeas.clock_extension WHERE request_id = $1 AND purpose = 'appeal'", [request.text])
    }

    /// Stores a complaint.
    package func store(_ appeal: AppealRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.appeal
                (request_id, received_at, received_offset, due_end, work_end, decided_at, outcome)
            VALUES ($1, habeas.instant($2), $3, habeas.instant($4), habeas.instant($5), habeas.instant($6), $7)
            ON CONFLICT (request_id) DO UPDATE SET due_end = excluded.due_end, work_end = excluded.work_end,
                decided_at = excluded.decided_at, outcome = excluded.outcome
            """,
            [
                appeal.request.text, appeal.received.instant.sql, String(appeal.received.offset), appeal.dueEnd?.sql,
                appeal.workEnd?.sql, appeal.decidedAt?.sql, appeal.outcome?.rawValue,
            ])
    }
}
