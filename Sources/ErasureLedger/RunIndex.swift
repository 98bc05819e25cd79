internal import RightsCore

/// Which events of which runs are there, and where: about a hundred bytes an entry.
struct RunIndex {
    /// Where a line lies.
    struct Place {
        /// The first number of its file.
        let file: Int
        let offset: Int
        let length: Int
    }

    private struct Key: Hashable {
        let high, low: UInt64
        let event: LedgerEvent

        init(_ run: ErasureRunID, _ event: LedgerEvent) {
            let digits = run.text.filter { $0 != "-" }
            high = UInt64(digits.prefix(16), radix: 16) ?? 0
            low = UInt64(digits.suffix(16), radix: 16) ?? 0
            self.event = event
        }
    }

    private var places: [Key: Place] = [:]
    /// Intents without an end, with their numbers.
    private var open: [ErasureRunID: Int] = [:]

    /// Runs that began and didn't end, in the order of their intents.
    var openRuns: [ErasureRunID] { open.sorted { $0.value < $1.value }.map(\.key) }

    func place(_ run: ErasureRunID, _ event: LedgerEvent) -> Place? { places[Key(run, event)] }

    mutating func note(_ entry: LedgerEntry, at place: Place) {
        let content = entry.content
        places[Key(content.run, content.event)] = place
        switch content.event {
        case .intent: open[content.run] = entry.seq
        case .confirmed, .aborted: open[content.run] = nil
        case .productDeletion, .holdPlaced, .holdReleased, .suppressed, .suppressionLifted, .retentionPurged,
            .databaseReplayed:
            break
        }
    }

    /// Forgets what expired.
    mutating func forget(through seq: Int) {
        places = places.filter { $0.value.file > seq }
        open = open.filter { $0.value > seq }
    }

    /// Whether the event may follow what is known of the run: intent, then one end.
    func admit(_ event: LedgerEvent, of run: ErasureRunID) throws(ErasureLedgerError) {
        func has(_ event: LedgerEvent) -> Bool { place(run, event) != nil }
        switch event {
        case .intent where has(.aborted):
            throw Self.refused(event, run, "the run was aborted", hint: "try again under a new run")
        case .confirmed where !has(.intent), .aborted where !has(.intent):
            throw Self.refused(event, run, "the run has no intent", hint: "append the intent first")
        case .confirmed where has(.aborted):
            throw Self.refused(event, run, "the run was aborted", hint: nil)
        case .aborted where has(.confirmed):
            throw Self.refused(event, run, "the run was confirmed", hint: nil)
        default: return
        }
    }

    private static func refused(
        _ event: LedgerEvent, _ run: ErasureRunID, _ why: String, hint: String?
    ) -> ErasureLedgerError {
        ErasureLedgerError(
            .outOfOrder, "the erasure ledger takes no \(event.rawValue) for the run \(run): \(why)", hint: hint)
    }
}
