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
                return columnFindings(collection, table) + pathFindings(collection, catalogue)
                    + securityFindings(collection, table, map, reader) + indexFindings(collection, map, catalogue)
            } + map.subjects.flatMap { subjectFindings($0, map, catalogue) } + undecidedFindings(map)
            + referenceFindings(map, catalogue)
            + sharingFindings(map, catalogue)
            + erasureFindings(map, catalogue)
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
        for name in mapped.union(map.subjects.map(\.table)) {
            for (table, key) in catalogue.references(to: name)
            where !schemas.contains(table.name.schema) && !mapped.contains(table.name) && !excluded.contains(table.name)
            {
                findings.append(
                    MapFinding(
                        severity: .error, code: .unmappedTable, object: "\(table.name)",
                        message:
                            "it lies in a schema the map doesn't list, and its foreign key \(key.name) leads to \(name)",
                        mend: "describe it under collections, or name it under not_included with the reason"))
            }
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

    /// What `map init` leaves for a person to say, and nobody has said: it would be printed in archives.
    private static func undecidedFindings(_ map: DataMap) -> [MapFinding] {
        let controller = map.controller
        let texts =
            [
                ("controller.name", controller.name), ("controller.contact", controller.contact),
                ("controller.complaint_authority", controller.complaintAuthority),
            ] + map.collections.map { ("collections.\($0.name).purpose", $0.purpose) }
        return texts.filter { $1 == DataMap.placeholder }.map { place, _ in
            MapFinding(
                severity: .warning, code: .undecided, object: place,
                message: "it still says “\(DataMap.placeholder)”, and people would read that",
                mend: "say it in words for the people whose data these are")
        }
    }

    private static func columnFindings(_ collection: Collection, _ table: CatalogueTable) -> [MapFinding] {
        var findings: [MapFinding] = []
        let mapped = Set(collection.fields.map(\.column))
        let columns = Dictionary(table.columns.map { ($0.name, $0) }) { first, _ in first }
        for column in table.columns where !mapped.contains(column.name) {
            findings.append(
                MapFinding(
                    severity: .error, code: .unmappedColumn, object: "\(table.name).\(column.name)",
                    message: "the collection \(collection.name) says nothing of this column",
                    mend: "add it to the collection's fields, as never_export if it is a secret"))
        }
        for field in collection.fields {
            guard let column = columns[field.column] else {
                findings.append(missingColumn(table, field.column, "the collection \(collection.name)"))
                continue
            }
            if field.neverExport == nil && field.neverDisclosed == nil,
                let kind = UndisclosableNames.kind(column, words: NameWords(column.name))
            {
                findings.append(
                    MapFinding(
                        severity: .warning, code: .undisclosableField, object: "\(table.name).\(column.name)",
                        message: "the name sounds like a \(kind.words), which some laws want described, not handed out",
                        mend: "mark it never_disclose: \(kind.rawValue), or rename it"))
            }
            if field.neverExport == nil && field.notSecret == nil && SecretNames.isLikelySecret(column) {
                findings.append(
                    MapFinding(
                        severity: .error, code: .exportedSecret, object: "\(table.name).\(column.name)",
                        message: "the name sounds like a secret, and it is exported",
                        mend: "mark it never_export with the reason, or say why it is none with not_secret"))
            }
        }
        return findings
    }

    static func missingColumn(_ table: CatalogueTable, _ column: Identifier, _ who: String) -> MapFinding {
        MapFinding(
            severity: .error, code: .missingColumn, object: "\(table.name).\(column)",
            message: "\(who) names a column that doesn't exist", mend: "correct the name, or take it out of the map")
    }
}
