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
        async let visible = visibleRows()
        var counts: [String: RowCounts] = [:]
        for collection in plan.all {
            let rows = try await snapshot.verifier.query(collection.queries.count)
            let numbers = (rows.first ?? []).map { $0.flatMap { Int64($0) } ?? -1 }
            let name = collection.collection.name
            counts[name] = RowCounts(source: numbers[0], softDeleted: numbers[1], files: Array(numbers.dropFirst(2)))
            known.set(name, numbers[0])
            try snapshot.budget.check()
        }
        for (check, shown) in zip(plan.visibility, try await visible) {
            try await compare(check, shown, counts)
        }
        return counts
    }

    private func visibleRows() async throws -> [Int64] {
        var numbers: [Int64] = []
        for check in plan.visibility {
            numbers.append(try await number(check.visible, on: snapshot.watcher))
            try snapshot.budget.check()
        }
        return numbers
    }

    private func compare(_ check: VisibilityCheck, _ shown: Int64, _ counts: [String: RowCounts]) async throws {
        let expected: Int64
        switch check.expected {
        case .collection(let name): expected = counts[name]?.source ?? -1
        case .rows(let query): expected = try await number(query, on: snapshot.verifier)
        }
        guard shown != expected else { return }
        throw ExportError(
            .countMismatch,
            "\(check.table): row security shows \(shown) rows of the person, the map's paths lead to \(expected); "
                + "the archive is withheld",
            hint:
                "correct the paths of \(check.collections.joined(separator: ", ")); if the policies show a person more "
                + "than their own rows, say so in the map: row_security: { …, shows: more }")
    }

    private func number(_ query: String, on connection: PostgresConnection) async throws -> Int64 {
        try await connection.query(query).first?[0].flatMap { Int64($0) } ?? -1
    }
}

/// Counts as they become known, for whoever shows progress meanwhile.
final class KnownCounts: Sendable {
    private let numbers = Mutex<[String: Int64]>([:])

    func set(_ collection: String, _ rows: Int64) { numbers.withLock { $0[collection] = rows } }

    subscript(_ collection: String) -> Int64? { numbers.withLock { $0[collection] } }
}

/// What the verifier counted of one collection.
struct RowCounts: Sendable {
    let source: Int64
    let softDeleted: Int64
    /// Rows that point to a file, one number for each reference of the map.
    let files: [Int64]

    /// The manifest's entry; made only after the rows written were found to be as many.
    func manifestEntry(_ collection: Collection, in map: DataMap) -> Manifest.CollectionCount {
        var nesting: [String] = []
        var outermost = collection
        while let inner = outermost.nesting, let parent = map.collection(inner.parent) {
            nesting.insert(inner.key, at: 0)
            outermost = parent
        }
        return Manifest.CollectionCount(
            name: collection.name, title: collection.title, inside: nesting.isEmpty ? nil : outermost.name,
            nestedAs: nesting.isEmpty ? nil : nesting.joined(separator: "/"), sourceRows: source, archivedRows: source,
            softDeletedRows: collection.softDelete.map { _ in softDeleted },
            softDeleteColumn: collection.softDelete.flatMap { column in collection.field(column)?.name })
    }
}
