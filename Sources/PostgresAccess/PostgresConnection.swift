// PostgresAccess: libpq behind actors. Owns connections, pool, transactions, COPY streams, catalogue reading,
// cancellation. It must never know the domain, print values, or block the cooperative pool.

internal import CLibpq

/// One connection to PostgreSQL, on a queue of its own.
///
/// It is lent by ``withConnection(to:_:)`` or ``PostgresPool/withConnection(_:)``; a cancelled one is closed, since a
/// late cancel could hit the next statement.
package actor PostgresConnection {
    private let home = OwnQueue("habeas.postgres")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { home.asUnownedSerialExecutor() }

    private var handle: PostgresHandle?
    private var cancelToken: CancelToken?
    /// A row that the next batch begins with.
    var heldRow: CopyBatch?
    /// Whether rows of a COPY are being read.
    var isCopying = false
    /// Copies sent to the server and not begun.
    var pendingCopies = 0
    /// Statements seen, with the name under which each is prepared; empty after the first time.
    private var prepared: [String: String] = [:]
    private var preparedCount = 0
    private static let mostPrepared = 200
    /// Whether a cancel was sent, after which the connection isn't reused.
    private var isTainted = false

    init() {}

    /// Connects, lends the connection, closes it.
    package static func withConnection<Value>(
        to target: ConnectionTarget, _ body: (PostgresConnection) async throws -> sending Value
    ) async throws -> sending Value {
        let connection = PostgresConnection()
        try await connection.open(target)
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }

    // MARK: life

    func open(_ target: ConnectionTarget) async throws(PostgresError) {
        try target.validate()
        let raw = Self.connect(target.keywords)
        guard let raw else { throw PostgresError(.cannotConnect, "out of memory while connecting") }
        let fresh = PostgresHandle(adopting: raw)
        guard PQstatus(fresh.raw) == CONNECTION_OK else {
            let text = String(cString: PQerrorMessage(fresh.raw)).replacing("\t", with: "").split(separator: "\n")
                .joined(separator: "; ")
            throw PostgresError(.cannotConnect, text)
        }
        PQsetNoticeProcessor(fresh.raw, { _, _ in }, nil)
        cancelToken = CancelToken(fresh)
        handle = consume fresh
        try refuseUnreadableEncodings()
        try await set(Self.baseline + target.settings, inTransactionOnly: false)
    }

    /// What every session is pinned to, whatever the server, database or role says by default.
    private static let baseline: [(name: String, value: String)] = [
        ("search_path", "pg_catalog"), ("timezone", "UTC"), ("datestyle", "ISO, YMD"), ("intervalstyle", "postgres"),
        ("extra_float_digits", "1"), ("bytea_output", "hex"), ("lock_timeout", "30s"), ("statement_timeout", "0"),
        ("row_security", "on"), ("default_transaction_read_only", "off"), ("check_function_bodies", "off"),
        ("lc_monetary", "C"), ("xmlbinary", "base64"), ("quote_all_identifiers", "off"),
    ]

    private static func connect(_ keywords: [(name: String, value: String)]) -> OpaquePointer? {
        CStrings.with(keywords.map(\.name) + [nil]) { names in
            CStrings.with(keywords.map(\.value) + [nil]) { values in PQconnectdbParams(names, values, 1) }
        }
    }

    private func refuseUnreadableEncodings() throws(PostgresError) {
        let encoding = parameter("server_encoding") ?? "unknown"
        guard encoding != "SQL_ASCII", encoding != "MULE_INTERNAL" else {
            throw PostgresError(
                .unsupportedEncoding,
                "the database's encoding is \(encoding), so nobody can say which letters its bytes mean; dump it and "
                    + "restore it into a database with ENCODING 'UTF8'")
        }
    }

    /// What the server reported about itself, such as `server_version`.
    package func parameter(_ name: String) -> String? {
        guard let raw = handle?.raw else { return nil }
        return PQparameterStatus(raw, name).map { String(cString: $0) }
    }

    /// Whether TLS protects the connection.
    package func isEncrypted() -> Bool {
        guard let raw = handle?.raw else { return false }
        return PQsslInUse(raw) == 1
    }

    /// Ends the connection. Safe to call twice.
    package func close() {
        handle = nil
        cancelToken = nil
        heldRow = nil
    }

    /// Whether it can serve the next borrower: open, idle, outside a transaction, never cancelled.
    var isReusable: Bool {
        guard let raw = handle?.raw, !isTainted, !isCopying, pendingCopies == 0 else { return false }
        return PQstatus(raw) == CONNECTION_OK && PQtransactionStatus(raw) == PQTRANS_IDLE
    }

    /// Whether a transaction on it can still be rolled back.
    var canRollBack: Bool {
        guard let raw = handle?.raw, !isTainted, !isCopying, pendingCopies == 0 else { return false }
        return PQstatus(raw) == CONNECTION_OK
    }

    // MARK: statements

    /// Runs one statement with parameters and gives its rows as text.
    ///
    /// - Throws: `PostgresError`; cancelling the task cancels the statement on the server.
    @discardableResult
    package func query(_ sql: String, _ parameters: [String?] = []) async throws(PostgresError) -> [[String?]] {
        try await cancellable { () throws(PostgresError) in try runQuery(sql, parameters) }
    }

    /// Runs several statements without parameters, such as a migration. The text must be the program's own.
    package func run(unsafeSQL sql: String) async throws(PostgresError) {
        try await cancellable { () throws(PostgresError) in
            try execute(sql, expecting: [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY])
        }
    }

    /// Runs a blocking call; cancelling the task meanwhile cancels the statement on the server.
    func cancellable<Value>(
        _ body: () throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let token = cancelToken
        let outcome: Result<Value, PostgresError> = await withTaskCancellationHandler {
            await onOwnQueue { Result(catching: body) }
        } onCancel: {
            token?.cancel()
        }
        // A cancel that came late may still be on its way, and would hit the next statement.
        if Task.isCancelled { isTainted = true }
        return try outcome.get()
    }

    func onOwnQueue<Value>(_ body: () -> Value) async -> Value { body() }

    private func runQuery(_ sql: String, _ parameters: [String?]) throws(PostgresError) -> [[String?]] {
        let raw = try live()
        try refuseIfCancelled()
        let prepared = try preparedName(of: sql, raw)
        let result = CStrings.with(parameters) { values in
            if let prepared { return PQexecPrepared(raw, prepared, Int32(parameters.count), values, nil, nil, 0) }
            return PQexecParams(raw, sql, Int32(parameters.count), nil, values, nil, nil, 0)
        }
        guard let result else { throw lost() }
        let reply = PostgresReply(adopting: result)
        try expect(reply, [PGRES_COMMAND_OK, PGRES_TUPLES_OK])
        return reply.rows
    }

    /// A statement that comes again is prepared the second time, and parsed and planned no more.
    private func preparedName(of sql: String, _ raw: OpaquePointer) throws(PostgresError) -> String? {
        if let name = prepared[sql] { return name.isEmpty ? try prepare(sql, raw) : name }
        if prepared.count < Self.mostPrepared { prepared[sql] = "" }
        return nil
    }

    private func prepare(_ sql: String, _ raw: OpaquePointer) throws(PostgresError) -> String {
        let name = "habeas_\(preparedCount)"
        guard let result = PQprepare(raw, name, sql, 0, nil) else { throw lost() }
        let reply = PostgresReply(adopting: result)
        try expect(reply, [PGRES_COMMAND_OK])
        prepared[sql] = name
        preparedCount += 1
        return name
    }

    func execute(_ sql: String, expecting wanted: [ExecStatusType]) throws(PostgresError) {
        try refuseIfCancelled()
        guard let result = PQexec(try live(), sql) else { throw lost() }
        let reply = PostgresReply(adopting: result)
        try expect(reply, wanted)
    }

    func live() throws(PostgresError) -> OpaquePointer {
        guard let raw = handle?.raw else { throw PostgresError(.connectionLost, "the connection is closed") }
        return raw
    }

    func lost() -> PostgresError { PostgresError(.connectionLost, "the connection to the server was lost") }

    func refuseIfCancelled() throws(PostgresError) {
        guard Task.isCancelled else { return }
        isTainted = true
        throw PostgresError(.cancelled, "cancelled")
    }

    func expect(_ reply: borrowing PostgresReply, _ wanted: [ExecStatusType]) throws(PostgresError) {
        guard !wanted.contains(reply.status) else { return }
        let error = reply.error
        if error.code == .cancelled { isTainted = true }
        // statement_timeout uses the state of a cancel; nobody asked for one here.
        if error.code == .cancelled && !Task.isCancelled {
            throw PostgresError(.timedOut, "a statement took longer than allowed", sqlState: error.sqlState)
        }
        throw error
    }

    // MARK: passwords

    /// The SCRAM verifier of a password, so that the clear text never reaches a statement or a log.
    package func scramVerifier(user: String, password: String) throws(PostgresError) -> String {
        guard let text = PQencryptPasswordConn(try live(), password, user, "scram-sha-256") else {
            throw PostgresError(.statementFailed, "the password can't be encrypted")
        }
        defer { PQfreemem(text) }
        return String(cString: text)
    }
}
