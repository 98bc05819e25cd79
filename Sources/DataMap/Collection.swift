package import RightsCore

/// A set of rows that belong together in an archive: one table, seen from the subject.
package struct Collection: Sendable {
    /// The name, used for files in the archive: `a-z`, digits, `_`.
    package let name: String
    /// What people call it.
    package let title: String
    /// Where the rows lie.
    package let table: TableName
    /// What kind of data it is, for the access report.
    package let category: String
    /// What it is used for (GDPR Art. 15(1)(a)).
    package let purpose: String
    /// Where the values come from unless a field says otherwise.
    package let origin: Origin
    /// Who gave the values when it wasn't the person (GDPR Art. 15(1)(g)).
    package let source: String?
    /// On what ground it is processed (GDPR Art. 6).
    package let legalBasis: String
    /// How long it is kept; nil when the map doesn't say.
    package let retention: Retention?
    /// Ways from a row to its subject; several are OR-ed. Empty when nested.
    package let paths: [OwnershipPath]
    /// The collection whose objects hold these.
    package let nesting: Nesting?
    /// Columns by which rows are sorted before the primary key.
    package let order: [Identifier]
    /// The column that is not null in rows the product shows as deleted.
    package let softDelete: Identifier?
    /// Every column of the table, in the map's order.
    package let fields: [Field]
    /// Files the rows point to.
    package let files: [FileReference]
    /// What erasure does with the rows.
    package let erasure: ErasureOutcome
    /// Whether the rows let somebody in, such as sign-ins and API keys: they go first.
    package let areCredentials: Bool

    /// The paths that lead to a person of that kind.
    package func paths(to kind: SubjectKind) -> [OwnershipPath] { paths.filter { $0.subject == kind.name } }

    /// The columns shown to a person of that kind when the rows are somebody else's; nil when the rows are theirs.
    package func mentionedColumns(of kind: SubjectKind) -> Set<Identifier>? {
        let paths = paths(to: kind)
        guard paths.contains(where: { $0.ownership == .mention }) else { return nil }
        return Set(paths.flatMap(\.fields))
    }

    /// Files that a person of that kind may have: none of rows that are somebody else's.
    package func files(for kind: SubjectKind) -> [FileReference] { mentionedColumns(of: kind) == nil ? files : [] }

    /// Every way out of the table: the steps of each path, or the one step to what encloses it.
    package var steps: [[Hop]] { paths.map(\.hops) + [nesting?.hop].compactMap { $0 }.map { [$0] } }

    /// The rule of a column.
    package func field(_ column: Identifier) -> Field? { fields.first { $0.column == column } }
}

/// Where a value comes from. Portability (Art. 20) leaves out what is inferred (WP 242 rev.01).
package enum Origin: String, Sendable, CaseIterable {
    /// The person gave it.
    case provided
    /// Their use of the product left it.
    case observed
    /// Somebody or something concluded it.
    case inferred
    /// Another person gave it.
    case thirdParty = "third_party"
}

/// One column of a collection.
package struct Field: Sendable {
    /// The column.
    package let column: Identifier
    /// Its key in JSON and its heading in CSV.
    package let name: String
    /// What kind of data it is, for the access report.
    package let category: String
    /// Where it comes from; the collection's unless said.
    package let origin: Origin
    /// Who gave the value when it wasn't the person; the collection's unless said or of another origin.
    package let source: String?
    /// On what ground it is processed; the collection's unless said.
    package let legalBasis: String
    /// Why it never leaves the database, when it is a secret.
    package let neverExport: String?
    /// Why it is none, although its name sounds like a secret.
    package let notSecret: String?
    /// Why rows aren't anybody's by this column, although it refers to a person.
    package let notAPath: String?
    /// What it is, when some laws forbid to disclose it even to the person.
    package let neverDisclosed: NeverDisclosed?
    /// When its value is replaced.
    package let redaction: Redaction?
    /// Whether it is about somebody else.
    package let isThirdParty: Bool
    /// What the field means, for the schema in the archive.
    package let description: String?
    /// What erasure does with the value when the row stays.
    package let erasure: ErasureOutcome?
}

/// A value replaced by a mark under certain rights or regimes.
package struct Redaction: Sendable {
    /// The rights under which it is replaced; all when empty.
    package let rights: [Right]
    /// The regimes under which it is replaced; all when empty.
    package let regimes: [RegimeID]
    /// Why, with the ground.
    package let reason: String

    /// Whether the value is replaced for this request.
    package func applies(right: Right, regime: RegimeID) -> Bool {
        (rights.isEmpty || rights.contains(right)) && (regimes.isEmpty || regimes.contains(regime))
    }
}

/// A way from a row to its subject.
package struct OwnershipPath: Hashable, Sendable {
    /// The kind of person at its end.
    package let subject: String
    /// Whose row it is.
    package let ownership: Ownership
    /// The steps; none when the table is the subject's own.
    package let hops: [Hop]
    /// Of a mention: the columns that are about the person.
    package let fields: [Identifier]

    /// A way by its parts.
    package init(subject: String, ownership: Ownership, hops: [Hop], fields: [Identifier] = []) {
        self.subject = subject
        self.ownership = ownership
        self.hops = hops
        self.fields = fields
    }
}

/// Whose row a path finds.
package enum Ownership: String, Sendable, CaseIterable {
    /// It goes with the person.
    case own
    /// It is somebody else's; only the fields about this person count.
    case mention
    /// It is kept while others refer to it.
    case shared
}

/// A collection shown inside the objects of another.
package struct Nesting: Hashable, Sendable {
    /// The enclosing collection.
    package let parent: String
    /// The key under which the children stand.
    package let key: String
    /// From the child's columns to the parent's table.
    package let hop: Hop
}

/// A file in an object store to which a row points.
package struct FileReference: Sendable {
    /// The store's name in the settings.
    package let store: String
    /// The column with the object's key.
    package let key: Identifier
    /// The column with the name people gave it; without one it is called `file`.
    package let name: Identifier?
    /// What is put behind the name, such as `.pdf` when the column holds an invoice's number.
    package let suffix: String
    /// The column with its size in bytes.
    package let bytes: Identifier?
    /// The column with its SHA-256 in hexadecimal.
    package let sha256: Identifier?
    /// The column with its media type.
    package let mediaType: Identifier?
}

/// What erasure does with a row or a value.
package enum ErasureOutcome: Hashable, Sendable {
    /// The row goes.
    case delete
    /// The row stays; its reference to the person goes.
    case unlink
    /// The row stays; what identifies the person is replaced by surrogates.
    case anonymize
    /// Named fields stay because a statute says so.
    case retain(StatutoryRecord)
    /// The row stays for a reason that is stated to the person.
    case keep(reason: String)

    /// The word used in maps and plans.
    package var word: String {
        switch self {
        case .delete: "delete"
        case .unlink: "unlink"
        case .anonymize: "anonymize"
        case .retain: "retain"
        case .keep: "keep"
        }
    }
}
