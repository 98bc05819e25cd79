internal import ArchiveFormat
internal import DataMap
internal import PostgresAccess
internal import RowEncoding

/// Searches one table, in a read-only transaction of its own.
struct TableSearch {
    /// Time was up before the table was.
    private struct TimeIsUp: Error {}

    private let table: HuntTable
    private let role: String
    private let patterns: HuntPatterns
    private let limits: HuntLimits
    private let wanted: [CatalogueColumn]
    private let readable: [CatalogueColumn]
    private let blank: TableFinding

    init(_ table: HuntTable, isMapped: Bool, role: String, patterns: HuntPatterns, limits: HuntLimits) {
        self.table = table
        self.role = role
        self.patterns = patterns
        self.limits = limits
        wanted = table.searched(withNumbers: patterns.hasNumbers)
        readable = wanted.filter { !table.denied.contains($0.name) }
        var coverage = HuntReport.Coverage(table, isMapped: isMapped)
        coverage.columns = readable.count
        blank = TableFinding(coverage)
    }

    /// Searches the table as far as it can be.
    ///
    /// - Throws: `PostgresError` when cancelled; everything else is part of what it gives.
    func run<Time: Clock>(
        over connection: PostgresConnection, until deadline: Time.Instant, _ clock: Time
    ) async throws -> TableFinding where Time.Duration == Duration {
        guard table.kind != "f" else { return blank.stopped(.foreignTable, "search the server that has its rows") }
        guard !wanted.isEmpty, table.isPopulated else { return blank.whole() }
        guard !readable.isEmpty else { return blank.stopped(.permission, grant) }
        var castsOwnTypes = false
        while true {
            var finding = blank
            do {
                try await stream(&finding, castsOwnTypes: castsOwnTypes, over: connection, until: deadline, clock)
                return readable.count < wanted.count ? finding.stopped(.permission, grant) : finding.whole()
            } catch {
                guard !castsOwnTypes, Self.lacksBinaryForm(error) else { return try stop(finding, error) }
                castsOwnTypes = true
            }
        }
    }

    // MARK: rows

    private func stream<Time: Clock>(
        _ finding: inout TableFinding, castsOwnTypes: Bool, over connection: PostgresConnection,
        until deadline: Time.Instant, _ clock: Time
    ) async throws where Time.Duration == Duration {
        let left = min(limits.table, clock.now.duration(to: deadline))
        let query = self.query(castsOwnTypes: castsOwnTypes)
        var found = finding
        // What was found before a failure counts.
        defer { finding = found }
        try await connection.withTransaction(.snapshot) { connection in
            try await connection.set([
                ("lock_timeout", "\(limits.lockWait.wholeMilliseconds)ms"),
                ("statement_timeout", "\(left.wholeMilliseconds)ms"), ("row_security", "off"),
            ])
            try await connection.startCopy(query: query)
            var search = RowSearch(patterns.set, columns: readable.count, packable: packable)
            while let batch = try await connection.nextBatch() {
                try batch.withBytes { bytes in
                    try search.search(bytes) {
                        found.add($0, patterns, readable)
                    } packed: { value in
                        unpack(value, &found)
                    }
                }
                found.coverage.rows = search.rows
                found.coverage.bytes += Int64(batch.count)
                if clock.now >= deadline && !batch.isLast { throw TimeIsUp() }
            }
        }
    }

    /// Partitions and heirs are searched under their own names: `ONLY` keeps each row to one table.
    private func query(castsOwnTypes: Bool) -> String {
        let columns = readable.map { column in
            let isCast = HuntTable.isNumber(column) || castsOwnTypes && !column.isBuiltIn
            return column.name.quoted + (isCast ? "::pg_catalog.text" : "")
        }
        return "SELECT \(columns.joined(separator: ", ")) FROM ONLY \(table.name.quoted)"
    }

    private var packable: Set<Int> { Set(readable.indices.filter { readable[$0].baseType == "bytea" }) }

    private func unpack(_ value: PackedValue, _ finding: inout TableFinding) {
        let unpacked = UnpackedBytes(value.bytes, limit: limits.unpackedBytes)
        if unpacked.isCutShort { finding.coverage.cutValues += 1 }
        RowSearch.hits(of: patterns.set, in: unpacked.bytes, column: value.column, row: value.row) {
            finding.add($0, patterns, readable)
        }
    }

    // MARK: failures

    private var grant: String {
        let schema = table.name.schema.quoted
        return "GRANT USAGE ON SCHEMA \(schema) TO \(role); GRANT SELECT ON \(table.name.quoted) TO \(role)"
    }

    /// 42883, undefined function: a type of an extension has no binary form.
    private static func lacksBinaryForm(_ error: any Error) -> Bool { (error as? PostgresError)?.sqlState == "42883" }

    private func stop(_ finding: TableFinding, _ error: any Error) throws -> TableFinding {
        if error is TimeIsUp { return finding.stopped(.time, nil, closing: true) }
        guard let error = error as? PostgresError else {
            return finding.stopped(.refused, "its rows can't be read as PostgreSQL's binary form", closing: true)
        }
        switch (error.code, error.sqlState) {
        case (.cancelled, _): throw error
        case (.timedOut, "55P03"): return finding.stopped(.locked, "somebody holds the table; hunt again")
        case (.timedOut, _): return finding.stopped(.time, nil)
        case (.connectionLost, _): return finding.stopped(.connection, error.description, closing: true)
        // Rights were looked at before: what is left is row security, which refuses rather than hide.
        case (_, "42501"): return finding.stopped(.rowSecurity, "hunt as a role with BYPASSRLS")
        default: return finding.stopped(.refused, error.description)
        }
    }
}

extension Duration {
    /// At least one: zero would mean no limit to the server.
    fileprivate var wholeMilliseconds: Int64 {
        max(1, components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
