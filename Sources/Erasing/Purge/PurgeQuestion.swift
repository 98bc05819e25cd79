package import DataMap

/// What is to be purged, how thoroughly, and by which means.
package struct PurgeQuestion: Sendable, Hashable {
    /// How a table may be written anew.
    package enum Rewriting: String, Sendable, Hashable, Codable, CaseIterable {
        /// Not at all: nobody has to wait, and what lies between rows stays.
        case none
        /// By `VACUUM FULL`: nobody reads or writes the table meanwhile.
        case vacuumFull = "vacuum-full"
        /// By the extension pg_repack, which locks at the beginning and the end only.
        case repack
    }

    /// Tables that erasures touched. Those of `habeas_local` and the planner's statistics always go with them.
    package var tables: Set<TableName>
    /// What every table has to reach.
    package var level: PurgeLevel
    /// What is allowed.
    package var rewriting: Rewriting
    /// Bytes a second that the forecast reckons with for writing a table anew.
    package var pace: Int64 = 50 << 20

    /// A question by its parts.
    package init(
        tables: Set<TableName>, level: PurgeLevel = .physical, rewriting: Rewriting = .vacuumFull
    ) {
        self.tables = tables
        self.level = level
        self.rewriting = rewriting
    }

    /// Every table from which an erasure by that map may take rows.
    package static func tables(of map: DataMap) -> Set<TableName> {
        Set(map.collections.map(\.table)).union(map.collections.flatMap(\.steps).joined().map(\.to))
            .union(map.subjects.map(\.table))
    }

    /// Tables of the companion schema that held rows of a person: keys of theirs, of their rows and of their files.
    static let companions: [TableName] = [
        "erasure_run", "tombstone", "file_duty", "restriction", "retained_billing", "product_deletion",
    ].map { TableName(schema: Identifier("habeas_local"), name: Identifier($0)) }
}
