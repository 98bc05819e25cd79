internal import RequestLedger

/// A job that this worker has, and the one way to end it well.
struct HeldJob: Sendable {
    let job: JobRecord
    let control: ControlDatabase

    /// Ends the job together with what it leads to, in one transaction. Whoever changes a request locks it first, by
    /// `locking`: requests are always locked before jobs.
    ///
    /// - Throws: `JobLost` when the job isn't this worker's any more; then nothing is written.
    func finish<Locked>(
        locking: (ControlTransaction) async throws -> Locked, _ body: (Locked, ControlTransaction) async throws -> Void
    ) async throws {
        try await control.transaction { transaction in
            let locked = try await locking(transaction)
            try await end(in: transaction)
            try await body(locked, transaction)
        }
    }

    /// Ends the job in a transaction that somebody else began.
    ///
    /// - Throws: `JobLost` when the job isn't this worker's any more; then nothing may be written.
    func end(in transaction: ControlTransaction) async throws {
        guard try await transaction.end(job, as: .done) else { throw JobLost() }
    }

    /// Ends the job together with what it leads to, in one transaction.
    ///
    /// - Throws: `JobLost` when the job isn't this worker's any more; then nothing is written.
    func finish(_ body: (ControlTransaction) async throws -> Void = { _ in }) async throws {
        try await finish(locking: { _ in }, { _, transaction in try await body(transaction) })
    }
}
