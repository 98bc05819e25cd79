internal import AuditLedger
internal import DataMap
internal import Erasing
internal import LegalRules
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine
internal import SubjectAccess

/// What an erasure would do, as an operator looks at it over the database. Nothing is written and nothing is approved.
struct DryRun {
    private let settings: Settings
    private let map: DataMap
    private let erasures: ServiceErasures

    /// Lends one.
    static func with<Value>(_ settings: Settings, _ body: (DryRun) async throws -> Value) async throws -> Value {
        try await ServiceErasures.with(settings) { erasures in
            try await body(DryRun(settings: settings, map: erasures.map, erasures: erasures))
        }
    }

    /// The plan of a person, `user:17` or `email:…`, or of a record, `contacts:17`.
    func plan(_ text: String, regime: String?) async throws -> ErasurePlan {
        let target = try await erasures.eraser.canonical(try target(text))
        let (holds, notes) = try await holds(on: target)
        var plan = try await erasures.eraser.plan(
            ErasureQuestion(target: target, regime: try self.regime(regime), holds: holds, today: try settings.today()))
        plan.warnings += notes
        return plan
    }

    private func regime(_ name: String?) throws -> RegimeID {
        guard let name else { return map.defaultRegime }
        guard let regime = RegimeID(name.uppercased()) else {
            throw CommandFailure(.usage, code: "usage", "--regime is the id of a law, such as GDPR or CCPA")
        }
        _ = try settings.ruleBook().regimes(named: name)
        return regime
    }

    private func target(_ text: String) throws -> ErasureTarget {
        guard let reference = SubjectReference(text) else {
            throw CommandFailure(
                .usage, code: "usage", "a person or a record is named as KIND:ID, email:ADDRESS or COLLECTION:ID",
                hint: "or give a request's id to see its plan")
        }
        let isPerson =
            reference.scheme == SubjectReference.email
            || map.subjects.contains {
                $0.name == reference.scheme || $0.identifiers.contains { $0.name == reference.scheme }
            }
        guard !isPerson else { return ErasureTarget(person: reference) }
        guard map.collection(reference.scheme) != nil else {
            throw ErasureError(
                .unknownReference, "the data map has no kind of person, identifier or collection of that name",
                hint: "`habeas map show` lists them")
        }
        return ErasureTarget(record: reference)
    }

    // MARK: holds

    /// The holds in force, and what couldn't be looked at.
    private func holds(on target: ErasureTarget) async throws -> ([RowHold], [String]) {
        let people = try PersonKeys(folder: settings.keysPath)
        let pool = PostgresPool(to: try settings.controlTarget(), limit: 1)
        let control = ControlDatabase(pool: pool)
        let found: Result<[LegalHold], any Error>
        do {
            try await control.connection { try await Migrator.check($0.connection) }
            let records = try await control.transaction {
                try await $0.holds(applyingTo: people.hash("person", target.reveal()))
            }
            found = .success(try records.map { try LegalHold($0, people: people) })
        } catch { found = .failure(error) }
        await control.close()
        switch found {
        case .success(let holds):
            var notes: [String] = []
            if case .record = target.kind {
                notes = ["holds on single people weren't looked at: the request says whose record it is"]
            }
            return (holds.map { RowHold($0) }, notes)
        case .failure(let error as PostgresError):
            return ([], ["legal holds weren't looked at: \(error.description)"])
        case .failure(let error as LedgerError):
            return ([], ["legal holds weren't looked at: \(error.description)"])
        case .failure(let error): throw error
        }
    }
}
