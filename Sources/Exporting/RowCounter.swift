internal import ArchiveFormat
internal import DataMap
internal import PostgresAccess
internal import Synchronization

/// Counts what should be there, while the rows are read on other connections of the same snapshot.
struct RowCounter: Sendable {
    let plan: ExportPlan
    let snapshot: HeldSnapshot
    let known: KnownCounts

    /// Counts every collection as the map's paths find it past row security, and every table as row security shows it.
    ///
    /// - Throws: `ExportError` when the two differ: a path over the wrong column, or one that is null in some rows, would
    ///   leave rows out without anybody noticing.
    func counts() async throws -> [String: RowCounts] {
        async let visible = numbers(plan.visibility.map(\.visible), on: snapshot.watcher)
        let counts = try await Self.sourceRows(plan, on: snapshot.verifier)
        known.set(counts)
        var shared = try await numbers(plan.visibility.compactMap(\.union), on: snapshot.verifier)[...]
        for (check, shown) in zip(plan.visibility, try await visible) {
            let expected = check.union == nil ? counts[check.collections[0]]?.source : shared.popFirst()
            try compare(check, shown, expected ?? -1)
        }
        try snapshot.budget.check()
        return counts
    }

    /// Counts every collection of a plan past row security.
    static func sourceRows(
        _ plan: ExportPlan, on verifier: PostgresConnection
    ) async throws(PostgresError) -> [String: RowCounts] {
        let rows = try await verifier.query(oneStatement(plan.all.map(\.queries.count)))
        return Dictionary(
            uniqueKeysWithValues: zip(plan.all, rows).map { ($0.collection.name, RowCounts($1.dropFirst())) })
    }

    private func numbers(_ queries: [String], on connection: PostgresConnection) async throws -> [Int64] {
        guard !queries.isEmpty else { return [] }
        return try await connection.query(Self.oneStatement(queries)).map { $0[1].flatMap { Int64($0) } ?? -1 }
    }

    /// Several queries of one row each, as one statement that gives their rows in order, numbered.
    static func oneStatement(_ queries: [String]) -> String {
        queries.enumerated().map { "SELECT \($0), q.* FROM (\($1)) AS q" }.joined(separator: " UNION ALL ")
            + " ORDER BY 1"
    }

    private func compare(_ check: VisibilityCheck, _ shown: Int64, _ expected: Int64) throws {
        guard shown != expected else { return }
        throw ExportError(
            .countMismatch,
            "\(check.table): row security shows \(shown) rows of the person, the map's paths lead to \(expected); "
                + "the archive is withheld",
            hint:
                "correct the paths of \(check.collections.joined(separator: ", ")); if the policies show a person more "
                + "than their own rows, say so in the map: row_security: { …, shows: more }")
    }
}

/// Counts as they become known, for whoever shows progress meanwhile.
final class KnownCounts: Sendable {
    private let numbers = Mutex<[String: Int64]>([:])

    func set(_ counts: [String: RowCounts]) { numbers.withLock { $0 = counts.mapValues(\.source) } }

    subscript(_ collection: String) -> Int64? { numbers.withLock { $0[collection] } }
}

/// What the verifier counted of one collection.
struct RowCounts: Sendable {
    let source: Int64
    let softDeleted: Int64
    /// Rows that point to a file, one number for each reference of the map.
    let files: [Int64]

    /// Counts as the server gives them; what can't be read is no count, and equals none.
    init(_ row: ArraySlice<String?>) {
        let fields = row.map { $0 ?? "" }
        source = Int64(fields.first ?? "") ?? -1
        softDeleted = Int64(fields.dropFirst().first ?? "") ?? -1
        files = (fields.last ?? "").split(separator: ",").map { Int64($0) ?? -1 }
    }

    /// The manifest's entry; made only after the rows written were found to be as many.
    func manifestEntry(_ plan: CollectionPlan, of whole: ExportPlan, in map: DataMap) -> Manifest.CollectionCount {
        let collection = plan.collection
        let isChecked = whole.visibility.contains { $0.table == plan.table.name }
        var nesting: [String] = []
        var outermost = collection
        while let inner = outermost.nesting, let parent = map.collection(inner.parent) {
            nesting.insert(inner.key, at: 0)
            outermost = parent
        }
        return Manifest.CollectionCount(
            name: collection.name, title: collection.title, inside: nesting.isEmpty ? nil : outermost.name,
            nestedAs: nesting.isEmpty ? nil : nesting.joined(separator: "/"), sourceRows: source, archivedRows: source,
            rowSecurity: isChecked ? "same_rows" : plan.table.hasRowSecurity ? "more_rows" : "none",
            softDeletedRows: collection.softDelete.map { _ in softDeleted },
            softDeleteColumn: collection.softDelete.flatMap { column in collection.field(column)?.name })
    }
}
