internal import FoundationEssentials
package import RightsCore

/// What an erasure did, for the person it was about and whoever they show it to: no personal data but the request's id,
/// which its holder knows.
package struct ErasureCertificate: Sendable, Hashable, Codable {
    /// The version of this form.
    package static let formatVersion = 1

    package var format = Self.formatVersion
    /// The request.
    package var request: String
    /// The map's short name of the product.
    package var service: String
    /// Who answers for the data.
    package var controller: String
    /// The law.
    package var regime: String
    /// `person`, or the collection of the record.
    package var scope: String
    /// `erased`, `erased_with_retention` or `partial`.
    package var state: String
    package var receivedAt: Instant
    package var approvedAt: Instant?
    package var erasedAt: Instant
    package var issuedAt: Instant
    /// SHA-256 of the approved plan, in hexadecimal.
    package var plan: String
    /// The number of the intent in the erasure ledger.
    package var ledgerSequence: Int64
    /// What was done in live tables.
    package var collections: [Line]
    /// What a statute keeps.
    package var retained: [ErasurePlan.RetainedLine]
    /// Whether rows stay, restricted, for proceedings.
    package var isHeld: Bool
    /// Files that are gone, every version.
    package var files: Int
    /// Who else was told (GDPR Art. 19).
    package var recipients: [RecipientLine]
    /// Backups that hold the rows and until when; nil while none are described.
    package var backups: [ErasurePlan.BackupLine]?
    /// What the hunt for leftovers looked at and found.
    package var hunt: HuntLine
    /// Until when the request's contact address stays sealed for the last letter; nil when it is gone.
    package var contactKept: Bool

    /// One collection.
    package struct Line: Sendable, Hashable, Codable {
        package var title: String
        /// `delete`, `unlink`, `anonymize`, `retain`, `keep`.
        package var outcome: String
        package var rows: Int
        /// Rows that stay because others have a part in them.
        package var staying: Int
        /// Rows that stay, restricted, for proceedings.
        package var held: Int
        /// Rows that stay, emptied of what identifies, because a held row refers to them.
        package var hollow: Int
        package var reason: String?

        /// A line by its parts.
        package init(title: String, outcome: String, rows: Int, staying: Int, held: Int, hollow: Int, reason: String?) {
            self.title = title
            self.outcome = outcome
            self.rows = rows
            self.staying = staying
            self.held = held
            self.hollow = hollow
            self.reason = reason
        }
    }

    /// One recipient.
    package struct RecipientLine: Sendable, Hashable, Codable {
        package var name: String
        /// `open`, `told`, `acknowledged`, `parked`, `impossible`.
        package var state: String

        /// A recipient by name and state.
        package init(name: String, state: String) {
            self.name = name
            self.state = state
        }
    }

    /// What the hunt saw.
    package struct HuntLine: Sendable, Hashable, Codable {
        package var tables: Int
        package var isComplete: Bool
        /// What wasn't searched, or not to its end, each with the reason.
        package var obstacles: [String]
        /// Places with something left, as `table.column`.
        package var leftovers: [String]

        /// A hunt by its parts.
        package init(tables: Int, isComplete: Bool, obstacles: [String] = [], leftovers: [String]) {
            self.tables = tables
            self.isComplete = isComplete
            self.obstacles = obstacles
            self.leftovers = leftovers
        }
    }

    /// A certificate of what a receipt says.
    package init(
        request: String, service: String, controller: String, regime: String, scope: String, state: String,
        receivedAt: Instant, approvedAt: Instant?, issuedAt: Instant, receipt: ErasureReceipt, files: Int,
        recipients: [RecipientLine], hunt: HuntLine, contactKept: Bool
    ) {
        self.request = request
        self.service = service
        self.controller = controller
        self.regime = regime
        self.scope = scope
        self.state = state
        self.receivedAt = receivedAt
        self.approvedAt = approvedAt
        erasedAt = receipt.at
        self.issuedAt = issuedAt
        plan = receipt.plan
        ledgerSequence = receipt.sequence
        collections = receipt.done.collections.map {
            Line(
                title: $0.title, outcome: $0.outcome, rows: $0.rows, staying: $0.staying, held: $0.held,
                hollow: $0.hollow, reason: $0.reason)
        }
        retained = receipt.done.retained
        isHeld = receipt.isHeld
        self.files = files
        self.recipients = recipients
        backups = nil
        self.hunt = hunt
        self.contactKept = contactKept
    }

    /// Canonical JSON: keys sorted, no white space, UTF-8. What is signed are these bytes.
    package func canonicalBytes() throws -> [UInt8] { try CanonicalJSON.bytes(self) }

    /// The certificate of its canonical bytes; nil for anything else.
    package init?(canonicalBytes bytes: [UInt8]) {
        guard let certificate = try? JSONDecoder().decode(Self.self, from: Data(bytes)),
            certificate.format == Self.formatVersion, (try? certificate.canonicalBytes()) == bytes
        else { return nil }
        self = certificate
    }
}
