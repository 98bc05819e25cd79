/// Proposes what erasure does where rows can't be deleted, because rows that stay refer to them.
struct ErasureProposal {
    private let catalogue: Catalogue

    init(_ catalogue: Catalogue) { self.catalogue = catalogue }

    /// Takes back deletions that a foreign key forbids, until none is left: a table that stays holds up what it refers
    /// to in its turn.
    func settle(_ collections: inout [CollectionProposal]) {
        var byTable = Dictionary(grouping: collections.indices) { collections[$0].table }.mapValues { Set($0) }
        byTable = byTable.filter { !$0.value.isEmpty }
        var open = Set(byTable.keys)
        while let name = open.popFirst() {
            let deleted = (byTable[name] ?? []).filter { collections[$0].erasure.value == Self.delete }
            guard !deleted.isEmpty, let holder = holder(of: name, collections, byTable) else { continue }
            for index in deleted { collections[index].erasure = instead(of: collections[index], holder) }
            open.formUnion(catalogue[name]?.foreignKeys.map(\.to).filter { byTable[$0] != nil } ?? [])
        }
    }

    private static let delete = "delete"

    /// The first reference that forbids the deletion of a table's rows.
    private func holder(
        of name: TableName, _ collections: [CollectionProposal], _ byTable: [TableName: Set<Int>]
    ) -> Catalogue.Reference? {
        catalogue.references(to: name).filter { table, key in
            key.onDelete.forbids && table.name != name
                && keeps(key, of: table, (byTable[table.name] ?? []).map { collections[$0].erasure.value })
        }.min { ($0.table.name, $0.key.name) < ($1.table.name, $1.key.name) }
    }

    /// Whether the rows that refer stay as they are.
    private func keeps(_ key: CatalogueForeignKey, of table: CatalogueTable, _ erasures: [String]) -> Bool {
        guard !erasures.contains(Self.delete) else { return false }
        let canBeNull = key.from.contains { table.column($0)?.isNotNull == false }
        return !(canBeNull && erasures.contains("unlink"))
    }

    private func instead(
        of collection: CollectionProposal, _ holder: Catalogue.Reference
    ) -> (value: String, mark: MapMark.Note) {
        let columns = holder.key.from.map(\.text).joined(separator: ", ")
        return ("anonymize", .guess("rows of \(holder.table.name) stay and refer to these by “\(columns)”"))
    }
}
