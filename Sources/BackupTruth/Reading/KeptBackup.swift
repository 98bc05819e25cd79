package import ErasureLedger
package import RightsCore

/// A backup that a copy holds.
package struct KeptBackup: Sendable, Hashable {
    /// What tells how old its content is.
    package enum Age: Sendable, Hashable {
        /// Positions in the log: the first one of the file in which it began, since the backup may bring that whole file
        /// along, and the one from which on it can be used.
        case log(system: UInt64, timeline: UInt32, start: LogPosition, stop: LogPosition?)
        /// The time of a file, which proves little.
        case fileTime(Instant)
    }

    /// What of the database it holds.
    package enum Content: Sendable, Hashable {
        /// Files: also bytes of rows that are dead.
        case files
        /// Rows that a query sees, no others.
        case rows
    }

    /// Whether the tool's own retention ends its life.
    package enum Retention: Sendable, Hashable {
        /// It does.
        case expires
        /// Somebody exempted it.
        case exempt
    }

    /// Its name in the catalogue.
    package let label: String
    /// How old its content is.
    package let age: Age
    /// What it holds.
    package let content: Content
    /// When it was begun, by the backup host's clock; for display.
    package let started: Instant?
    /// When it was finished, by the same clock.
    package let finished: Instant?
    /// The other backups whose files it uses.
    package let references: [String]
    /// Whether it expires.
    package let retention: Retention
    /// How far the erasure ledger went when it was begun; nil where it doesn't say.
    package let binding: LedgerBinding?

    /// A backup.
    package init(
        label: String, age: Age, content: Content = .files, started: Instant? = nil, finished: Instant? = nil,
        references: [String] = [], retention: Retention = .expires, binding: LedgerBinding? = nil
    ) {
        self.label = label
        self.age = age
        self.content = content
        self.started = started
        self.finished = finished
        self.references = references
        self.retention = retention
        self.binding = binding
    }
}

/// A file of the log that a copy holds.
package struct KeptSegment: Sendable, Hashable {
    /// The server that wrote it.
    package let system: UInt64
    /// Which file.
    package let segment: LogSegment
    /// The first position in it.
    package let start: LogPosition
}
