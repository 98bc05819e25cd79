internal import AuditLedger
internal import Erasing
internal import ErasureLedger
internal import RightsCore

extension Engine {
    /// Has the erasure ledger remember that a hold is in force, or isn't any more, so that a restored control database can't
    /// forget it unseen. A hold has one entry of each; its run is its own id.
    ///
    /// It comes before the commit: what is remembered of a hold that then wasn't placed does no harm, a hold that nobody
    /// remembers would.
    ///
    /// - Parameter subject: whom it is about, as the data map names people; nil for everybody.
    func remember(_ event: LedgerEvent, _ hold: HoldID, of subject: String?, _ tools: ErasureTools?) async throws {
        guard let tools, let run = ErasureRunID(hold.text) else { return }
        _ = try await tools.ledger().append(
            try LedgerDraft(event, run: run, store: tools.service, subject: try tools.held(subject, hold)), at: now())
    }
}

extension ErasureTools {
    /// A person's keyed hash; of a hold on everybody's rows one of the hold itself.
    fileprivate func held(_ subject: String?, _ hold: HoldID) throws -> LedgerSubject {
        guard let subject else {
            return LedgerSubject(
                kind: "everybody", keyID: keys.subjectKeyID, hash: keys.subjectHash(kind: "everybody", key: hold.text))
        }
        guard let colon = subject.firstIndex(of: ":") else {
            throw EngineError(.invalid, "whom the hold is about isn't written as kind:key", field: "subject")
        }
        let (kind, key) = (String(subject[..<colon]), String(subject[subject.index(after: colon)...]))
        return LedgerSubject(kind: kind, keyID: keys.subjectKeyID, hash: keys.subjectHash(kind: kind, key: key))
    }
}
