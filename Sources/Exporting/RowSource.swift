internal import PostgresAccess
internal import RowEncoding

/// One copy's rows, pulled batch by batch from one connection. One batch is fetched while the last is being written.
final class RowSource {
    private let connection: PostgresConnection
    private let budget: SnapshotBudget
    private var current: CopyBatch?
    private var ahead: Task<CopyBatch?, any Error>?
    private var hasBegun = false
    private var hasEnded = false
    var cursor = RowCursor()

    /// Rows of the next copy that was sent on a connection.
    init(_ connection: PostgresConnection, budget: SnapshotBudget) {
        self.connection = connection
        self.budget = budget
    }

    /// Rows of a query.
    convenience init(_ connection: PostgresConnection, _ query: String, budget: SnapshotBudget) async throws {
        try await connection.startCopies(queries: [query])
        self.init(connection, budget: budget)
    }

    deinit { ahead?.cancel() }

    /// The batch being read, the next one when that is used up, nil at the end of the data.
    func batch() async throws -> CopyBatch? {
        if let current { return current }
        guard !hasEnded else { return nil }
        try budget.check()
        current = try await fetched()
        cursor.beginBatch()
        hasEnded = current?.isLast ?? true
        if let current, !hasEnded, current.count <= Self.fetchAheadBound { fetchAhead() }
        return current
    }

    /// A batch of one enormous row is all that is held: fetching ahead could bring another.
    private static let fetchAheadBound = 1024 * 1024

    private func fetchAhead() {
        let connection = connection
        ahead = Task { try await connection.nextBatch() }
    }

    private func fetched() async throws -> CopyBatch? {
        guard hasBegun else {
            hasBegun = true
            return try await connection.firstBatch()
        }
        guard let ahead else { return try await connection.nextBatch() }
        self.ahead = nil
        return try await withTaskCancellationHandler {
            try await ahead.value
        } onCancel: {
            ahead.cancel()
        }
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
