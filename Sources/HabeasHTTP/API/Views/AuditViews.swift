internal import AuditLedger
internal import FoundationEssentials
internal import RightsCore
internal import RightsEngine

/// An entry of the audit chain.
struct AuditEntryView: Encodable {
    let seq: Int
    let at: String
    let action: String
    let actor: String
    let requestID: String?
    let subjectHash: String?
    let facts: [String: String]
    let previous: String
    let hash: String
    let words: String?

    init(_ entry: AuditRecord, words: String? = nil) throws {
        seq = entry.seq
        at = entry.at.rfc3339
        action = entry.action
        actor = entry.actor
        requestID = entry.request
        subjectHash = entry.subject?.hex
        facts = try JSONDecoder().decode([String: String].self, from: Data(entry.facts.utf8))
        previous = entry.previous.hex
        hash = entry.hash.hex
        self.words = words
    }
}
