package import RightsCore

/// How far back copies go.
package enum OldestBackup: Sendable, Hashable {
    /// The oldest backup was begun then, by the clock of the machine that made it; nil where there is none.
    case since(Instant?)
    /// A copy couldn't be read whole, or doesn't say when a backup was begun.
    case unknown(copy: String)
}

extension [CopyReading] {
    /// How far back all of them go. Attested copies aren't looked into: their declared life counts.
    package var oldest: OldestBackup {
        var oldest: Instant?
        for reading in self {
            guard reading.obstacles.isEmpty else { return .unknown(copy: reading.copy) }
            for backup in reading.backups {
                guard let began = backup.began else { return .unknown(copy: reading.copy) }
                oldest = Swift.min(oldest ?? began, began)
            }
        }
        return .since(oldest)
    }
}

extension KeptBackup {
    fileprivate var began: Instant? {
        if case .fileTime(let time) = age { started ?? time } else { started }
    }
}
