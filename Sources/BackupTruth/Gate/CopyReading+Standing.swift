internal import ErasureLedger

extension [CopyReading] {
    /// The same readings with an obstacle in all where the live database is older than the ledger, and in those that hold
    /// what the live server, by its own log, hasn't written yet: it went back, and its positions come again.
    ///
    /// - Parameter standing: of the live database, read after the copies were.
    package func beside(_ standing: StoreStanding, _ state: RewindState) -> [CopyReading] {
        map { reading in
            var reading = reading
            if let problem = state.problem { reading.fail(.rewound, problem.description) }
            if let later = reading.later(than: standing.place) {
                reading.fail(
                    .otherBranch, "\(later) lies beyond the end of the live server's log: the server went back")
            }
            return reading
        }
    }
}

extension CopyReading {
    /// The first thing of a live timeline that its server hasn't come to.
    fileprivate func later(than place: StorePlace) -> String? {
        guard let now = place.position else { return nil }
        let backup = backups.first { backup in
            guard case .log(place.system, place.timeline, let start, let stop) = backup.age else { return false }
            return (stop ?? start) > now
        }
        let kept = log.first {
            $0.system == place.system && $0.segment.timeline == place.timeline && $0.start > now
        }
        return backup?.label ?? kept?.segment.name
    }
}
