internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// A recipient who has to be told of an erasure: nothing in it names the person.
struct RecipientView: Encodable {
    let id: String
    let requestID: String
    let recipient: String
    let collections: [String]
    let state: String
    /// `webhook`, `mail` or `manual`.
    let way: String
    /// How often they were told, or somebody was reminded to.
    let notices: Int
    let madeAt: String
    let toldAt: String?
    /// The day on which they are asked again; absent once it is settled.
    let dueOn: String?
    let overdue: Bool
    let endedAt: String?
    let outcome: String?
    /// What proves their answer.
    let proof: Proof?

    /// A file, which is kept elsewhere.
    struct Proof: Encodable {
        let sha256: String
        let bytes: Int
    }

    private enum CodingKeys: String, CodingKey {
        case id, recipient, collections, state, way, notices, madeAt, toldAt, dueOn, overdue, endedAt, outcome, proof
        case requestID = "requestId"
    }

    init(_ duty: RecipientDuty, _ engine: Engine) {
        id = duty.id.text
        requestID = duty.request.text
        recipient = duty.recipient
        collections = duty.collections
        state = duty.state.rawValue
        way = engine.means(toTell: duty).rawValue
        notices = duty.notices
        madeAt = duty.madeAt.rfc3339
        toldAt = duty.toldAt?.rfc3339
        let moments = engine.dashboardMoments
        dueOn = duty.endedAt == nil ? moments.zone.lastDay(before: duty.dueAt).description : nil
        overdue = duty.isOverdue(at: moments.now)
        endedAt = duty.endedAt?.rfc3339
        outcome = duty.outcome
        proof = duty.proof.map { Proof(sha256: $0.digest.hex, bytes: $0.bytes) }
    }
}
