internal import PostgresAccess
internal import RowEncoding

/// One query's rows, pulled batch by batch from one connection.
final class RowSource {
    private let connection: PostgresConnection
    private let budget: SnapshotBudget
    private var current: CopyBatch?
    private var hasEnded = false
    var cursor = RowCursor()

    init(_ connection: PostgresConnection, _ query: String, budget: SnapshotBudget) async throws {
        self.connection = connection
        self.budget = budget
        try await connection.startCopy(query: query)
    }

    /// The batch being read, the next one when that is used up, nil at the end of the data.
    func batch() async throws -> CopyBatch? {
        if let current { return current }
        guard !hasEnded else { return nil }
        try budget.check()
        current = try await connection.nextBatch()
        cursor.beginBatch()
        if current == nil { hasEnded = true }
        return current
    }

    /// Says that the batch is used up.
    func advance() { current = nil }

    /// Reads on to the end of the statement, whose success is known only then.
    ///
    /// - Returns: whether no row was left.
    func drain() async throws -> Bool {
        var isEmpty = true
        while let batch = try await batch() {
            let hasRows = try batch.withBytes { try RowCounting.hasRow($0, at: &cursor) }
            if hasRows { isEmpty = false }
            advance()
        }
        return isEmpty
    }
}
