internal import AuditLedger
internal import Erasing
internal import ErasureLedger
package import RequestLedger
package import RightsCore

/// A legal hold as somebody of the staff asks for it.
package struct HoldInput: Sendable {
    /// The matter's reference.
    package var matter: String
    package var basis: HoldBasis
    /// What it keeps, apart from whose: the person is found by their reference.
    package var scope: HoldScope
    /// The name of the colleague who keeps what is held.
    package var custodian: String?
    /// The day by which somebody has to ask whether it is still needed.
    package var reviewOn: CivilDate

    /// An input by its parts.
    package init(
        matter: String, basis: HoldBasis, scope: HoldScope, custodian: String? = nil, reviewOn: CivilDate
    ) {
        self.matter = matter
        self.basis = basis
        self.scope = scope
        self.custodian = custodian
        self.reviewOn = reviewOn
    }
}

/// A hold, and the erasures that wait for it.
package struct HoldView: Sendable {
    package let record: HoldRecord
    package let heldRequests: [RequestID]
}

extension Engine {
    // MARK: placing

    /// Looks whether what a hold is bounded by is there: the column of its days, its records.
    ///
    /// - Parameter tools: nil where nothing is erased.
    /// - Throws: `ErasureError` where something isn't.
    package func check(_ input: HoldInput, _ tools: ErasureTools?) async throws {
        try checkCollections(input.scope.collections)
        guard let tools, input.scope.range != nil || !input.scope.records.isEmpty else { return }
        try await tools.eraser.check(
            RowHold(
                id: "new", matter: input.matter, collections: input.scope.collections, records: input.scope.records,
                column: input.scope.range?.column))
    }

    /// Places a hold: it is in force when the transaction commits, and waits for a second person. The operators are told,
    /// so that nobody stops an erasure in silence (LEGAL.md 4.3).
    ///
    /// - Parameters:
    ///   - found: whose rows it keeps; everybody's when nil.
    ///   - tools: with the erasure ledger, which remembers it too; nil where nothing is erased.
    package func placeHold(
        _ input: HoldInput, on found: FoundPerson?, by caller: StaffCaller, _ ground: StaffGround,
        _ tools: ErasureTools? = nil, in transaction: ControlTransaction
    ) async throws -> HoldRecord {
        try caller.require(.writeHolds)
        var scope = input.scope
        scope.subject = found.map { hash(person: $0.person.reference) }
        let hold = LegalHold(
            id: makeID(), matter: input.matter, basis: input.basis, scope: scope, issuer: caller.id,
            custodian: try await custodian(input.custodian, in: transaction), placedAt: now(), reviewOn: input.reviewOn)
        do { try hold.check(today: today) } catch { throw EngineError(error) }
        try checkCollections(scope.collections)
        let record = HoldRecord(
            hold, subjectBox: try found.map { try people.seal($0.person.reference, for: "hold subject \(hold.id)") },
            recordsBox: scope.records.isEmpty
                ? nil : try people.seal(scope.records.joined(separator: "\n"), for: "hold records \(hold.id)"))
        let facts = try await facts(of: ground, request: nil, in: transaction)
        try await transaction.insert(record, today: today)
        try await tellOperators(
            .holdPlaced, request: nil,
            facts: ["hold": hold.id.text, "matter": hold.matter, "review_on": hold.reviewOn.description],
            in: transaction)
        try await audit(
            .holdPlaced, by: caller.actor, hold, facts.merging(Self.scopeFacts(record)) { $1 }, in: transaction)
        try await remember(.holdPlaced, hold.id, of: found?.person.reference, tools)
        return record
    }

    private func custodian(_ name: String?, in transaction: ControlTransaction) async throws -> StaffID? {
        guard let name else { return nil }
        guard let staff = try await transaction.staff(named: name), staff.endedAt == nil else {
            throw EngineError(
                .notFound, "nobody of the staff has that name", hint: "`habeas staff list` shows the names",
                field: "custodian")
        }
        return staff.id
    }

    /// A hold on a collection that isn't there would keep nothing, and nobody would notice.
    private func checkCollections(_ wanted: [String]) throws {
        guard let known = settings.collections, let place = wanted.firstIndex(where: { !known.contains($0) }) else {
            return
        }
        throw EngineError(
            .invalid, "collections: the data map has no collection of that name, entry \(place + 1)",
            hint: "`habeas map show` names them", field: "collections")
    }

    // MARK: reading

    /// A hold with the erasures that wait for it; that somebody looked is in the audit chain.
    package func readHold(_ id: HoldID, by caller: StaffCaller) async throws -> HoldView {
        try caller.require(.readHolds)
        return try await control.transaction { transaction in
            guard let record = try await transaction.hold(id) else { throw Self.noHold }
            let view = HoldView(record: record, heldRequests: try await transaction.requests(heldBy: id))
            try await audit(.holdRead, by: caller.actor, record.hold, in: transaction)
            return view
        }
    }

    /// Holds that pass a filter, the newest first.
    package func holds(_ filter: HoldFilter, by caller: StaffCaller) async throws -> [HoldRecord] {
        try caller.require(.readHolds)
        return try await control.connection { try await $0.holds(filter) }
    }

    /// The holds that can keep rows which an erasure is about; none for other rights, and nil for whoever may not know of
    /// holds.
    func holds(
        touching request: RequestRecord, by caller: StaffCaller, in transaction: ControlTransaction
    ) async throws -> [LegalHold]? {
        guard caller.permissions.contains(.readHolds) else { return nil }
        guard request.right == .erasure else { return [] }
        return try await transaction.holds(applyingTo: request.subject).map(\.hold)
    }

    /// How many holds there are, by what they wait for.
    package func holdCount() async throws -> HoldCount {
        let today = today
        return try await control.connection { try await $0.holdCount(today: today) }
    }

    package static var noHold: EngineError { EngineError(.notFound, "there is no such hold") }

    // MARK: the audit chain

    /// Appends an entry about a hold.
    ///
    /// It isn't in the person's own trail, which their access archive shows: proceedings may not be known to them yet.
    func audit(
        _ action: AuditAction, by actor: AuditActor, _ hold: LegalHold, _ facts: [String: AuditFact] = [:],
        in transaction: ControlTransaction
    ) async throws {
        var facts = facts
        facts["hold"] = .id(hold.id.text)
        facts["matter"] = .code(hold.matter.lowercased())
        try await transaction.connection.append(AuditEntry(action, by: actor, facts))
    }

    private static func scopeFacts(_ record: HoldRecord) -> [String: AuditFact] {
        let hold = record.hold
        var facts: [String: AuditFact] = [
            "basis": .code(hold.basis.rawValue), "review_on": .code(hold.reviewOn.description),
            "scope": .code(hold.scope.subject == nil ? "everybody" : "person"),
            "collections": .number(hold.scope.collections.count), "records": .number(record.recordCount),
            "has_range": .flag(hold.scope.range != nil),
        ]
        if let custodian = hold.custodian { facts["custodian"] = .id(custodian.text) }
        return facts
    }
}

extension EngineError {
    /// A refusal of a hold.
    init(_ error: HoldError) {
        let code: Code =
            switch error.kind {
            case .invalid: .invalid
            case .notPossible: .holdNotPossible
            case .needsSecondPerson: .needsSecondPerson
            }
        self.init(code, error.description, hint: error.hint, field: error.field)
    }
}
