package import ErasureLedger

/// A point in the history of a PostgreSQL server.
package struct HistoryPoint: Sendable, Hashable {
    /// The server's system identifier.
    package let system: UInt64
    /// The timeline.
    package let timeline: UInt32
    /// The position in the log.
    package let position: LogPosition

    /// A point in a server's history.
    package init(system: UInt64, timeline: UInt32, position: LogPosition) {
        self.system = system
        self.timeline = timeline
        self.position = position
    }

    /// What the ledger says; nil when it has no position.
    package init?(_ place: StorePlace) {
        guard let position = place.position else { return nil }
        self.init(system: place.system, timeline: place.timeline, position: position)
    }
}
