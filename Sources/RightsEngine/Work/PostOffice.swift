package import Notifying
package import RequestLedger
package import RightsCore

/// Renders a letter and hands it to whoever carries mail.
package typealias PostOffice = @Sendable (Letter) async throws -> PostOutcome

/// A notice on its way, with everything its text needs.
package struct Letter: Sendable, CustomStringConvertible, CustomReflectable {
    /// The notice; its id makes the Message-ID, so that a mail sent twice can be told as one.
    package let notice: NoticeRecord
    /// Where it goes.
    package let address: String
    /// The codes and ids stored with the notice.
    package let facts: [String: String]
    /// What it is about; nil when a claim led to no request.
    package let request: RequestRecord?
    /// The one-time code, made just now; nil when the notice carries none.
    package let code: String?
    /// What can be downloaded; nil when the notice names no link.
    package let download: Download?
    /// What a recipient of the data map is told; nil when the notice goes to anybody else.
    package let duty: Duty?

    /// That a recipient is to erase its copies, with whom or what it is about in clear.
    package struct Duty: Sendable {
        /// What they acknowledge.
        package let id: EventID
        /// The collections, as the map names them.
        package let collections: [String]
        /// Those of them of which a legal hold keeps a part.
        package let partly: [String]
        /// Whom or what it is about; nil where the map doesn't say by what they know people.
        package let matter: RecipientEvent.Matter?
        /// The day of the erasure.
        package let erasedOn: CivilDate
        /// The last day for their answer.
        package let answerBy: CivilDate
    }

    /// An archive that a letter leads to.
    package struct Download: Sendable {
        /// Where it is fetched. It is a secret.
        package let url: String
        /// The link's end.
        package let until: Instant
        /// All parts together, unsealed.
        package let bytes: UInt64
        /// How many files it is.
        package let parts: Int
    }

    package var description: String { "<personal>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What became of a letter.
package enum PostOutcome: Sendable, Hashable {
    /// Somebody took it to carry it on, which isn't delivery; with the server's SMTP reply code, if there was one.
    case handedOver(replyCode: Int?)
    /// It is refused for good, for a reason as a code.
    case refused(code: String, replyCode: Int?)
    /// It may well be taken later.
    case deferred(code: String, replyCode: Int?)
}
