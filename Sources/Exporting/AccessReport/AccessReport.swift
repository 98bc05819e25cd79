internal import ArchiveFormat
internal import FoundationEssentials

/// `access-report.json`: what a law wants said to a person beside the copy of their data (docs/access-report.md).
package struct AccessReport: Encodable, Sendable {
    /// Always `habeas-access-report`.
    package let format = "habeas-access-report"
    /// The version of this form.
    package let version = 1
    package let request: Request
    package let law: Law
    package let service: String
    /// The moment everything is of, RFC 3339.
    package let asOf: String
    /// What is said, in the law's order, each with the provision that demands it and what the map leaves open.
    package let statements: [Statement]
    package let controller: ControllerStatement
    package let complaint: Complaint
    package let confirmation: Confirmation
    /// Collections of which the archive holds rows.
    package let collections: [Holding]
    package let purposes: [PurposeStatement]
    package let categories: [CategoryStatement]
    package let recipients: Recipients
    /// Recipients elsewhere; absent under laws that don't ask.
    package let transfers: [TransferStatement]?
    package let retention: [RetentionStatement]
    package let sources: [SourceStatement]
    package let automatedDecisions: Decisions
    package let rights: [RightStatement]
    /// What somebody concluded; absent under laws that don't ask.
    package let inferences: [FieldPlace]?
    /// Absent under laws that don't ask.
    package let lookBack: LookBack?
    /// Values that are described and not handed out; absent under laws without such a list.
    package let neverDisclosed: [NeverDisclosedStatement]?
    package let withheld: Withheld

    package struct Request: Encodable, Sendable {
        package let id, right: String
    }

    package struct Law: Encodable, Sendable {
        package let regime, name: String
        package let family: ReportLaw.Family
    }

    package struct Statement: Encodable, Sendable {
        package let item: ReportItem
        package let title, citation: String
        /// What the controller's map doesn't say though the law asks.
        package let gaps: [String]
    }

    package struct ControllerStatement: Encodable, Sendable {
        package let name, contact: String
        package let dataProtectionOfficer, representative: String?
    }

    package struct Complaint: Encodable, Sendable {
        package let authority: String
        /// Whether courts can be asked too, where the law says so.
        package let judicialRemedy: String?
    }

    package struct Confirmation: Encodable, Sendable {
        /// Whether any data of the person are held.
        package let isHeld: Bool
        package let records: Int64
        package let files: Int
        /// Where something was looked for and nothing found: “no” is an answer.
        package let empty: [CollectionName]
        /// Where nothing was looked for, because it wasn't asked for.
        package let notAsked: [CollectionName]
    }

    package struct CollectionName: Encodable, Sendable, Hashable {
        package let name, title: String
    }

    /// A collection of which the archive holds rows.
    package struct Holding: Encodable, Sendable {
        package let name, title, category, purpose: String
        package let records: Int64
        /// Records the product shows as deleted, among the others.
        package let softDeletedRecords: Int64?
        package let files: Int
        /// Where its rows stand in the archive; the key of those nested in others.
        package let foundIn: [String]
        package let nestedAs: String?
        package let fields: [FieldStatement]
    }

    package struct FieldStatement: Encodable, Sendable {
        package enum Treatment: String, Encodable, Sendable {
            case included, replaced
            case leftOut = "left_out"
        }
        package let name, category, origin, legalBasis: String
        package let description: String?
        /// The values it may have, where the database lists them.
        package let values: [String]?
        package let isAboutOthers: Bool
        package let treatment: Treatment
    }

    package struct PurposeStatement: Encodable, Sendable {
        package let purpose: String
        package let legalBases: [String]
        package let collections: [CollectionName]
    }

    package struct CategoryStatement: Encodable, Sendable {
        package let category: String
        package let collections: [CollectionName]
        package let purposes, sources, retention, recipients: [String]
        /// Who got it and how; absent under laws that don't ask.
        package let disclosures: [Disclosure]?
    }

    /// One recipient of one category.
    package struct Disclosure: Encodable, Sendable {
        package let recipient: String
        package let recipientCategory: String?
        package let isSold, isShared: Bool?
        package let businessPurpose: String?
    }

    package struct Recipients: Encodable, Sendable {
        /// Whether the map says who they are, if only that there are none.
        package let isStated: Bool
        package let recipients: [RecipientStatement]
    }

    package struct RecipientStatement: Encodable, Sendable {
        package let name, role, country, purpose: String
        package let category, safeguard, businessPurpose: String?
        package let isSold, isShared: Bool?
        package let collections: [CollectionName]
        package let categories: [String]
    }

    package struct TransferStatement: Encodable, Sendable {
        package let recipient, country: String
        package let safeguard: String?
    }

    package struct RetentionStatement: Encodable, Sendable {
        package let collection: CollectionName
        package let categories: [String]
        package let period, criteria, rule: String?
        /// What stays when the rest is erased.
        package let keptAfterErasure: Kept?
    }

    package struct Kept: Encodable, Sendable {
        package let reason: String
        package let fields: [String]
    }

    package struct SourceStatement: Encodable, Sendable {
        package let origin, source: String
        package let places: [FieldPlace]
    }

    /// A collection, or some fields of it.
    package struct FieldPlace: Encodable, Sendable, Hashable {
        package let collection: CollectionName
        /// All fields when absent.
        package let fields: [String]?
    }

    package struct Decisions: Encodable, Sendable {
        /// Whether the map says anything, if only that there are none.
        package let isStated: Bool
        package let decisions: [Decision]
    }

    package struct Decision: Encodable, Sendable {
        package let name, logic, significance, consequences: String
        package let collections: [CollectionName]
    }

    package struct RightStatement: Encodable, Sendable {
        package let right, explanation, citation: String
        /// Everything when absent.
        package let places: [FieldPlace]?
    }

    package struct LookBack: Encodable, Sendable {
        package let isUnlimited: Bool
        package let statement: String
    }

    package struct NeverDisclosedStatement: Encodable, Sendable {
        package let collection: CollectionName
        package let field, kind, description, citation: String
    }

    package struct Withheld: Encodable, Sendable {
        package let notIncluded, redacted, retained: [Omission]
        package let missing: [MissingFile]
    }

    package struct Omission: Encodable, Sendable {
        package let what, reason: String
    }

    package struct MissingFile: Encodable, Sendable {
        package let collection, row, reason, statement: String
    }

    /// The bytes that stand in the archive.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(self)) + [0x0A]
    }
}
