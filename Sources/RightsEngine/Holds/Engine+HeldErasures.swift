package import AuditLedger
package import RequestLedger
package import RightsCore

/// What an erasure has to know of holds, and to write down about them.
extension Engine {
    /// The holds in force that can keep rows of a person, with the keys of their records, the oldest first.
    package func holds(
        applyingTo subjectHash: Hash256, in transaction: ControlTransaction
    ) async throws -> [LegalHold] {
        try await transaction.holds(applyingTo: subjectHash).map(opened)
    }

    /// Writes down that an erasure left something behind for holds; it goes on by itself when they end.
    ///
    /// The request must be locked.
    ///
    /// - Returns: the holds in force. One that was given and isn't among them has ended meanwhile: what was left behind for
    ///   it has to be erased now, since nothing will send this erasure on its way again.
    package func noteHeld(
        _ request: RequestID, by holds: [HoldID], in transaction: ControlTransaction
    ) async throws -> [HoldID] {
        try await transaction.noteHeld(request, by: holds, at: now())
    }

    /// Whom a hold is about, as the data map names people; nil for everybody, and once it is over.
    package func subject(of record: HoldRecord) throws -> String? {
        try record.subjectBox.map { try people.open($0, for: "hold subject \(record.hold.id)") }
    }

    private func opened(_ record: HoldRecord) throws -> LegalHold { try LegalHold(record, people: people) }
}

extension LegalHold {
    /// A hold as it is kept, with the keys of its records.
    package init(_ record: HoldRecord, people: PersonKeys) throws {
        self = record.hold
        guard let box = record.recordsBox else { return }
        scope.records = try people.open(box, for: "hold records \(id)").split(separator: "\n").map(String.init)
    }
}
