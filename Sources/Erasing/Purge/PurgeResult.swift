package import RightsCore

/// How far a purge got. It holds names and numbers.
package struct PurgeResult: Sendable, Encodable {
    /// How it ended.
    package enum Ending: String, Sendable, Hashable, Encodable {
        /// Every table reached the level asked for.
        case purged
        /// Something stands in the way; the next run goes on with what is left to do.
        case incomplete
        /// The maintenance window closed; the next run goes on where this one stopped.
        case windowClosed = "window-closed"
    }

    /// One table.
    package struct Table: Sendable, Encodable {
        /// Its name.
        package let table: String
        /// The level it reached.
        package internal(set) var level: PurgeLevel
        /// Why it isn't more.
        package internal(set) var obstacles: [PurgeObstacle]
        /// Dead rows when it was last looked at, those that died meanwhile among them; nil when it wasn't.
        package internal(set) var deadRows: Int64?
        /// What was read of its files.
        package internal(set) var search: FileSearch
    }

    /// How a table's files were searched for what tells who somebody is.
    package enum FileSearch: String, Sendable, Hashable, Encodable {
        /// Nothing was to be looked for.
        case none
        /// As files of the server, after a checkpoint.
        case files
        /// As pages of the server's memory, by the extension pageinspect.
        case pages
        /// The role may read neither.
        case unreadable
    }

    /// The run's id; a run that is gone on with keeps it.
    package let run: String
    /// How it ended.
    package internal(set) var ending: Ending
    /// What was asked for.
    package let level: PurgeLevel
    /// Erasures whose position `E` isn't beyond this one are covered.
    package let covers: ErasurePosition
    /// Tables, in the order of the plan.
    package internal(set) var tables: [Table]
    /// `P`: backups begun before it may hold bytes of what was erased. Nil unless everything reached its level.
    package internal(set) var position: PurgePosition?

    /// The level that every table reached.
    package var reached: PurgeLevel { tables.map(\.level).min() ?? .logical }

    /// For people.
    package var text: String {
        var lines: [String] = []
        for table in tables {
            let dead = table.deadRows.map { ", \($0) dead rows" } ?? ""
            let search = table.search == .none ? "" : ", searched: \(table.search.rawValue)"
            lines.append("\(table.table): \(table.level.rawValue)\(dead)\(search)")
            for obstacle in table.obstacles { lines += obstacle.lines }
        }
        lines.append("covers erasures up to \(covers.lsn) of timeline \(covers.timeline)")
        switch (ending, position) {
        case (.purged, .some(let position)):
            lines.append(
                "purged: P = \(position.place.lsn) of timeline \(position.place.timeline), \(position.at.rfc3339)")
        case (.windowClosed, _): lines.append("the window closed; the next run goes on here")
        default: lines.append("not there yet, and no P; run it again")
        }
        return lines.joined(separator: "\n")
    }
}

/// Where the server's log stood when the bytes were gone.
package struct PurgePosition: Sendable, Hashable, Encodable {
    /// System, timeline and position.
    package let place: ErasurePosition
    /// By the server's clock.
    package let at: Instant
    /// Whether a checkpoint followed, which removes the old files.
    package internal(set) var isCheckpointed: Bool

    private enum CodingKeys: String, CodingKey { case systemIdentifier, timeline, lsn, at, isCheckpointed }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(place.systemIdentifier, forKey: .systemIdentifier)
        try container.encode(place.timeline, forKey: .timeline)
        try container.encode(place.lsn, forKey: .lsn)
        try container.encode(at.rfc3339, forKey: .at)
        try container.encode(isCheckpointed, forKey: .isCheckpointed)
    }
}
