/// One thing a map check found.
package struct MapFinding: Sendable, Hashable, CustomStringConvertible {
    /// How grave it is.
    package enum Severity: String, Sendable { case error, warning }

    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        case unmappedTable = "map.unmapped-table"
        case unmappedColumn = "map.unmapped-column"
        case missingTable = "map.missing-table"
        case missingColumn = "map.missing-column"
        case unenforcedPath = "map.unenforced-path"
        case unsupportedPath = "map.unsupported-path"
        case ambiguousPath = "map.ambiguous-path"
        case rowSecurityMissing = "map.row-security-missing"
        case rowSecurityNotForced = "map.row-security-not-forced"
        case noPolicy = "map.no-policy"
        case missingIndex = "map.missing-index"
        case exportedSecret = "map.exported-secret"
        case staleExclusion = "map.stale-exclusion"
    }

    package let severity: Severity
    package let code: Code
    /// The table or column, by name.
    package let object: String
    /// What is wrong.
    package let message: String
    /// What to do, a statement to run where one helps.
    package let mend: String

    /// Whether an export over this map and catalogue could leave something out or take somebody else's in.
    package var blocksExport: Bool {
        switch code {
        case .missingIndex, .exportedSecret, .staleExclusion: false
        case .rowSecurityMissing, .rowSecurityNotForced: severity == .error
        default: true
        }
    }

    package var description: String { "\(severity.rawValue): \(object): \(message)" }
}

/// Compares a map with a catalogue.
package enum MapCheck {
    /// Everything wrong, errors first, then by object.
    ///
    /// - Parameter reader: the role that reads for exports, to judge which policies apply.
    package static func findings(_ map: DataMap, _ catalogue: Catalogue, reader: String) -> [MapFinding] {
        let findings =
            tableFindings(map, catalogue)
            + map.collections.flatMap { collection in
                guard let table = catalogue[collection.table] else { return [MapFinding]() }
                return columnFindings(collection, table) + pathFindings(collection, map, catalogue)
                    + securityFindings(collection, table, map, reader) + indexFindings(collection, map, catalogue)
            }
        return Array(Set(findings)).sorted {
            ($0.severity.rawValue, $0.object, $0.code.rawValue, $0.message)
                < ($1.severity.rawValue, $1.object, $1.code.rawValue, $1.message)
        }
    }

    // MARK: tables and columns

    private static func tableFindings(_ map: DataMap, _ catalogue: Catalogue) -> [MapFinding] {
        let mapped = Set(map.collections.map(\.table))
        let excluded = Set(map.notIncluded.map(\.table))
        let schemas = Set(map.schemas)
        var findings: [MapFinding] = []
        for table in catalogue.tables.values where schemas.contains(table.name.schema) && !table.isPartition {
            guard !mapped.contains(table.name), !excluded.contains(table.name) else { continue }
            findings.append(
                MapFinding(
                    severity: .error, code: .unmappedTable, object: "\(table.name)",
                    message: "the map says nothing of this table",
                    mend: "describe it under collections, or name it under not_included with the reason"))
        }
        let named = mapped.union(map.subjects.map(\.table)).union(map.collections.flatMap(\.steps).joined().map(\.to))
        for table in named where catalogue[table] == nil {
            findings.append(
                MapFinding(
                    severity: .error, code: .missingTable, object: "\(table)",
                    message: "the map names a table that doesn't exist",
                    mend: "correct the name, or take it out of the map"))
        }
        for table in excluded where catalogue[table] == nil {
            findings.append(
                MapFinding(
                    severity: .warning, code: .staleExclusion, object: "\(table)",
                    message: "not_included names a table that doesn't exist", mend: "take the line out"))
        }
        return findings
    }

    private static func columnFindings(_ collection: Collection, _ table: CatalogueTable) -> [MapFinding] {
        var findings: [MapFinding] = []
        for column in table.columns where collection.field(column.name) == nil {
            findings.append(
                MapFinding(
                    severity: .error, code: .unmappedColumn, object: "\(table.name).\(column.name)",
                    message: "the collection \(collection.name) says nothing of this column",
                    mend: "add it to the collection's fields, as never_export if it is a secret"))
        }
        for field in collection.fields {
            guard let column = table.column(field.column) else {
                findings.append(missingColumn(table, field.column, "the collection \(collection.name)"))
                continue
            }
            if field.neverExport == nil && SecretNames.isLikelySecret(column) {
                findings.append(
                    MapFinding(
                        severity: .warning, code: .exportedSecret, object: "\(table.name).\(column.name)",
                        message: "the name sounds like a secret, and it is exported",
                        mend: "mark it never_export with the reason, or rename it"))
            }
        }
        return findings
    }

    private static func missingColumn(_ table: CatalogueTable, _ column: Identifier, _ who: String) -> MapFinding {
        MapFinding(
            severity: .error, code: .missingColumn, object: "\(table.name).\(column)",
            message: "\(who) names a column that doesn't exist", mend: "correct the name, or take it out of the map")
    }

    // MARK: paths

    private static func pathFindings(
        _ collection: Collection, _ map: DataMap, _ catalogue: Catalogue
    ) -> [MapFinding] {
        var findings: [MapFinding] = []
        if let hop = collection.nesting?.hop, let parent = catalogue[hop.to], parent.identity.isEmpty {
            findings.append(
                MapFinding(
                    severity: .error, code: .ambiguousPath, object: "\(parent.name)",
                    message: "its rows can't be told apart, so \(collection.name) can't be nested in them",
                    mend: "give it a primary key, or a unique key whose columns are NOT NULL"))
        }
        if collection.paths.contains(where: { $0.ownership == .mention }) {
            findings.append(
                MapFinding(
                    severity: .error, code: .unsupportedPath, object: "\(collection.table)",
                    message: "the collection \(collection.name) has a path of ownership mention",
                    mend: "this version exports rows that a person owns or shares; name the table under not_included"))
        }
        for hops in collection.steps {
            var table = catalogue[collection.table]
            for hop in hops {
                guard let source = table, let target = catalogue[hop.to] else { break }
                findings += hopFindings(hop, source, target, collection)
                table = target
            }
        }
        for subject in map.subjects {
            guard let table = catalogue[subject.table] else { continue }
            for column in [subject.key] + subject.identifiers.map(\.column) where table.column(column) == nil {
                findings.append(missingColumn(table, column, "the subject kind \(subject.name)"))
            }
        }
        return findings
    }

    private static func hopFindings(
        _ hop: Hop, _ source: CatalogueTable, _ target: CatalogueTable, _ collection: Collection
    ) -> [MapFinding] {
        let missing =
            hop.from.filter { source.column($0) == nil }.map { missingColumn(source, $0, "the path \(hop)") }
            + hop.key.filter { target.column($0) == nil }.map { missingColumn(target, $0, "the path \(hop)") }
        guard missing.isEmpty else { return missing }
        var findings: [MapFinding] = []
        if !hop.isUnenforced && !source.enforces(hop) {
            findings.append(
                MapFinding(
                    severity: .error, code: .unenforcedPath, object: "\(source.name)",
                    message: "no foreign key stands behind the step \(hop) of \(collection.name)",
                    mend: "correct the step, add the foreign key, or write “unenforced” behind it if you are sure"))
        }
        if !target.isUnique(hop.key) {
            findings.append(
                MapFinding(
                    severity: .error, code: .ambiguousPath, object: "\(target.name)",
                    message: "the step \(hop) of \(collection.name) can lead to several rows",
                    mend: "lead it to a primary or unique key"))
        }
        return findings
    }

    // MARK: row security

    private static func securityFindings(
        _ collection: Collection, _ table: CatalogueTable, _ map: DataMap, _ reader: String
    ) -> [MapFinding] {
        let severity: MapFinding.Severity = map.rowSecurity == .required ? .error : .warning
        guard table.hasRowSecurity else {
            return [
                MapFinding(
                    severity: severity, code: .rowSecurityMissing, object: "\(table.name)",
                    message: "row security is not enabled",
                    mend: "ALTER TABLE \(table.name.quoted) ENABLE ROW LEVEL SECURITY, with a policy for \(reader)")
            ]
        }
        var findings: [MapFinding] = []
        if !table.forcesRowSecurity {
            findings.append(
                MapFinding(
                    severity: severity, code: .rowSecurityNotForced, object: "\(table.name)",
                    message: "row security doesn't bind the table's owner",
                    mend: "ALTER TABLE \(table.name.quoted) FORCE ROW LEVEL SECURITY"))
        }
        let applies = table.policies.contains { $0.isPermissive && ($0.roles.isEmpty || $0.roles.contains(reader)) }
        if !applies {
            findings.append(
                MapFinding(
                    severity: .error, code: .noPolicy, object: "\(table.name)",
                    message: "row security is on and no policy lets \(reader) read: every row would be missing",
                    mend: "CREATE POLICY … ON \(table.name.quoted) FOR SELECT TO \(reader) USING (…)"))
        }
        return findings
    }

    // MARK: indexes

    private static func indexFindings(
        _ collection: Collection, _ map: DataMap, _ catalogue: Catalogue
    ) -> [MapFinding] {
        var findings: [MapFinding] = []
        for hops in collection.steps {
            var table = catalogue[collection.table]
            for hop in hops {
                guard let source = table else { break }
                if !source.hasIndex(on: hop.from) && hop.from.allSatisfy({ source.column($0) != nil }) {
                    findings.append(missingIndex(source, hop.from))
                }
                table = catalogue[hop.to]
            }
        }
        guard let table = catalogue[collection.table] else { return findings }
        for key in table.foreignKeys where !table.hasIndex(on: key.from) {
            findings.append(missingIndex(table, key.from))
        }
        return findings
    }

    private static func missingIndex(_ table: CatalogueTable, _ columns: [Identifier]) -> MapFinding {
        let list = columns.map(\.quoted).joined(separator: ", ")
        return MapFinding(
            severity: .warning, code: .missingIndex,
            object: "\(table.name)(\(columns.map(\.text).joined(separator: ", ")))",
            message: "no index begins with these columns, so each look-up reads the whole table",
            mend: "CREATE INDEX CONCURRENTLY ON \(table.name.quoted) (\(list))")
    }
}
