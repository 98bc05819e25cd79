package import AuditLedger
package import BackupTruth
package import Erasing
internal import ErasureLedger
package import RightsCore
internal import SubjectAccess

/// What a replay has to be told that only the settings and the control database know.
package struct ReplayFacts: Sendable {
    /// The law of erasures of which the ledger doesn't say it.
    package let law: RegimeID
    /// The day of a moment in the controller's time zone.
    package let day: @Sendable (Instant) -> CivilDate
    /// Today there.
    package let today: CivilDate
    /// What holds that the ledger knows keep, by their ids; one that isn't known is missing.
    package let holds: @Sendable ([ErasureRunID]) async throws -> [RowHold]

    /// Facts by their parts.
    package init(
        law: RegimeID, today: CivilDate, day: @escaping @Sendable (Instant) -> CivilDate,
        holds: @escaping @Sendable ([ErasureRunID]) async throws -> [RowHold]
    ) {
        self.law = law
        self.day = day
        self.today = today
        self.holds = holds
    }
}

extension ReplayEraser {
    /// What a replay erases by: the eraser, in the form of every erasure.
    package init(_ eraser: Eraser, _ facts: ReplayFacts, keys: ErasureKeys, store: String) {
        self.init(
            standing: { run in
                switch try await eraser.standing(of: run.text) {
                case .untouched: .untouched
                case .begun: .begun
                case .done: .done
                }
            },
            forecast: { one in
                try await Self.hindered {
                    let plan = try await eraser.plan(try await facts.question(one))
                    return ReplayForecast(
                        going: plan.goingRows, affected: plan.affectedRows, hindrances: plan.conflicts)
                }
            },
            erase: { one, run, intent in
                let receipt = try await Self.hindered {
                    let question = try await facts.question(one)
                    // The plan of the rows that came back; what it is about, and its law, are those of the ledger.
                    let plan = try await eraser.plan(question)
                    return try await eraser.run(
                        ErasureOrder(question: question, approved: plan, run: run.text, intent: intent))
                }
                guard let receipt else { return 0 }
                return receipt.done.collections.reduce(0) {
                    $0 + (["delete", "retain"].contains($1.outcome) ? $1.rows : 0)
                }
            },
            suppress: { try await eraser.restoreSuppressions($0, lifted: $1) },
            endRetention: { dryRun in
                guard !dryRun else {
                    let over = try await eraser.retained().filter { $0.until < facts.today }
                    return (over.reduce(0) { $0 + $1.documents }, [])
                }
                let lines = try await eraser.purgeRetained(today: facts.today)
                return (lines.reduce(0) { $0 + $1.documents }, try lines.map { try $0.draft(keys, store: store) })
            },
            eraseFiles: { try await Self.hindered { try await eraser.eraseAllFiles() } ?? 0 },
            place: { try StorePlace(try await eraser.position()) })
    }

    /// What an erasure stops at stops that one; nil when nobody is there.
    private static func hindered<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value? {
        do { return try await body() } catch let error as ErasureError {
            switch error.code {
            case .noSuchSubject: return nil
            case .noCompanion, .wrongRole, .outcomeUnknown: throw error
            default: throw ReplayHindrance("\(error.code.rawValue): \(error.description)")
            }
        }
    }
}

extension ReplayFacts {
    fileprivate func question(_ one: ReplayCase) async throws -> ErasureQuestion {
        let reference = SubjectReference(scheme: one.found.scope, writtenKey: one.found.key)
        return ErasureQuestion(
            target: one.erased.target.isRecord ? ErasureTarget(record: reference) : ErasureTarget(person: reference),
            regime: one.law.flatMap { RegimeID($0) } ?? law, holds: try await rows(of: one.holds),
            today: day(one.moment))
    }

    /// What the holds keep; one of which only the ledger knows stops the erasure, since nobody can say which rows it is of.
    private func rows(of holds: [RememberedHold]) async throws -> [RowHold] {
        guard !holds.isEmpty else { return [] }
        let known = try await self.holds(holds.map(\.id))
        let lacking = holds.map(\.id.text).filter { id in !known.contains { $0.id == id } }
        guard let first = lacking.first else { return known }
        throw ReplayHindrance(
            "the legal hold \(first) is in force, and the control database doesn't say which rows it keeps; restore that "
                + "database, or have the hold released")
    }
}
