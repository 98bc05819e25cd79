package import DataMap
package import PostgresAccess
package import RightsCore

/// Carries out a purge: paced, within its window, killed at any moment and gone on with by the next run.
package struct Purger: Sendable {
    /// What it tells while it works: names of tables and steps.
    package enum Event: Sendable, Hashable {
        /// A step begins.
        case began(PurgeStep)
        /// A step is done.
        case done(PurgeStep)
        /// A step has to wait, for that.
        case waiting(PurgeStep, String)
    }

    /// Runs pg_repack over one table; it throws when that failed.
    package typealias Repack = @Sendable (TableName) async throws -> Void

    let target: ConnectionTarget
    let settings: PurgeSettings
    let people: [HuntedPerson]
    let repack: Repack?
    let now: @Sendable () -> Instant
    let note: @Sendable (Event) async throws -> Void

    /// A purger of one database.
    ///
    /// - Parameters:
    ///   - people: whom to look for in the files when all is done; nobody when empty. It stays in memory.
    ///   - repack: runs pg_repack, for plans that use it.
    package init(
        _ target: ConnectionTarget, settings: PurgeSettings = PurgeSettings(), people: [HuntedPerson] = [],
        repack: Repack? = nil, now: @escaping @Sendable () -> Instant,
        note: @escaping @Sendable (Event) async throws -> Void = { _ in }
    ) {
        var target = target
        target.applicationName = "habeas purge"
        target.settings += settings.session
        self.target = target
        self.settings = settings
        self.people = people
        self.repack = repack
        self.now = now
        self.note = note
    }

    /// Runs a plan, or goes on with it.
    ///
    /// - Throws: `PurgeError` when it can't begin; `PostgresError` when the connection breaks: run it again then, it goes on.
    package func run(_ plan: PurgePlan) async throws -> PurgeResult {
        try await PostgresConnection.withConnection(to: target) { connection in
            try await PurgeRun.lockOut(over: connection)
            var session = PurgeSession(self, plan, connection, try await open(plan, over: connection))
            try await session.run()
            return session.result
        }
    }

    private func open(_ plan: PurgePlan, over connection: PostgresConnection) async throws -> PurgeRun {
        do { return try await PurgeRun.open(plan, over: connection) } catch let error as PostgresError
            where ["42P01", "3F000", "42501", "42883"].contains(error.sqlState)
        {
            throw PurgeError(
                .noCompanion, "the schema habeas_local lacks the purge's tables, or \(plan.role) may not write to them",
                hint: "habeas init")
        }
    }
}
