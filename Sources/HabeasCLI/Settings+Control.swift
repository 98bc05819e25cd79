internal import AuditLedger
internal import PostgresAccess
internal import RequestLedger

extension Settings {
    /// Lends the control database to one command.
    func withControl<Value: Sendable>(
        connections: Int = 1, _ body: (ControlDatabase) async throws -> Value
    ) async throws -> Value {
        let control = ControlDatabase(pool: PostgresPool(to: try controlTarget(), limit: connections))
        let outcome: Result<Value, any Error>
        do { outcome = .success(try await body(control)) } catch { outcome = .failure(error) }
        await control.close()
        return try outcome.get()
    }

    /// Has the audit chain remember what a command did.
    func tellAudit(_ entry: AuditEntry) async throws {
        try await withControl { control in
            _ = try await control.transaction { try await $0.connection.append(entry) }
        }
    }
}
