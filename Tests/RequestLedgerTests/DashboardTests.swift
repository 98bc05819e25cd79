import Foundation
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

/// The dashboard's numbers on a real database, against a recount of every row by other means.
@Suite struct DashboardTests {
    private static let requests = 60_000

    @Test func countsWhatARecountCounts() async throws {
        try await Self.withRequests(open: 200) { database, control in
            let moments = Self.moments
            let rows = try await Self.rows(database)
            for filter in Self.filters {
                let counts = try await control.connection {
                    try await $0.dashboardCounts(filter, at: moments, dueWithin: 10)
                }
                let fitting = rows.filter { $0.fits(filter) }
                for bucket in DashboardBucket.allCases {
                    let counted = counts.reduce(0) { $0 + ($1.counts[bucket] ?? 0) }
                    #expect(counted == fitting.count { $0.counts(in: bucket, moments) }, "\(bucket) \(filter)")
                }
                let within = fitting.count { $0.isDue(until: moments.end(in: 10), moments) }
                #expect(counts.reduce(0) { $0 + ($1.dueWithin ?? 0) } == within)
            }
            #expect(rows.count { $0.counts(in: .overdue, moments) } > 100 && rows.contains { $0.isAnswered })
            #expect(DashboardBucket.allCases.allSatisfy { bucket in rows.contains { $0.counts(in: bucket, moments) } })
        }
    }

    @Test func listsWhatComesFirst() async throws {
        try await Self.withRequests(open: 200) { database, control in
            let moments = Self.moments
            let rows = try await Self.rows(database).sorted {
                ($0.workEnd ?? .max, $0.id) < ($1.workEnd ?? .max, $1.id)
            }
            for bucket in [nil, DashboardBucket.open, .overdue, .dueIn7Days, .atRisk, .waitingForPerson] {
                let listed = try await control.connection {
                    try await $0.urgentRequests(DashboardFilter(), in: bucket, at: moments, limit: 40)
                }
                let wanted = rows.filter { row in bucket.map { row.counts(in: $0, moments) } ?? !row.isAnswered }
                    .prefix(40)
                #expect(listed.map(\.id.text) == wanted.map(\.id))
            }
            let near = try await control.connection {
                try await $0.urgentRequests(DashboardFilter(), in: nil, dueWithin: 3, at: moments, limit: 200)
            }
            #expect(near.allSatisfy { $0.dueEnd.map { $0 <= moments.end(in: 3) } ?? false && $0.waitsFor == nil })
            #expect(near.count == 200)
        }
    }

    /// Few open requests among many, and many: neither reads the table from end to end.
    @Test(arguments: [30, 200]) func readsNoTableFromEndToEnd(open: Int) async throws {
        try await Self.withRequests(open: open) { database, _ in
            let moments = Self.moments
            // Whatever else the server did while the first one ran may have kept pages from being known as visible.
            try await database.run("VACUUM (ANALYZE) habeas.request")
            for filter in Self.filters {
                let statements = [
                    ControlTransaction.dashboardCounting(filter, at: moments, dueWithin: 10),
                    ControlTransaction.appealCounting(filter, at: moments.now),
                    ControlTransaction.urgentListing(filter, in: nil, at: moments, limit: 20),
                    ControlTransaction.urgentListing(filter, in: .atRisk, at: moments, limit: 200),
                ]
                for (sql, parameters) in statements {
                    let plan = try await Self.plan(sql, parameters, database)
                    #expect(!plan.contains("Seq Scan on request"), "\(plan)")
                }
            }
            let (sql, parameters) = ControlTransaction.dashboardCounting(DashboardFilter(), at: moments)
            var plan = try await Self.plan(sql, parameters, database)
            // Pages become known as visible when nothing older runs any more.
            for _ in 0..<60 where !plan.contains("Index Only Scan using request_due") {
                try await Task.sleep(for: .seconds(1))
                try await database.run("VACUUM (ANALYZE) habeas.request")
                plan = try await Self.plan(sql, parameters, database)
            }
            #expect(plan.contains("Index Only Scan using request_due"), "\(plan)")
        }
    }

    @Test func countsAppeals() async throws {
        try await Self.withRequests(open: 30) { database, control in
            let now = Self.moments.now
            let all = try await control.connection { try await $0.appealCounts(DashboardFilter(), at: now) }
            var filter = DashboardFilter()
            filter.channel = .web
            let wanted = filter
            let web = try await control.connection { try await $0.appealCounts(wanted, at: now) }
            let rows = try await database.query(
                """
                SELECT count(*), count(*) FILTER (WHERE a.due_end <= now()),
                    count(*) FILTER (WHERE channel = 'web')
                FROM habeas.appeal a JOIN habeas.request r ON r.id = a.request_id WHERE a.decided_at IS NULL
                """)

            #expect([all.open, all.overdue, web.open].map { "\($0)" } == rows[0].compactMap { $0 })
            #expect(web.open < all.open)
        }
    }

    // MARK: parts

    private static let moments = DashboardMoments(
        now: Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)), zone: .utc)

    private static var filters: [DashboardFilter] {
        var regime = DashboardFilter()
        regime.regime = "SG-PDPA"
        var right = DashboardFilter()
        right.right = .erasure
        right.channel = .staff
        var states = DashboardFilter()
        states.states = [.paused, .failed]
        var nobody = DashboardFilter()
        nobody.assignee = StaffID("0199a1c2-7d3e-7abc-8def-0123456789ab")
        return [DashboardFilter(), regime, right, states, nobody]
    }

    private static func withRequests(
        open: Int, _ body: (TestDatabase, ControlDatabase) async throws -> Void
    ) async throws {
        try await TestCluster.withDatabase { database in
            let script = try Checkout.text("Benchmarks/dashboard.sql").replacing(":open", with: "\(open)")
                .replacing(":requests", with: "\(requests)")
            try await PostgresConnection.withConnection(to: database.target()) { connection in
                _ = try await Migrator.migrate(connection, controlRole: "habeas_control", password: nil)
                for statement in script.split(separator: ";\n") {
                    try await connection.run(unsafeSQL: String(statement))
                }
            }
            let control = ControlDatabase(pool: PostgresPool(to: database.target(as: "habeas_control"), limit: 2))
            do { try await body(database, control) } catch {
                await control.close()
                throw error
            }
            await control.close()
        }
    }

    private static func plan(_ sql: String, _ parameters: [String?], _ database: TestDatabase) async throws -> String {
        try await database.query("EXPLAIN " + sql, parameters).map { $0[0] ?? "" }.joined(separator: "\n")
    }

    /// A row of the table, judged by the words of the definitions and not by their SQL.
    private struct Row {
        let id, state, right, regime, channel: String
        let dueEnd, workEnd, acknowledgeEnd, acknowledgedAt, forecastEnd: Int64?
        let waitsFor: String?
        let rulesChanged: Bool
        let isAnswered: Bool

        func fits(_ filter: DashboardFilter) -> Bool {
            (filter.regime ?? regime) == regime && (filter.right?.rawValue ?? right) == right
                && (filter.channel?.rawValue ?? channel) == channel && filter.assignee == nil
                && (filter.states.isEmpty || filter.states.contains { $0.rawValue == state })
        }

        func isDue(until end: Instant, _ moments: DashboardMoments) -> Bool {
            guard let dueEnd, waitsFor == nil, !isAnswered else { return false }
            return dueEnd > moments.now.microseconds && dueEnd <= end.microseconds
        }

        func counts(in bucket: DashboardBucket, _ moments: DashboardMoments) -> Bool {
            let now = moments.now.microseconds
            let isOverdue = !isAnswered && waitsFor == nil && (dueEnd ?? .max) <= now
            switch bucket {
            case .open: return true
            case .overdue: return isOverdue
            case .dueToday: return isDue(until: moments.end(in: 0), moments)
            case .dueIn3Days: return isDue(until: moments.end(in: 3), moments)
            case .dueIn7Days: return isDue(until: moments.end(in: 7), moments)
            case .dueIn14Days: return isDue(until: moments.end(in: 14), moments)
            case .waitingForPerson: return state == "verifying" || waitsFor != nil
            case .paused: return state == "paused" && waitsFor == nil
            case .atRisk:
                let isLate = (workEnd ?? .max) <= now
                let isSlow = forecastEnd.map { $0 > workEnd ?? dueEnd ?? .max } ?? false
                return !isAnswered && !isOverdue && (isLate || isSlow || state == "failed")
            case .acknowledgementOverdue: return acknowledgedAt == nil && (acknowledgeEnd ?? .max) <= now
            case .withoutNumber: return dueEnd == nil && waitsFor == nil
            case .rulesChanged: return rulesChanged
            }
        }
    }

    private static func rows(_ database: TestDatabase) async throws -> [Row] {
        try await database.query(
            """
            SELECT id, state, asked_right, regime, channel, habeas.micros(due_end), habeas.micros(work_end),
                habeas.micros(acknowledge_end), habeas.micros(acknowledged_at), habeas.micros(forecast_end), waits_for,
                rules_changed, answered_at IS NOT NULL FROM habeas.request
            """
        ).compactMap { row in
            guard let state = row[1].flatMap({ RequestState(rawValue: $0) }), state.isOpen else { return nil }
            func number(_ index: Int) -> Int64? { row[index].flatMap { Int64($0) } }
            return Row(
                id: row[0] ?? "", state: state.rawValue, right: row[2] ?? "", regime: row[3] ?? "",
                channel: row[4] ?? "", dueEnd: number(5), workEnd: number(6), acknowledgeEnd: number(7),
                acknowledgedAt: number(8), forecastEnd: number(9), waitsFor: row[10], rulesChanged: row[11] == "t",
                isAnswered: row[12] == "t")
        }
    }
}
