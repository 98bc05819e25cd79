/// What a drill is told.
package struct DrillSettings: Sendable {
    /// The folder in which scratch folders are made.
    package let scratch: String
    /// The longest that one step may take.
    package let patience: Duration
    /// The product's roles, which the gate has to refuse; all that may log in when empty.
    package let roles: [String]
    /// The product's database in the restored server.
    package let database: String
    /// Superusers to come in as, in this order, where no fence names one.
    package let users: [String]
    /// What is looked for.
    package let canaries: DrillCanaries

    /// Settings by their parts.
    package init(
        scratch: String, patience: Duration, roles: [String], database: String, users: [String],
        canaries: DrillCanaries
    ) {
        self.scratch = scratch
        self.patience = patience
        self.roles = roles
        self.database = database
        self.users = users
        self.canaries = canaries
    }
}

/// Why one backup's drill ends early; the others go on.
struct DrillStop: Error, Sendable {
    let finding: DrillReport.Finding

    init(_ code: DrillReport.Code, _ words: String) { finding = DrillReport.Finding(code, words) }
}
