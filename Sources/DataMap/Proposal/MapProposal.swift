/// A first map of a database nobody has described yet, made from its catalogue alone. Every guess in it is marked.
package struct MapProposal {
    let service: String
    let schemas: [Identifier]
    let areSchemasChosen: Bool
    let rowSecurity: (demand: RowSecurityDemand, why: String)
    let subjects: [SubjectProposal]
    let collections: [CollectionProposal]
    let excluded: [(table: TableName, reason: String)]
    let undecided: [(table: TableName, reason: String)]

    /// The product's short name.
    package var serviceName: String { service }
    /// Names of the kinds of people.
    package var kinds: [String] { subjects.map(\.name) }
    /// How many collections it describes.
    package var collectionCount: Int { collections.count }
    /// How many tables it proposes to leave out.
    package var excludedCount: Int { excluded.count }
    /// Tables that a person must decide about, each with the reason.
    package var undecidedTables: [(table: TableName, reason: String)] { undecided }

    /// Proposes a map.
    ///
    /// - Parameters:
    ///   - service: a name for the product, such as the database's.
    ///   - schemas: the schemas to describe; all with tables when empty.
    ///   - people: the tables of people; found when empty.
    /// - Throws: `DataMapError` when there is nothing to describe, or nobody to describe it for.
    package init(
        _ catalogue: Catalogue, service: String, schemas: [Identifier] = [], people: [TableName] = []
    ) throws(DataMapError) {
        let described = try Self.schemas(catalogue, schemas)
        let study = Study(catalogue, schemas: Set(described))
        let draft = try ProposalDraft(study, people: try Self.checked(people, study, catalogue))
        self.service = UniqueNames.slug(service, separator: "-", longest: 60)
        self.schemas = described
        areSchemasChosen = !schemas.isEmpty
        subjects = draft.subjects
        collections = draft.collections
        excluded = draft.excluded
        undecided = draft.undecided
        rowSecurity = Self.rowSecurity(draft.collections.compactMap { study[$0.table]?.table })
    }

    private static func schemas(
        _ catalogue: Catalogue, _ wanted: [Identifier]
    ) throws(DataMapError) -> [Identifier] {
        let known = Set(catalogue.tables.keys.map(\.schema)).sorted()
        guard !known.isEmpty else {
            throw DataMapError(
                .noTables, "the database has no tables",
                hint: "is database.url the right database? Views aren't described")
        }
        for schema in wanted where !known.contains(schema) {
            let list = known.prefix(10).map(\.text).joined(separator: ", ")
            throw DataMapError(
                .noTables, "there is no schema “\(schema)” with tables", hint: "schemas with tables: \(list)")
        }
        return wanted.isEmpty ? known : Set(wanted).sorted()
    }

    /// The tables of people that were named, if they can be.
    private static func checked(
        _ people: [TableName], _ study: Study, _ catalogue: Catalogue
    ) throws(DataMapError) -> [TableName] {
        for name in people {
            guard let table = catalogue[name] else {
                throw DataMapError(
                    .noSubject, "there is no table \(name)",
                    hint: "--subject takes schema.table, as \\dt in psql shows it")
            }
            guard study[name] != nil else {
                throw DataMapError(
                    .noSubject,
                    table.isPartition
                        ? "\(name) is a partition" : "\(name) lies in no schema that is described",
                    hint: table.isPartition ? "name the table it is a part of" : "add --schema \(name.schema)")
            }
            guard study[name]?.key.isEmpty == false else {
                throw DataMapError(
                    .noSubject, "the rows of \(name) can't be told apart, so no row can be a person",
                    hint: "give it a primary key, or a unique key")
            }
        }
        return people
    }

    private static func rowSecurity(_ tables: [CatalogueTable]) -> (demand: RowSecurityDemand, why: String) {
        let enforced = tables.count { $0.hasRowSecurity && $0.forcesRowSecurity }
        if enforced == tables.count { return (.required, "every mapped table has it enabled and forced") }
        let enabled = tables.count(where: \.hasRowSecurity)
        return (.optional, "\(enabled) of \(tables.count) mapped tables have it, \(enforced) forced")
    }
}
