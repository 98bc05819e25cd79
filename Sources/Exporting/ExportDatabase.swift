package import PostgresAccess

/// The two ways into a database that an export needs.
package struct ExportDatabase: Sendable {
    /// Connections that read a person's rows, under row security.
    package let exporter: PostgresPool
    /// Connections that count what should be there, past row security.
    package let verifier: PostgresPool

    /// A database by its two pools.
    package init(exporter: PostgresPool, verifier: PostgresPool) {
        self.exporter = exporter
        self.verifier = verifier
    }
}

/// How long a snapshot may be held: it keeps VACUUM from removing anything, for everybody.
package struct SnapshotBudget: Sendable {
    /// The bound.
    package let limit: Duration
    private let elapsed: @Sendable () -> Duration

    /// A budget that starts now.
    ///
    /// - Parameter elapsed: the time since the start, by a clock of the caller's.
    package init(limit: Duration, elapsed: @escaping @Sendable () -> Duration) {
        self.limit = limit
        self.elapsed = elapsed
    }

    /// Whether it is time for a fresh snapshot, with enough left to finish what was begun.
    var isHalfSpent: Bool { elapsed() > limit / 2 }

    func check() throws(ExportError) {
        guard elapsed() > limit else { return }
        throw ExportError(
            .budgetSpent, "the snapshot was held for \(limit.components.seconds) seconds, as long as allowed",
            hint: "export when the server is less busy, narrow it with --only, or raise snapshot.budget")
    }
}

extension ExportDatabase {
    /// Closes both pools.
    package func close() async {
        await exporter.close()
        await verifier.close()
    }
}
