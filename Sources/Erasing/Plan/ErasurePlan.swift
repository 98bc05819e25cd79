internal import Crypto
internal import FoundationEssentials
package import RightsCore

/// What will happen to a person or a record, row by row counted, to be read, approved and then done exactly so.
///
/// It holds names of things and numbers, never a value of a row; whom it means stands in it as a keyed hash.
package struct ErasurePlan: Sendable, Hashable, Codable {
    /// The version of this form.
    package static let formatVersion = 1

    package var format = Self.formatVersion
    /// The map's short name of the product.
    package var service: String
    /// SHA-256 of the map's text, in hexadecimal.
    package var map: String
    /// The law under which it is asked for.
    package var regime: String
    /// `person`, or the collection of the record.
    package var scope: String
    /// The kind of person; nil of a record.
    package var kind: String?
    /// The keyed hash of the person or record, in hexadecimal.
    package var target: String
    /// When the counts were taken, by the server's clock.
    package var countedAt: Instant
    /// What happens to each collection.
    package var collections: [CollectionLine]
    /// Tables in the order in which their rows go; those of one circle of foreign keys go together.
    package var order: [[String]]
    /// What the database itself does to rows of others: references that become null.
    package var sideEffects: [SideEffect]
    /// What statutes keep.
    package var retained: [RetainedLine]
    /// Holds in force.
    package var holds: [HoldLine]
    /// Who else holds copies, and is told (GDPR Art. 19).
    package var recipients: [RecipientLine]
    /// Why it can't be done as the map says; a plan with any isn't approved.
    package var conflicts: [String]
    /// What to know before approving.
    package var warnings: [String]
    /// How it is carried out.
    package var execution: Execution
    /// Backups that hold the rows, and until when; nil while none are described.
    package var backups: [BackupLine]?

    /// What happens to the rows of a collection.
    package struct CollectionLine: Sendable, Hashable, Codable {
        package var name: String
        package var title: String
        package var table: String
        /// `delete`, `unlink`, `anonymize`, `retain`, `keep`.
        package var outcome: String
        /// Whose rows they are: `own`, `mention`, `shared`.
        package var ownership: String
        /// Why rows stay.
        package var reason: String?
        /// Rows the outcome happens to.
        package var rows: Int
        /// Of shared rows, those that stay because others refer to them.
        package var staying: Int
        /// Rows that a hold keeps where they are.
        package var held: Int
        /// Rows that stay, emptied of what identifies, because a held row refers to them.
        package var hollow: Int
        /// Files that go with the rows.
        package var files: Int
        /// Columns that are replaced where rows stay.
        package var replaced: [String]
    }

    /// A foreign key by which the database changes rows that stay.
    package struct SideEffect: Sendable, Hashable, Codable {
        package var table: String
        package var columns: [String]
        package var constraint: String
        package var rows: Int
    }

    /// Documents that a statute keeps until a day.
    package struct RetainedLine: Sendable, Hashable, Codable {
        package var collection: String
        package var document: String
        package var statute: String
        package var citation: String
        /// The last day; the day after, they go.
        package var until: CivilDate
        package var documents: Int
        /// The fields that stay, of the document and what belongs to it.
        package var fields: [String]
    }

    /// A hold that keeps rows.
    package struct HoldLine: Sendable, Hashable, Codable {
        package var id: String
        package var matter: String
        package var collections: [String]
    }

    /// Somebody who is told.
    package struct RecipientLine: Sendable, Hashable, Codable {
        package var name: String
        package var role: String
        package var collections: [String]
    }

    /// How the rows go.
    package struct Execution: Sendable, Hashable, Codable {
        /// `one_transaction` or `batches`.
        package var regime: String
        package var rows: Int
        /// Tables whose rows are locked: others may read and write other rows meanwhile.
        package var locks: [String]
        /// An estimate, never compared.
        package var estimatedMilliseconds: Int
    }

    /// A backup that holds the rows for now.
    package struct BackupLine: Sendable, Hashable, Codable {
        package var name: String
        /// The last day; nil when no end can be foretold.
        package var until: CivilDate?

        /// A copy with its end.
        package init(name: String, until: CivilDate?) {
            self.name = name
            self.until = until
        }
    }

    // MARK: bytes

    /// The plan as canonical JSON: keys sorted, no white space, UTF-8. What is approved are these bytes.
    package func canonicalBytes() throws -> [UInt8] { try CanonicalJSON.bytes(self) }

    /// SHA-256 of the canonical bytes.
    package func digest() throws -> Hash256 { Self.digest(of: try canonicalBytes()) }

    /// SHA-256 of bytes.
    package static func digest(of bytes: [UInt8]) -> Hash256 {
        guard let digest = Hash256(SHA256.hash(data: bytes)) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }

    /// Rows that go or are changed, files apart.
    package var affectedRows: Int {
        collections.filter { $0.outcome != "keep" }.reduce(0) { $0 + $1.rows }
    }

    /// Rows that leave their tables.
    package var goingRows: Int {
        collections.filter { ["delete", "retain"].contains($0.outcome) }.reduce(0) { $0 + $1.rows }
    }
}

extension ErasurePlan {
    /// The plan of its canonical bytes.
    ///
    /// - Throws: `ErasureError.Code.badPlan` when they are no plan, one of another version, or not canonical: whoever
    ///   edits a plan has another one.
    package init(canonicalBytes bytes: [UInt8]) throws(ErasureError) {
        let bad = ErasureError(
            .badPlan, "these bytes are no erasure plan as `habeas erase plan` writes it",
            hint: "make a new plan; a plan that was edited isn't the one that was approved")
        guard let plan = try? JSONDecoder().decode(Self.self, from: Data(bytes)), plan.format == Self.formatVersion,
            let again = try? plan.canonicalBytes(), again == bytes
        else { throw bad }
        self = plan
    }
}
