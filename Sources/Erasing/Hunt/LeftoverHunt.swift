internal import Dispatch
package import DataMap
package import PostgresAccess

/// Looks for what is left of people after their erasure, in every text-like column of a database and in the names of
/// objects. It reads, and writes nothing.
///
/// Rows are streamed here and compared here: no identifier is part of a statement, a parameter or a temporary table, so
/// none can show up in the server's log or in `pg_stat_activity`. It runs on a queue of its own, since comparing and
/// walking folders block.
package actor LeftoverHunt {
    private let home = OwnQueue("habeas.hunt")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }

    let people: [HuntedPerson]
    let limits: HuntLimits
    let patterns: HuntPatterns

    /// A hunt for several people at once: a window's erasures cost one pass.
    package init(_ people: [HuntedPerson], limits: HuntLimits = HuntLimits()) {
        self.people = people
        self.limits = limits
        patterns = HuntPatterns(people)
    }

    /// Searches a database: tables that the map doesn't know first, then the others, small ones before large ones.
    ///
    /// - Throws: `PostgresError` when the list of tables can't be had, or when cancelled; whatever else stands in the
    ///   way is in the report.
    package func search<Time: Clock>(
        _ target: ConnectionTarget, in scope: HuntScope, mapped: Set<TableName>, clock: Time = ContinuousClock()
    ) async throws -> HuntReport where Time.Duration == Duration {
        let deadline = clock.now.advanced(by: limits.budget)
        var report = makeReport()
        var role = ""
        var waiting: ArraySlice<HuntTable> = []
        try await PostgresConnection.withConnection(to: target) { connection in
            role = try await connection.query("SELECT quote_ident(current_user)").first?.first.flatMap { $0 } ?? ""
            // One snapshot, so that no table is between two queries.
            waiting = try await connection.withTransaction(.snapshot) { connection in
                try await HuntTable.all(over: connection, in: scope).inOrder(mapped)[...]
            }
            if case .all = scope { report.largeObjects = try await Self.largeObjects(connection) }
        }
        while !waiting.isEmpty && clock.now < deadline {
            do {
                try await PostgresConnection.withConnection(to: target) { connection in
                    var isUsable = true
                    while isUsable, clock.now < deadline, let table = waiting.popFirst() {
                        let isMapped = mapped.contains(table.root) || mapped.contains(table.name)
                        let search = TableSearch(
                            table, isMapped: isMapped, role: role, patterns: patterns, limits: limits)
                        let result = try await search.run(over: connection, until: deadline, clock)
                        add(result, of: table, to: &report)
                        isUsable = result.isConnectionUsable
                    }
                }
            } catch let error as PostgresError where error.code != .cancelled {
                break
            }
        }
        let obstacle: HuntReport.Obstacle = clock.now < deadline ? .connection : .time
        for table in waiting { report.tables.append(.none(table, mapped: mapped, obstacle)) }
        return report
    }

    private static func largeObjects(_ connection: PostgresConnection) async throws(PostgresError) -> Int64 {
        let rows = try await connection.query("SELECT count(*) FROM pg_largeobject_metadata")
        return rows.first?.first.flatMap { $0 }.flatMap { Int64($0) } ?? 0
    }

    // MARK: report

    private func makeReport() -> HuntReport {
        var report = HuntReport()
        for person in people {
            let weak = person.needles.compactMap { needle in
                needle.weakness.map { HuntReport.Unhunted(person: person.reference, kind: needle.kind, weakness: $0) }
            }
            report.unhunted += weak
            if weak.count == person.needles.count { report.untold.append(person.reference) }
        }
        return report
    }

    private func add(_ result: TableFinding, of table: HuntTable, to report: inout HuntReport) {
        report.tables.append(result.coverage)
        report.finds += result.rows.map { place, rows in
            let person = people[place.owner.person]
            let tables: Set = [table.name, table.root]
            let isExpected = tables.contains { name in
                person.kept.contains(HuntPlace(table: name))
                    || person.kept.contains(HuntPlace(table: name, column: place.column))
            }
            return HuntReport.Find(
                person: person.reference, table: table.name.written, column: place.column.written,
                kind: place.owner.kind, rows: rows, isExpected: isExpected)
        }.sorted { ($0.column, $0.person, $0.kind) < ($1.column, $1.person, $1.kind) }
    }
}

extension [HuntTable] {
    /// The suspicious first, the large last.
    fileprivate func inOrder(_ mapped: Set<TableName>) -> [HuntTable] {
        let rank = { (table: HuntTable) in mapped.contains(table.root) || mapped.contains(table.name) ? 1 : 0 }
        return sorted { (rank($0), $0.pages, $0.name) < (rank($1), $1.pages, $1.name) }
    }
}

extension HuntReport.Coverage {
    /// A table that the search never came to.
    fileprivate static func none(
        _ table: HuntTable, mapped: Set<TableName>, _ obstacle: HuntReport.Obstacle
    ) -> HuntReport.Coverage {
        let isMapped = mapped.contains(table.root) || mapped.contains(table.name)
        var coverage = HuntReport.Coverage(table, isMapped: isMapped)
        coverage.obstacle = obstacle
        return coverage
    }
}
