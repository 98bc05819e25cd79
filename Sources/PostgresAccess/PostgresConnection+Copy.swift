internal import CLibpq

extension PostgresConnection {
    // MARK: COPY out

    /// Sends several `COPY (query) TO STDOUT (FORMAT binary)` at once; the server runs each when the one before was read.
    /// Read each with ``firstBatch()``, then ``nextBatch()``.
    package func startCopies(queries: [String]) async throws(PostgresError) {
        guard !queries.isEmpty else { return }
        try await cancellable { () throws(PostgresError) in try send(queries) }
    }

    /// Sends one, and learns whether the server takes it. Read it with ``nextBatch()``.
    package func startCopy(query: String) async throws(PostgresError) {
        try await cancellable { () throws(PostgresError) in
            try send([query])
            try beginCopy()
        }
    }

    /// The first rows of the next copy that was sent; nil when it has none, not even the header.
    package func firstBatch() async throws(PostgresError) -> CopyBatch? {
        try await cancellable { () throws(PostgresError) in
            try refuseIfCancelled()
            try beginCopy()
            return try readBatch()
        }
    }

    /// The next rows, or nil at the end. Nothing is read ahead here: the caller's pace is the server's.
    package func nextBatch() async throws(PostgresError) -> CopyBatch? {
        try await cancellable { () throws(PostgresError) in try readBatch() }
    }

    private func send(_ queries: [String]) throws(PostgresError) {
        try refuseIfCancelled()
        let statements = queries.map { "COPY (\($0)) TO STDOUT (FORMAT binary)" }
        guard PQsendQuery(try live(), statements.joined(separator: "; ")) == 1 else { throw lost() }
        pendingCopies = queries.count
    }

    private func beginCopy() throws(PostgresError) {
        guard let result = PQgetResult(try live()) else { throw lost() }
        let reply = PostgresReply(adopting: result)
        do { try expect(reply, [PGRES_COPY_OUT]) } catch {
            pendingCopies = 0
            // The server ends the whole text after an error; its last word must be heard.
            while let rest = PQgetResult(try live()) { _ = PostgresReply(adopting: rest) }
            throw error
        }
        pendingCopies -= 1
        isCopying = true
    }

    private func readBatch() throws(PostgresError) -> CopyBatch? {
        try refuseIfCancelled()
        if let held = heldRow {
            heldRow = nil
            return held
        }
        guard isCopying else { return nil }
        let raw = try live()
        var gathered = RowGatherer()
        while gathered.count < CopyBatch.target {
            var row: UnsafeMutablePointer<CChar>?
            let count = Int(PQgetCopyData(raw, &row, 0))
            guard count > 0, let row else {
                try finishCopy(count)
                break
            }
            if count >= CopyBatch.adoptionBound {
                let large = CopyBatch(adopting: row, count: count)
                guard gathered.count > 0 else { return large }
                heldRow = large
                break
            }
            gathered.append(row, count: count)
            PQfreemem(row)
        }
        return gathered.count == 0 ? nil : CopyBatch(gathered: gathered, isLast: !isCopying)
    }

    /// -1 is the end of the data, -2 an error (libpq-copy); either way the statement's own result follows, and after the
    /// last one none.
    private func finishCopy(_ count: Int) throws(PostgresError) {
        isCopying = false
        var failure: PostgresError?
        if let result = PQgetResult(try live()) {
            let reply = PostgresReply(adopting: result)
            do { try expect(reply, [PGRES_COMMAND_OK]) } catch { failure = error }
        }
        if failure != nil || pendingCopies == 0 || count != -1 { try endCopies() }
        if let failure { throw failure }
        let isAlive = PQstatus(try live()) == CONNECTION_OK
        if count != -1 || !isAlive { throw lost() }
    }

    private func endCopies() throws(PostgresError) {
        pendingCopies = 0
        while let result = PQgetResult(try live()) {
            _ = PostgresReply(adopting: result)
            if PQstatus(try live()) != CONNECTION_OK { break }
        }
    }

    // MARK: COPY in

    /// Starts `COPY … FROM STDIN`; the statement must be the program's own.
    package func startCopyIn(unsafeSQL sql: String) async throws(PostgresError) {
        try execute(sql, expecting: [PGRES_COPY_IN])
    }

    /// Sends bytes of a running `COPY … FROM STDIN`.
    package func sendCopy(_ bytes: [UInt8]) async throws(PostgresError) {
        let raw = try live()
        let sent = bytes.withUnsafeBytes {
            PQputCopyData(raw, $0.baseAddress?.assumingMemoryBound(to: CChar.self), Int32($0.count))
        }
        if sent != 1 { throw lost() }
    }

    /// Ends a running `COPY … FROM STDIN` and tells whether the server took it.
    package func finishCopyIn() async throws(PostgresError) {
        let raw = try live()
        guard PQputCopyEnd(raw, nil) == 1 else { throw lost() }
        while let result = PQgetResult(raw) {
            let reply = PostgresReply(adopting: result)
            try expect(reply, [PGRES_COMMAND_OK])
        }
    }
}
