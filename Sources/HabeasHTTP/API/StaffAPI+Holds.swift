internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Where the list of holds goes on.
struct HoldKeys: CursorKeys {
    static let list = "holds.1"
    let id: String
}

/// A legal hold to be placed.
private struct PlaceHoldInput: StaffWrite {
    struct Range: Codable, Sendable {
        let column: String
        let from: String?
        let until: String?
    }

    let matter: String
    let basis: HoldBasis
    let subject: String?
    let collections: [String]?
    let records: [String]?
    let range: Range?
    let custodian: String?
    let reviewOn: String
    let ticket: String
    let reason: String

    func check() throws(Problem) {
        if let subject { try Subject.check(subject) }
        try Field.text("matter", matter, most: 40)
        if let custodian { try Field.text("custodian", custodian, most: 100) }
        _ = try hold()
    }

    /// What the engine is asked for; whether it may be, the engine knows.
    func hold() throws(Problem) -> HoldInput {
        HoldInput(
            matter: matter, basis: basis,
            scope: HoldScope(collections: collections ?? [], records: records ?? [], range: try days()),
            custodian: custodian, reviewOn: try Field.requiredDay("review_on", reviewOn))
    }

    private func days() throws(Problem) -> HoldRange? {
        guard let range else { return nil }
        return HoldRange(
            column: range.column, from: try Field.day("range.from", range.from),
            until: try Field.day("range.until", range.until))
    }
}

/// That a hold is still needed.
private struct ReviewHoldInput: StaffWrite {
    let reviewOn: String
    let ticket: String
    let reason: String

    func check() throws(Problem) { _ = try Field.requiredDay("review_on", reviewOn) }
}

extension StaffAPI {
    func addHolds(to group: inout RouteGroup) {
        group.post("/holds") { try await placeHold($0, $1) }
        group.get("/holds") { try await listHolds($0, $1) }
        group.get("/holds/{id}") { request, context in
            try request.requireNoQuery()
            let caller = try context.requireCaller(as: StaffCaller.self)
            try caller.require(.readHolds)
            return try .json(HoldDetail(try await engine.readHold(try context.namedHold(), by: caller), today: today))
        }
        addDeed("confirm", GroundInput.self, to: &group) { id, _, caller, ground, transaction in
            try await engine.confirmHold(id, by: caller, ground, erasure, in: transaction)
        }
        addDeed("decline", GroundInput.self, to: &group) { id, _, caller, ground, transaction in
            try await engine.declineHold(id, by: caller, ground, erasure, in: transaction)
        }
        addDeed("release", GroundInput.self, to: &group) { id, _, caller, ground, transaction in
            try await engine.proposeRelease(of: id, by: caller, ground, in: transaction)
        }
        addDeed("confirm-release", GroundInput.self, to: &group) { id, _, caller, ground, transaction in
            try await engine.confirmRelease(of: id, by: caller, ground, erasure, in: transaction)
        }
        addDeed("review", ReviewHoldInput.self, to: &group) { id, input, caller, ground, transaction in
            try await engine.reviewHold(
                id, nextOn: try Field.requiredDay("review_on", input.reviewOn), by: caller, ground, in: transaction)
        }
    }

    private func placeHold(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let (input, caller) = try await input(PlaceHoldInput.self, .writeHolds, request, context)
        let wanted = try input.hold()
        try await engine.check(wanted, erasure)
        var found: FoundPerson?
        if let subject = input.subject { found = try await engine.find(subject) }
        let person = found
        return try await write(input, caller, request) { _, caller, ground, transaction in
            let record = try await engine.placeHold(
                wanted, on: person, by: caller, ground, erasure, in: transaction)
            return try StoredAnswer(HoldSummary(record, today: today), status: .created)
        }.response()
    }

    private func listHolds(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(.readHolds)
        let query = try request.query(["limit", "cursor", "state", "review"])
        let page = try PageRequest<HoldKeys>(query)
        var filter = HoldFilter()
        filter.states = try Field.values("state", query["state"])
        let review: ReviewFilter? = try query.value("review")
        filter.reviewBefore = review.map { _ in today }
        filter.before = try page.after.map { keys throws(Problem) in try Self.position(keys.id) }
        filter.limit = page.limit + 1
        let holds = try await engine.holds(filter, by: caller)
        return try .page(
            holds, limit: page.limit, of: request, after: { HoldKeys(id: $0.hold.id.text) },
            { HoldSummary($0, today: today) })
    }

    /// A write that changes one hold.
    private func addDeed<Input: StaffWrite>(
        _ verb: String, _ type: Input.Type, to group: inout RouteGroup,
        _ body:
            @escaping @Sendable (HoldID, Input, StaffCaller, StaffGround, ControlTransaction) async throws ->
            HoldOutcome
    ) {
        group.post("/holds/{id}/\(verb)") { request, context in
            let id = try context.namedHold()
            return try await write(type, .writeHolds, request, context) { input, caller, ground, transaction in
                let outcome = try await body(id, input, caller, ground, transaction)
                return try StoredAnswer(HoldChange(outcome, today: today))
            }.response()
        }
    }

    private var today: CivilDate { engine.dashboardMoments.today }
}

/// Which holds by their review.
private enum ReviewFilter: String, CaseIterable {
    case overdue
}

extension Field {
    /// A day that has to be given.
    fileprivate static func requiredDay(_ name: String, _ text: String) throws(Problem) -> CivilDate {
        guard let day = try day(name, text) else { throw Problem(.missingField, "\(name) is missing") }
        return day
    }
}

extension HabeasContext {
    /// The hold that the path names; 404 when that can't be one.
    fileprivate func namedHold() throws -> HoldID { try id(of: "hold") }
}
