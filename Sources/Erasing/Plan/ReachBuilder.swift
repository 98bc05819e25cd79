internal import DataMap
internal import SubjectAccess

/// Finds which collections an erasure reaches, and what is replaced in rows that stay. What the map orders and the
/// database can't do is a conflict, said for people.
struct ReachBuilder {
    let map: DataMap
    let catalogue: Catalogue
    let holds: [RowHold]
    let zone: String
    private(set) var conflicts: [String] = []

    init(map: DataMap, catalogue: Catalogue, holds: [RowHold], zone: String) {
        self.zone = zone
        self.map = map
        self.catalogue = catalogue
        self.holds = holds
    }

    /// What an erasure of a person reaches.
    mutating func reach(of kind: SubjectKind) throws(ErasureError) -> Reach {
        var found: [ReachedCollection] = []
        for collection in map.collections where map.kinds(of: collection).contains(kind.name) {
            let table = try table(collection.table)
            if let nesting = collection.nesting {
                let parent = outermost(of: collection)
                let ownership = Self.ownership(of: parent.paths(to: kind))
                found.append(
                    reached(collection, table, ownership, .steps([(nesting.hop, nesting.parent)]), of: kind))
                continue
            }
            let ways = collection.paths(to: kind)
            found.append(reached(collection, table, Self.ownership(of: ways), .paths(ways), of: kind))
        }
        return reach(kind, found)
    }

    /// What an erasure of one record reaches: its row, and the rows whose way to their person leads over it.
    ///
    /// - Parameter owner: the kind of person whose it must be.
    mutating func reach(
        ofRecordIn collection: Collection, owner: SubjectKind? = nil
    ) throws(ErasureError) -> Reach {
        let table = try table(collection.table)
        guard !table.identity.isEmpty else {
            throw ErasureError(
                .unknownReference, "rows of \(collection.name) can't be named: \(table.name) has no key",
                hint: "erase the person, or give the table a primary key")
        }
        let kinds = map.kinds(of: collection)
        guard let kind = map.subjects.first(where: { kinds.contains($0.name) }) ?? map.subjects.first else {
            preconditionFailure("a map names a kind of person")
        }
        if map.subjects.contains(where: { $0.table == collection.table }) {
            throw ErasureError(
                .unknownReference, "a row of \(collection.name) is a person, not a record",
                hint: "write \(kind.name):ID, and everything of theirs is planned")
        }
        var found = [reached(collection, table, .own, .record, of: nil)]
        var names: Set<String> = [collection.name]
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for next in map.collections where !names.contains(next.name) {
                let steps = stepsToRecord(from: next, names)
                guard !steps.isEmpty else { continue }
                names.insert(next.name)
                found.append(reached(next, try self.table(next.table), .own, .steps(steps), of: nil))
                isGrowing = true
            }
        }
        let order = map.collections.map(\.name)
        found.sort { (order.firstIndex(of: $0.collection.name) ?? 0) < (order.firstIndex(of: $1.collection.name) ?? 0) }
        found += unlinked(from: found)
        return reach(kind, found, owner: owner)
    }

    private mutating func reach(
        _ kind: SubjectKind, _ found: [ReachedCollection], owner: SubjectKind? = nil
    ) -> Reach {
        conflicts += misplacedHolds()
        return Reach(
            map: map, catalogue: catalogue, paths: PathConditions(map: map, kind: kind, catalogue: catalogue),
            owner: owner.map { PathConditions(map: map, kind: $0, catalogue: catalogue, holder: .owner) },
            collections: found, holds: heldRows(found), zone: zone)
    }

    // MARK: records

    /// The steps by which rows hang on rows already reached: what encloses them, or the first step of a way of their own.
    private func stepsToRecord(from collection: Collection, _ names: Set<String>) -> [(Hop, String)] {
        if let nesting = collection.nesting {
            return names.contains(nesting.parent) ? [(nesting.hop, nesting.parent)] : []
        }
        return collection.paths.filter { $0.ownership == .own && $0.hops.count > 1 }.compactMap { path in
            guard let hop = path.hops.first, hop.to != collection.table,
                let parent = map.collections.first(where: { names.contains($0.name) && $0.table == hop.to })
            else { return nil }
            return (hop, parent.name)
        }
    }

    /// Other people's or other records' references to what goes: they become null.
    private mutating func unlinked(from found: [ReachedCollection]) -> [ReachedCollection] {
        var unlinked: [ReachedCollection] = []
        for parent in found where parent.removesRows {
            for (holder, key) in catalogue.references(to: parent.table.name) {
                guard key.onDelete.forbids,
                    !found.contains(where: { $0.table.name == holder.name && $0.removesRows })
                        || holder.name == parent.table.name,
                    let collection = map.collections.first(where: { $0.table == holder.name }),
                    key.from.contains(where: { holder.column($0).map { !$0.isNotNull } ?? false })
                else { continue }
                unlinked.append(
                    ReachedCollection(
                        collection: collection, table: holder, ownership: .mention, outcome: .unlink,
                        way: .steps([(Hop(from: key.from, to: key.to, key: key.key), parent.collection.name)]),
                        changes: [ColumnChange(columns: nullable(key.from, of: holder), path: nil, isReference: true)]))
            }
        }
        return unlinked
    }

    private func nullable(_ columns: [Identifier], of table: CatalogueTable) -> [Identifier] {
        columns.filter { table.column($0).map { !$0.isNotNull } ?? false }
    }

    // MARK: collections

    private mutating func reached(
        _ collection: Collection, _ table: CatalogueTable, _ ownership: Ownership, _ way: ReachedCollection.Way,
        of kind: SubjectKind?
    ) -> ReachedCollection {
        let removes = ownership != .mention && collection.erasure.removesRows
        let changes = removes ? [] : self.changes(collection, table, ownership, kind)
        if ownership == .mention && collection.erasure.removesRows {
            conflicts.append(
                "\(collection.name): its rows are somebody else's and only name the person, so they can't be deleted; "
                    + "map them as unlink, anonymize or keep")
        }
        return ReachedCollection(
            collection: collection, table: table, ownership: ownership, outcome: collection.erasure, way: way,
            changes: changes)
    }

    private static func ownership(of paths: [OwnershipPath]) -> Ownership {
        if paths.contains(where: { $0.ownership == .own }) { return .own }
        return paths.contains { $0.ownership == .shared } ? .shared : .mention
    }

    private func outermost(of collection: Collection) -> Collection {
        var current = collection
        while let parent = current.nesting.flatMap({ map.collection($0.parent) }) { current = parent }
        return current
    }

    /// What is replaced where rows stay.
    private mutating func changes(
        _ collection: Collection, _ table: CatalogueTable, _ ownership: Ownership, _ kind: SubjectKind?
    ) -> [ColumnChange] {
        let paths = kind.map { collection.paths(to: $0) } ?? []
        var changes: [ColumnChange] = []
        if collection.erasure == .unlink || collection.erasure == .anonymize {
            for path in paths {
                guard let hop = path.hops.first(where: { !$0.isRepeated }) else { continue }
                let columns = nullable(hop.from, of: table)
                if !columns.isEmpty {
                    changes.append(ColumnChange(columns: columns, path: path, isReference: true))
                } else if collection.erasure == .unlink {
                    conflicts.append(
                        "\(collection.name): \(hop.from.map(\.text).joined(separator: ", ")) of \(table.name) can't be "
                            + "null, so its rows can't be unlinked")
                } else if hop.isUnenforced {
                    // An address, say, that leads to the person: no foreign key keeps it from being replaced.
                    let replaced = hop.from.filter { !isKeyOfRowsThatStay($0, collection, table) }
                    changes.append(ColumnChange(columns: replaced, path: path, isReference: false))
                }
            }
            if collection.erasure == .unlink && kind != nil && paths.allSatisfy(\.hops.isEmpty) {
                conflicts.append("\(collection.name): its rows are the person's own, there is no reference to unlink")
            }
        }
        changes += replaced(in: collection, table, ownership, paths).map {
            ColumnChange(columns: [$0.0], path: $0.1, isReference: false)
        }
        return changes
    }

    /// Columns whose values are replaced, each with the path that must lead to the person, if one must.
    private mutating func replaced(
        in collection: Collection, _ table: CatalogueTable, _ ownership: Ownership, _ paths: [OwnershipPath]
    ) -> [(Identifier, OwnershipPath?)] {
        let references = Set(table.foreignKeys.flatMap(\.from) + collection.steps.compactMap(\.first).flatMap(\.from))
        var found: [(Identifier, OwnershipPath?)] = []
        for field in collection.fields {
            guard let column = table.column(field.column) else { continue }
            let mentions = paths.filter { $0.fields.contains(field.column) }
            let isAnonymized =
                collection.erasure == .anonymize
                && (ownership == .mention ? !mentions.isEmpty : !references.contains(column.name))
            switch field.erasure {
            case .keep, .retain: continue
            case .delete, .unlink, .anonymize: break
            case nil:
                guard isAnonymized, !table.primaryKey.contains(column.name) || ownership == .mention else { continue }
            }
            guard !isKeyOfRowsThatStay(column.name, collection, table) else { continue }
            if ownership == .mention && !mentions.isEmpty {
                found += mentions.map { (column.name, $0) }
            } else {
                found.append((column.name, nil))
            }
        }
        return found
    }

    /// Whether a column can't be replaced because its row is told apart by it; said as a conflict.
    private mutating func isKeyOfRowsThatStay(
        _ column: Identifier, _ collection: Collection, _ table: CatalogueTable
    ) -> Bool {
        guard table.primaryKey.contains(column) else { return false }
        conflicts.append(
            "\(collection.name): \(column) is part of the primary key of \(table.name), and its rows stay; personal data "
                + "in a key can only go with the row")
        return true
    }

    // MARK: holds and tables

    /// A hold on something that isn't there any more must not be taken for one on nothing.
    private func misplacedHolds() -> [String] {
        holds.flatMap { hold in
            hold.collections.filter { map.collection($0) == nil }.map {
                "the hold on \(hold.matter) names the collection \($0), which the map doesn't have; release it and place it on "
                    + "what the map calls it now"
            }
        }
    }

    private func heldRows(_ found: [ReachedCollection]) -> [TableName: [HeldRows]] {
        var held: [TableName: [HeldRows]] = [:]
        for (index, hold) in holds.enumerated() {
            for reached in found where hold.collections.isEmpty || hold.collections.contains(reached.collection.name) {
                guard reached.removesRows || !reached.changes.isEmpty else { continue }
                held[reached.table.name, default: []].append(
                    HeldRows(hold: hold, collection: reached.collection.name, setting: "habeas.hold_\(index + 1)"))
            }
        }
        return held
    }

    private func table(_ name: TableName) throws(ErasureError) -> CatalogueTable {
        guard let table = catalogue[name] else {
            throw ErasureError(.mapDoesNotFit, "the table \(name) doesn't exist")
        }
        return table
    }
}
