internal import DataMap
internal import PostgresAccess
internal import SubjectAccess
internal import RightsCore

/// How much an export will have to do.
package struct ExportEstimate: Sendable, Equatable {
    /// Rows of each wanted collection, as the verifier counts them.
    package let rows: [String: Int64]
    /// Rows that point to a file, one for each file.
    package let files: Int64
    /// Bytes of those files, as far as the rows say.
    package let fileBytes: UInt64
    /// Files whose size no row says.
    package let filesOfUnknownSize: Int64
    /// Bytes of the rows in the forms asked for, before compression: as the server's statistics have it, so roughly.
    package let rowBytes: UInt64

    /// Rows of all wanted collections.
    package var totalRows: Int64 { rows.values.reduce(0, +) }
    /// What to keep free for the archive: compression only makes it less.
    package var bytes: UInt64 { fileBytes + rowBytes }
}

extension Exporter {
    /// Counts what an export would read, without reading it: the rows that the map's paths lead to, and the files.
    ///
    /// - Parameter limit: after which the server gives up counting.
    /// - Returns: nil when there is too much to be counted in that time.
    /// - Throws: `ExportError`, `PostgresError`, as an export would.
    package func measure(
        _ request: ExportRequest, within limit: Duration = .seconds(20)
    ) async throws -> ExportEstimate? {
        do { return try await estimate(request, limit) } catch let error as PostgresError
            where error.code == .timedOut
        {
            return nil
        }
    }

    private func estimate(_ request: ExportRequest, _ limit: Duration) async throws -> ExportEstimate {
        let count = try await withVerifier(limit: limit) { verifier, catalogue in
            try await ExportCount(request, map, catalogue, on: verifier)
        }
        let (bytes, known) = try await fileBytes(count, limit)
        let files = count.counts.values.flatMap(\.files).reduce(0, +)
        let forms: Double = request.format == .both ? 2 : 1
        return ExportEstimate(
            rows: count.counts.mapValues(\.source), files: files, fileBytes: bytes,
            filesOfUnknownSize: max(0, files - known), rowBytes: UInt64(count.rowBytes * forms))
    }

    /// The sum of the sizes that rows say of their files, and how many say one. The exporter reads it, under row security:
    /// the verifier may see no such column.
    private func fileBytes(_ count: ExportCount, _ limit: Duration) async throws -> (UInt64, Int64) {
        let queries = count.plan.all.flatMap { plan in
            (count.counts[plan.collection.name]?.files ?? []).contains { $0 > 0 }
                ? plan.files.compactMap(plan.queries.fileBytes) : []
        }
        guard !queries.isEmpty else { return (0, 0) }
        let rows = try await database.exporter.withConnection { exporter in
            try await exporter.withTransaction(.snapshot) { exporter in
                try await exporter.set([("statement_timeout", String(limit.milliseconds))])
                try await exporter.scope(to: count.subject)
                return try await exporter.query(RowCounter.oneStatement(queries))
            }
        }
        return rows.reduce((0, 0)) { sum, row in
            (sum.0 &+ (row[1].flatMap { UInt64($0) } ?? 0), sum.1 + (row[2].flatMap { Int64($0) } ?? 0))
        }
    }
}

/// What the verifier counts of one request.
private struct ExportCount: Sendable {
    let subject: Subject
    let plan: ExportPlan
    let counts: [String: RowCounts]
    /// Bytes of all rows as their tables hold them.
    let rowBytes: Double

    init(
        _ request: ExportRequest, _ map: DataMap, _ catalogue: Catalogue, on verifier: PostgresConnection
    ) async throws {
        subject = try await SubjectResolver(map: map, catalogue: catalogue, connection: verifier)
            .exported(request.subject)
        plan = try ExportPlan(
            map, catalogue, kind: subject.kind, right: request.right, regime: request.regime, only: request.only)
        try await verifier.name(subject)
        counts = try await RowCounter.sourceRows(plan, on: verifier)
        rowBytes = try await Self.bytes(of: plan, counts, on: verifier)
    }

    /// A row's bytes where the server has no statistics yet.
    private static let unknownRow: Double = 1024
    /// An empty table's pages don't count as a row's; names, commas and quotes of JSON stand beside each value.
    private static let longestRow: Double = 1024 * 1024 * 1024

    private static func bytes(
        of plan: ExportPlan, _ counts: [String: RowCounts], on verifier: PostgresConnection
    ) async throws -> Double {
        let tables = plan.all.map(\.table.name)
        let schemas = Set(tables.map(\.schema)).sorted()
        let parameters = schemas.indices.map { "$\($0 + 1)" }.joined(separator: ", ")
        let rows = try await verifier.query(
            """
            SELECT n.nspname, c.relname,
                   (c.relpages + coalesce(t.relpages, 0))::float8 * current_setting('block_size')::float8 / c.reltuples
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
             WHERE n.nspname IN (\(parameters)) AND c.relkind IN ('r', 'm', 'p') AND c.reltuples > 0
            """, schemas.map(\.text))
        let widths = Dictionary(
            rows.map { row in
                (
                    TableName(schema: Identifier(row[0] ?? ""), name: Identifier(row[1] ?? "")),
                    row[2].flatMap(Double.init)
                )
            }, uniquingKeysWith: { first, _ in first })
        return plan.all.reduce(0) { sum, plan in
            let width = (widths[plan.table.name] ?? nil) ?? unknownRow
            return sum + Double(max(0, counts[plan.collection.name]?.source ?? 0)) * min(max(width, 64), longestRow)
        }
    }
}
