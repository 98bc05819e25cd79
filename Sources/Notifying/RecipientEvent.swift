internal import Foundation
package import RightsCore

/// That a recipient is to erase its copies (GDPR Art. 19). As it is stored it names nobody: whom it is about is put in when it is
/// sent.
package struct RecipientEvent: Sendable, Hashable {
    /// The event's type.
    package static let type = "recipient.erasure"

    private let id: EventID
    private let body: Body

    private struct Body: Encodable, Hashable {
        let at: String
        let collections: [String]
        let dutyID: String
        let id: String
        let requestID: String
        let subjectHash: String
        let type: String

        private enum CodingKeys: String, CodingKey {
            case at, collections, id, type
            case dutyID = "duty_id"
            case requestID = "request_id"
            case subjectHash = "subject_hash"
        }
    }

    private struct Subject: Encodable {
        let identifiedBy: String
        let values: [String]

        private enum CodingKeys: String, CodingKey {
            case values
            case identifiedBy = "identified_by"
        }
    }

    /// That something of a request was erased at `at`.
    ///
    /// - Parameters:
    ///   - duty: what is acknowledged.
    ///   - subject: the person's keyed hash: the same in every event about them.
    package init(
        id: EventID, at: Instant, duty: EventID, request: RequestID, collections: [String], subject: Hash256
    ) {
        self.id = id
        body = Body(
            at: at.rfc3339, collections: collections, dutyID: duty.text, id: id.text, requestID: request.text,
            subjectHash: subject.hex, type: Self.type)
    }

    /// The event as it is stored.
    package func message() throws -> WebhookMessage { WebhookMessage(id: id, body: try Self.json(body)) }

    /// A stored body with whom it is about, for sending.
    ///
    /// - Parameters:
    ///   - name: the identifier by which the recipient knows them.
    ///   - values: its values.
    package static func body(_ stored: String, about values: [String], identifiedBy name: String) throws -> String {
        let subject = try json(Subject(identifiedBy: name, values: values))
        return "\(stored.dropLast()),\"subject\":\(subject)}"
    }

    private static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
