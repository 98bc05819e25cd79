package import RightsCore

extension ControlTransaction {
    /// Counts what is open, per law and state, in one scan of the index `request_due` alone.
    ///
    /// - Parameter days: counts what falls due within so many days, too; nil counts none of that.
    package func dashboardCounts(
        _ filter: DashboardFilter, at moments: DashboardMoments, dueWithin days: Int? = nil
    ) async throws -> [DashboardCount] {
        let (sql, parameters) = Self.dashboardCounting(filter, at: moments, dueWithin: days)
        return try await rows(sql, parameters).map { row throws(LedgerError) in
            var row = row
            let regime = try row.text()
            let state = try row.value(RequestState.init(rawValue:))
            var counts: [DashboardBucket: Int] = [:]
            for bucket in DashboardBucket.allCases { counts[bucket] = try row.int() }
            return DashboardCount(
                regime: regime, state: state, counts: counts, dueWithin: days == nil ? nil : try row.int())
        }
    }

    /// The statement that ``dashboardCounts(_:at:dueWithin:)`` runs: tests look at its plan.
    package static func dashboardCounting(
        _ filter: DashboardFilter, at moments: DashboardMoments, dueWithin days: Int? = nil
    ) -> (sql: String, parameters: [String?]) {
        var statement = DashboardStatement()
        var columns: [String] = []
        for bucket in DashboardBucket.allCases {
            let condition = bucket.condition(at: moments, in: &statement)
            columns.append(condition == "true" ? "count(*)" : "count(*) FILTER (WHERE \(condition))")
        }
        if let days {
            let condition = DashboardBucket.due(within: days, at: moments, in: &statement)
            columns.append("count(*) FILTER (WHERE \(condition))")
        }
        let conditions = statement.conditions(of: filter)
        let sql = """
            SELECT regime, state, \(columns.joined(separator: ", "))
            FROM habeas.request WHERE \(conditions) GROUP BY regime, state
            """
        return (sql, statement.parameters)
    }

    /// Counts complaints that aren't decided.
    package func appealCounts(_ filter: DashboardFilter, at now: Instant) async throws -> AppealCount {
        let (sql, parameters) = Self.appealCounting(filter, at: now)
        guard var row = try await first(sql, parameters) else { return AppealCount(open: 0, overdue: 0) }
        return AppealCount(open: try row.int(), overdue: try row.int())
    }

    /// The statement that ``appealCounts(_:at:)`` runs.
    package static func appealCounting(
        _ filter: DashboardFilter, at now: Instant
    ) -> (sql: String, parameters: [String?]) {
        var statement = DashboardStatement()
        let now = statement.sql(of: now)
        let conditions = statement.conditions(of: filter, isOpen: false)
        // LIMIT keeps the planner from reading all requests to join a few complaints.
        let requests =
            conditions == "true"
            ? ""
            : """
            CROSS JOIN LATERAL (SELECT FROM (SELECT * FROM habeas.request r WHERE r.id = a.request_id LIMIT 1) one
                WHERE \(conditions)) fitting
            """
        let sql = """
            SELECT count(*), count(*) FILTER (WHERE a.due_end <= \(now)) FROM habeas.appeal a \(requests)
            WHERE a.decided_at IS NULL
            """
        return (sql, statement.parameters)
    }

    /// The open requests that come first by the day to have them done by; those answered before only where a bucket is
    /// asked for that counts them.
    ///
    /// - Parameters:
    ///   - bucket: only what counts there.
    ///   - days: only what falls due within so many days, or is overdue.
    package func urgentRequests(
        _ filter: DashboardFilter, in bucket: DashboardBucket?, dueWithin days: Int? = nil,
        at moments: DashboardMoments, limit: Int
    ) async throws -> [UrgentRequest] {
        let (sql, parameters) = Self.urgentListing(filter, in: bucket, dueWithin: days, at: moments, limit: limit)
        return try await rows(sql, parameters).map { row throws(LedgerError) in try UrgentRequest(row) }
    }

    /// The statement that ``urgentRequests(_:in:dueWithin:at:limit:)`` runs.
    package static func urgentListing(
        _ filter: DashboardFilter, in bucket: DashboardBucket?, dueWithin days: Int? = nil,
        at moments: DashboardMoments, limit: Int
    ) -> (sql: String, parameters: [String?]) {
        var statement = DashboardStatement()
        var conditions = statement.conditions(of: filter)
        if let bucket {
            conditions += " AND \(bucket.condition(at: moments, in: &statement))"
        } else {
            conditions += " AND answered_at IS NULL"
        }
        if let days {
            conditions +=
                " AND due_end <= \(statement.sql(of: moments.end(in: days))) AND waits_for IS NULL AND answered_at IS NULL"
        }
        // The few rows are found through an index; only these are looked up in the table.
        let sql = """
            WITH urgent AS MATERIALIZED (
                SELECT id, work_end FROM habeas.request WHERE \(conditions) ORDER BY work_end, id LIMIT \(limit))
            SELECT \(UrgentRequest.columns) FROM urgent u JOIN habeas.request r ON r.id = u.id
                LEFT JOIN habeas.staff s ON s.id = r.assignee
            ORDER BY u.work_end, u.id
            """
        return (sql, statement.parameters)
    }
}
