// DataMap: which rows and files of a database concern a person, and what may happen to each.
//
// Owns the map's model, its YAML form, its validation, and drift against a catalogue given as values.
// It must never do I/O.

package import RightsCore

/// The description of one database: whose data it holds, where, and under which rules.
package struct DataMap: Sendable {
    /// A short name of the product, used in archive names: `a-z`, digits, `-`.
    package let service: String
    /// Who answers for the data.
    package let controller: Controller
    /// The body of law applied when a request names none.
    package let defaultRegime: RegimeID
    /// Whether whoever of the staff vouches for a person may not release the request too.
    package let isTwoPersonRule: Bool
    /// Schemas of which every table must be mapped or named in `notIncluded`.
    package let schemas: [Identifier]
    /// Whether tables without forced row security are an error or a warning.
    package let rowSecurity: RowSecurityDemand
    /// Kinds of people, by name, in the map's order.
    package let subjects: [SubjectKind]
    /// What is exported and erased, in the map's order.
    package let collections: [Collection]
    /// Tables that hold nothing about people, each with the reason.
    package let notIncluded: [ExcludedTable]
    /// Who else holds copies.
    package let recipients: [Recipient]
    /// How erasures are carried out.
    package let erasurePolicy: ErasurePolicy
    /// Whether the map says who they are, if only that there are none.
    package let statesRecipients: Bool
    /// Decisions made by automated means alone; empty when there are none, nil when the map doesn't say.
    package let automatedDecisions: [AutomatedDecision]?

    /// Every law the map names; whether there are rules for it, the rule book says.
    package var regimes: Set<RegimeID> {
        let replaced = collections.flatMap(\.fields).compactMap(\.redaction).flatMap(\.regimes)
        return Set([defaultRegime] + controller.complaintAuthorities.keys + replaced)
    }

    /// The kind named `name`.
    package func subject(_ name: String) -> SubjectKind? { subjects.first { $0.name == name } }

    /// The collection named `name`.
    package func collection(_ name: String) -> Collection? { collections.first { $0.name == name } }

    /// Collections nested inside `name`, in the map's order.
    package func children(of name: String) -> [Collection] { collections.filter { $0.nesting?.parent == name } }

    /// The subject kinds whose rows the collection holds: by its own paths, or its parent's.
    package func kinds(of collection: Collection) -> Set<String> {
        guard let nesting = collection.nesting else { return Set(collection.paths.map(\.subject)) }
        return self.collection(nesting.parent).map(kinds(of:)) ?? []
    }

    /// What stands in a proposed map where only a person can say what is true.
    package static let placeholder = "to be decided"

    /// The statement of the map format this build reads.
    package static let formatVersion = 1
}

/// How strictly the map takes row-level security.
package enum RowSecurityDemand: String, Sendable, CaseIterable {
    /// Every mapped table must have it enabled and forced.
    case required
    /// Its absence is a warning.
    case optional
}

/// A kind of data subject and how one is found.
package struct SubjectKind: Sendable {
    /// The word before the colon in `user:0199…`.
    package let name: String
    /// The table with one row a person.
    package let table: TableName
    /// Columns whose values are one person's and nobody else's.
    package let key: [Identifier]
    /// Whether several rows may carry the key of one person, as when an address book names somebody twice.
    package let hasManyRows: Bool
    /// Other ways to find a person, such as `email`, each with its column of `table`.
    package let identifiers: [(name: String, column: Identifier)]
    /// How the database is told whose rows may be read.
    package let scope: RowSecurityScope
    /// The column whose value row security is given; the key unless the map says another.
    package let scopeColumn: Identifier
    /// Whether row security shows a person more than their own rows, such as a team's.
    package let seesMoreThanOwn: Bool
}

/// How row-level security learns who the subject is.
package enum RowSecurityScope: Hashable, Sendable {
    /// No policies; the map's paths alone select the rows.
    case none
    /// A setting holds the key.
    case setting(String)
    /// A setting holds JSON in which a claim is the key.
    case claims(setting: String, claim: String)
}

/// A table that is left out on purpose.
package struct ExcludedTable: Sendable {
    /// The table.
    package let table: TableName
    /// Why no personal data of its is exported.
    package let reason: String
}
