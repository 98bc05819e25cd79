package import DataMap

/// Which schemas are searched; PostgreSQL's own never are.
package enum HuntScope: Sendable {
    /// All but these, such as our own in a store that it shares with the product's tables.
    case all(except: Set<Identifier>)
    /// These alone.
    case only(Set<Identifier>)

    func includes(_ schema: Identifier) -> Bool {
        switch self {
        case .all(let excluded): !excluded.contains(schema)
        case .only(let wanted): wanted.contains(schema)
        }
    }
}

/// What a hunt may cost.
package struct HuntLimits: Sendable {
    /// The whole hunt through one database, or one object store.
    package var budget: Duration
    /// One table.
    package var table: Duration
    /// Waiting for a table that somebody holds.
    package var lockWait: Duration
    /// Bytes that a compressed value may become.
    package var unpackedBytes: Int

    /// Limits with defaults: half an hour, a third of it a table.
    package init(
        budget: Duration = .seconds(1800), table: Duration = .seconds(600), lockWait: Duration = .seconds(2),
        unpackedBytes: Int = 64 << 20
    ) {
        self.budget = budget
        self.table = table
        self.lockWait = lockWait
        self.unpackedBytes = unpackedBytes
    }
}
