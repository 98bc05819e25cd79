/// How patient a purge is with others, and when it may work.
package struct PurgeSettings: Sendable {
    /// How long a statement waits for a lock; whoever comes later waits behind it meanwhile.
    package var lockTimeout: Duration = .seconds(2)
    /// How often it tries.
    package var attempts = 5
    /// How long it leaves others alone between two attempts.
    package var retryPause: Duration = .seconds(5)
    /// How long it waits for old snapshots and transactions to end.
    package var patience: Duration = .seconds(60)
    /// How long it rests after a step, as a share of the time the step took.
    package var rest = 0.2
    /// The longest such rest.
    package var longestRest: Duration = .seconds(30)
    /// `vacuum_cost_delay` of the VACUUMs that lock nobody out.
    package var vacuumDelay: Duration = .milliseconds(2)
    /// When it may work; always when there is none.
    package var window: MaintenanceWindow?

    /// The defaults.
    package init() {}

    /// What its session is set to.
    var session: [(name: String, value: String)] {
        [
            ("lock_timeout", "\(lockTimeout.milliseconds)ms"), ("vacuum_cost_delay", "\(vacuumDelay.milliseconds)ms"),
            ("idle_in_transaction_session_timeout", "60s"), ("synchronous_commit", "on"),
        ]
    }
}
