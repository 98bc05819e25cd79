internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// A legal hold: nothing in it names the person or the records.
struct HoldSummary: Encodable {
    /// Days between which a column lies.
    struct Range: Encodable {
        let column: String
        let from: String?
        let until: String?
    }

    let id: String
    let matter: String
    let basis: String
    let state: String
    /// Whose rows, as requests name them; absent for everybody's.
    let subjectHash: String?
    let collections: [String]
    /// How many single records; 0 is all of the collections.
    let recordCount: Int
    let range: Range?
    let issuer: String
    let custodian: String?
    let placedAt: String
    let reviewOn: String
    let reviewOverdue: Bool
    let approvedBy: String?
    let approvedAt: String?
    let releaseProposedBy: String?
    let releasedBy: String?
    let releasedAt: String?
    let possible: [String]

    init(_ record: HoldRecord, today: CivilDate) {
        let hold = record.hold
        id = hold.id.text
        matter = hold.matter
        basis = hold.basis.rawValue
        state = hold.state.rawValue
        subjectHash = hold.scope.subject?.hex
        collections = hold.scope.collections
        recordCount = record.recordCount
        range = hold.scope.range.map {
            Range(column: $0.column, from: $0.from?.description, until: $0.until?.description)
        }
        issuer = hold.issuer.text
        custodian = hold.custodian?.text
        placedAt = hold.placedAt.rfc3339
        reviewOn = hold.reviewOn.description
        reviewOverdue = hold.isReviewOverdue(on: today)
        approvedBy = hold.approvedBy?.text
        approvedAt = hold.approvedAt?.rfc3339
        releaseProposedBy = hold.releaseProposedBy?.text
        releasedBy = hold.releasedBy?.text
        releasedAt = hold.releasedAt?.rfc3339
        possible = Self.verbs(hold.state)
    }

    /// What can be done with it now, as the verbs of the API.
    private static func verbs(_ state: HoldState) -> [String] {
        switch state {
        case .proposed: ["confirm", "decline", "review"]
        case .active: ["release", "review"]
        case .releaseProposed: ["confirm-release", "decline", "review"]
        case .released, .declined: []
        }
    }
}

/// A hold, and the erasures that wait for it.
struct HoldDetail: Encodable {
    let hold: HoldSummary
    let heldRequests: [String]

    init(_ view: HoldView, today: CivilDate) {
        hold = HoldSummary(view.record, today: today)
        heldRequests = view.heldRequests.map(\.text)
    }
}

/// A hold that was changed, and the erasures that go on because of that.
struct HoldChange: Encodable {
    let hold: HoldSummary
    let resumedRequests: [String]

    init(_ outcome: HoldOutcome, today: CivilDate) {
        hold = HoldSummary(outcome.record, today: today)
        resumedRequests = outcome.resumed.map(\.text)
    }
}

/// A hold, as a request that it concerns shows it.
struct HoldNote: Encodable {
    let id: String
    let matter: String
    let state: String
    /// Whether the request waits for it.
    let isWaitedFor: Bool

    init(_ hold: LegalHold, isWaitedFor: Bool) {
        id = hold.id.text
        matter = hold.matter
        state = hold.state.rawValue
        self.isWaitedFor = isWaitedFor
    }
}
