internal import Foundation
package import RightsCore

/// That a recipient is to erase its copies (GDPR Art. 19). As it is stored it names nobody: whom it is about is put in when it is
/// sent.
package struct RecipientEvent: Sendable, Hashable {
    /// The event's type.
    package static let type = "recipient.erasure"

    private let id: EventID
    private let body: Body

    /// What an erasure was of.
    package enum Scope: String, Sendable {
        /// Everything of a person.
        case person
        /// One record, with what hangs on it; not the person.
        case record
    }

    /// Whom or what it is about, in clear: it exists sealed, and while it is sent.
    package enum Matter: Sendable, Hashable, Codable {
        /// A person, by an identifier that the recipient knows them by.
        case person(identifiedBy: String, values: [String])
        /// A record, by its key; never whose it is.
        case record(collection: String, key: String)
    }

    private struct Body: Encodable, Hashable {
        let at: String
        let collections: [String]
        let dutyID: String
        let id: String
        let partlyHeld: [String]?
        let requestID: String
        let scope: String
        let subjectHash: String
        let type: String

        private enum CodingKeys: String, CodingKey {
            case at, collections, id, scope, type
            case dutyID = "duty_id"
            case partlyHeld = "partly_held"
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

    private struct Record: Encodable {
        let collection: String
        let key: String
    }

    /// That something of a request was erased at `at`.
    ///
    /// - Parameters:
    ///   - duty: what is acknowledged.
    ///   - partly: those of the collections of which a legal hold keeps a part.
    ///   - subject: the person's keyed hash: the same in every event about them.
    package init(
        id: EventID, at: Instant, duty: EventID, request: RequestID, scope: Scope, collections: [String],
        partly: [String] = [], subject: Hash256
    ) {
        self.id = id
        body = Body(
            at: at.rfc3339, collections: collections, dutyID: duty.text, id: id.text,
            partlyHeld: partly.isEmpty ? nil : partly, requestID: request.text, scope: scope.rawValue,
            subjectHash: subject.hex, type: Self.type)
    }

    /// The event as it is stored.
    package func message() throws -> WebhookMessage { WebhookMessage(id: id, body: try CanonicalJSON.text(body)) }

    /// A stored body with whom or what it is about, for sending.
    package static func body(_ stored: String, about matter: Matter) throws -> String {
        switch matter {
        case .person(let name, let values):
            "\(stored.dropLast()),\"subject\":\(try CanonicalJSON.text(Subject(identifiedBy: name, values: values)))}"
        case .record(let collection, let key):
            "\(stored.dropLast()),\"record\":\(try CanonicalJSON.text(Record(collection: collection, key: key)))}"
        }
    }

}
