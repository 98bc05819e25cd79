extension MapCheck {
    /// What is wrong with a collection's ways to its people.
    static func pathFindings(_ collection: Collection, _ catalogue: Catalogue) -> [MapFinding] {
        var findings: [MapFinding] = []
        if let hop = collection.nesting?.hop, let parent = catalogue[hop.to] {
            if parent.identity.isEmpty {
                findings.append(
                    MapFinding(
                        severity: .error, code: .ambiguousPath, object: "\(parent.name)",
                        message: "its rows can't be told apart, so \(collection.name) can't be nested in them",
                        mend: "give it a primary key, or a unique key whose columns are NOT NULL"))
            }
            findings += stepFindings([hop], .own, collection, catalogue)
        }
        for path in collection.paths { findings += stepFindings(path.hops, path.ownership, collection, catalogue) }
        return findings
    }

    private static func stepFindings(
        _ hops: [Hop], _ ownership: Ownership, _ collection: Collection, _ catalogue: Catalogue
    ) -> [MapFinding] {
        var findings: [MapFinding] = []
        var table = catalogue[collection.table]
        for hop in hops {
            guard let source = table, let target = catalogue[hop.to] else { break }
            findings += hopFindings(hop, ownership, source, target, collection)
            table = target
        }
        return findings
    }

    private static func hopFindings(
        _ hop: Hop, _ ownership: Ownership, _ source: CatalogueTable, _ target: CatalogueTable, _ collection: Collection
    ) -> [MapFinding] {
        let missing =
            hop.from.filter { source.column($0) == nil }.map { missingColumn(source, $0, "the path \(hop)") }
            + hop.key.filter { target.column($0) == nil }.map { missingColumn(target, $0, "the path \(hop)") }
        guard missing.isEmpty else { return missing }
        var findings: [MapFinding] = []
        if !hop.isUnenforced && !source.enforces(hop) && !target.enforces(hop.reversed(from: source.name)) {
            findings.append(
                MapFinding(
                    severity: .error, code: .unenforcedPath, object: "\(source.name)",
                    message: "no foreign key stands behind the step \(hop) of \(collection.name)",
                    mend: "correct the step, add the foreign key, or write “unenforced” behind it if you are sure"))
        }
        if ownership == .own && !target.isUnique(hop.key) {
            findings.append(
                MapFinding(
                    severity: .error, code: .ambiguousPath, object: "\(target.name)",
                    message: "the step \(hop) of \(collection.name) can lead to rows of several people",
                    mend: "lead it to a primary or unique key; a row that people share says “ownership: shared”"))
        }
        return findings + typeFindings(hop, source, target, collection)
    }

    private static func typeFindings(
        _ hop: Hop, _ source: CatalogueTable, _ target: CatalogueTable, _ collection: Collection
    ) -> [MapFinding] {
        guard !hop.isComparedAsText else { return [] }
        return zip(hop.from, hop.key).compactMap { from, key in
            guard let left = source.column(from), let right = target.column(key), !left.isComparable(to: right) else {
                return nil
            }
            return MapFinding(
                severity: .error, code: .unreachable, object: "\(source.name).\(from)",
                message: "the step \(hop) of \(collection.name) compares \(left.sqlType) with \(right.sqlType)",
                mend: "write “as text” behind the step if the texts are the same, or correct it")
        }
    }

    /// What is wrong with a kind of person.
    static func subjectFindings(_ subject: SubjectKind, _ map: DataMap, _ catalogue: Catalogue) -> [MapFinding] {
        guard let table = catalogue[subject.table] else { return [] }
        let named = subject.key + [subject.scopeColumn] + subject.identifiers.map(\.column)
        var findings = named.filter { table.column($0) == nil }.map {
            missingColumn(table, $0, "the subject kind \(subject.name)")
        }
        if !subject.hasManyRows && !table.isUnique(subject.key) {
            findings.append(
                MapFinding(
                    severity: .error, code: .ambiguousSubject, object: "\(table.name)",
                    message: "the key of \(subject.name) isn't unique, so one person's key can be another's",
                    mend: "name a primary or unique key, or write “rows: many” if all rows of one key are one person"))
        }
        if !map.collections.contains(where: { map.kinds(of: $0).contains(subject.name) }) {
            findings.append(
                MapFinding(
                    severity: .error, code: .unreachable, object: "\(table.name)",
                    message: "no collection leads to a \(subject.name), so nothing could be exported",
                    mend: "give a collection a path to it, or take the kind out"))
        }
        return findings
    }
}

extension Hop {
    /// The same step from the other side, as a foreign key of the table it leads to would have it.
    fileprivate func reversed(from table: TableName) -> Hop { Hop(from: key, to: table, key: from) }
}

extension CatalogueColumn {
    private static let families: [Set<String>] = [
        ["int2", "int4", "int8", "numeric"], ["text", "varchar", "bpchar", "name"],
        ["timestamp", "timestamptz", "date"],
    ]

    /// Whether PostgreSQL has an `=` for the two types.
    fileprivate func isComparable(to other: CatalogueColumn) -> Bool {
        baseType == other.baseType
            || Self.families.contains { $0.contains(baseType) && $0.contains(other.baseType) }
    }
}
