package import DataMap
package import PostgresAccess
internal import RightsCore

/// Finds the person a reference means.
package struct SubjectResolver {
    private let map: DataMap
    private let catalogue: Catalogue
    /// A connection past row security.
    private let connection: PostgresConnection

    /// A resolver that asks over a connection past row security.
    package init(map: DataMap, catalogue: Catalogue, connection: PostgresConnection) {
        self.map = map
        self.catalogue = catalogue
        self.connection = connection
    }

    /// The one person of that id or identifier.
    ///
    /// - Throws: `SubjectError` when there is none, or several.
    package func resolve(_ reference: SubjectReference) async throws -> Subject {
        let (kind, columns) = try lookUp(reference.scheme)
        guard let subject = try await person(reference, kind, columns) else {
            throw SubjectError(
                .noSuchSubject, "no \(kind.name) has that \(reference.scheme == kind.name ? "id" : reference.scheme)",
                hint: "check the spelling; nothing was written")
        }
        return subject
    }

    /// The person; nil when there is none.
    private func person(
        _ reference: SubjectReference, _ kind: SubjectKind, _ columns: [Identifier]
    ) async throws -> Subject? {
        guard let condition = try condition(reference, kind, columns) else { return nil }
        var rows = try await people(of: kind, where: condition)
        if rows.isEmpty, let folded = try foldedCondition(reference, kind, columns) {
            rows = try await people(of: kind, where: folded)
        }
        guard let row = rows.first else { return nil }
        guard rows.count == 1 else {
            throw SubjectError(
                .ambiguousSubject, "several rows of \(kind.table) have that \(reference.scheme)",
                hint: "name the person by \(kind.name):ID")
        }
        let key = row.prefix(kind.key.count).compactMap { $0 }
        guard key.count == kind.key.count, let scopeValue = row.last.flatMap({ $0 }) else {
            throw SubjectError(.noSuchSubject, "the row of that \(kind.name) has no key: it is null in \(kind.table)")
        }
        // An empty setting is what an unset one looks like, so an empty key would find nothing and call it everything.
        guard key.allSatisfy({ !$0.isEmpty }) else {
            throw SubjectError(
                .noSuchSubject, "the key of that \(kind.name) is empty in part, so rows can't be told to be theirs",
                hint: "give the row of \(kind.table) a key of its own")
        }
        return Subject(kind: kind, key: key, scopeValue: scopeValue)
    }

    /// The address on file of the person of that reference: the identifier of that name.
    ///
    /// - Returns: nil when the map has no such identifier, when it is null, or when several rows of one person differ.
    package func address(of reference: SubjectReference, identifier: String) async throws -> String? {
        let subject = try await resolve(reference)
        guard let name = subject.kind.identifiers.first(where: { $0.name == identifier })?.column else { return nil }
        let column = try column(name, of: subject.kind)
        let keys = try subject.kind.key.map { key throws(SubjectError) in try self.column(key, of: subject.kind) }
        let rows = try await connection.query(
            "SELECT DISTINCT \(column.name.quoted)::text FROM \(source(subject.kind)) "
                + "WHERE \(Self.equal(keys)) AND \(column.name.quoted) IS NOT NULL LIMIT 2", subject.key.map { $0 })
        guard rows.count == 1, let address = rows[0][0], !address.isEmpty else { return nil }
        return address
    }

    // MARK: conditions

    private struct Condition {
        let sql: String
        let values: [String]
    }

    /// By the reference as it is written, which an index over the columns serves; nil when nobody can have such a key.
    private func condition(
        _ reference: SubjectReference, _ kind: SubjectKind, _ columns: [Identifier]
    ) throws(SubjectError) -> Condition? {
        guard let values = reference.values(for: columns) else {
            throw SubjectError(
                .unknownReference, "the key of a \(kind.name) has \(columns.count) parts",
                hint: "write \(kind.name):\(columns.map(\.text).joined(separator: ","))")
        }
        let found = try columns.map { column throws(SubjectError) in try self.column(column, of: kind) }
        guard zip(values, found).allSatisfy({ KeyText.fits($0, type: $1.baseType) }) else { return nil }
        return Condition(sql: Self.equal(found), values: values)
    }

    private static func equal(_ columns: [CatalogueColumn]) -> String {
        columns.enumerated().map { "\($1.name.quoted) \($1.equals) $\($0 + 1)::\($1.comparedType)" }
            .joined(separator: " AND ")
    }

    /// By a mail address in whatever case its ASCII letters are written; nil for other references.
    ///
    /// Two people whose addresses differ in nothing else are refused as ambiguous. The first comparison is what an index
    /// over `lower(column)` serves; the second keeps a locale's own rules for letters from making two addresses one.
    private func foldedCondition(
        _ reference: SubjectReference, _ kind: SubjectKind, _ columns: [Identifier]
    ) throws(SubjectError) -> Condition? {
        guard reference.scheme == SubjectReference.email, kind.name != reference.scheme, columns.count == 1 else {
            return nil
        }
        let column = try column(columns[0], of: kind)
        guard ["text", "varchar", "bpchar"].contains(column.baseType) else { return nil }
        let text = "\(column.name.quoted)::text"
        return Condition(
            sql: "lower(\(text)) = lower($1::text) AND lower(\(text) COLLATE \"C\") = $2::text",
            values: [reference.value, reference.value.loweringASCII])
    }

    private func people(of kind: SubjectKind, where condition: Condition) async throws -> [[String?]] {
        // Equal keys may be written differently; one of their texts stands for all.
        let wanted = (kind.key + [kind.scopeColumn]).map {
            kind.hasManyRows ? "min(\($0.quoted)::text)" : "\($0.quoted)::text"
        }
        let group = kind.hasManyRows ? " GROUP BY \(kind.key.map(\.quoted).joined(separator: ", "))" : ""
        return try await connection.query(
            "SELECT \(wanted.joined(separator: ", ")) FROM \(source(kind)) WHERE \(condition.sql)\(group) LIMIT 2",
            condition.values.map { $0 })
    }

    private func source(_ kind: SubjectKind) -> String { catalogue[kind.table]?.source ?? kind.table.quoted }

    private func column(_ name: Identifier, of kind: SubjectKind) throws(SubjectError) -> CatalogueColumn {
        guard let column = catalogue[kind.table]?.column(name) else {
            throw SubjectError(.mapDoesNotFit, "the column \(kind.table).\(name) doesn't exist")
        }
        return column
    }

    private func lookUp(_ scheme: String) throws(SubjectError) -> (SubjectKind, [Identifier]) {
        if let kind = map.subject(scheme) { return (kind, kind.key) }
        for kind in map.subjects {
            if let identifier = kind.identifiers.first(where: { $0.name == scheme }) {
                return (kind, [identifier.column])
            }
        }
        let known = map.subjects.flatMap { [$0.name] + $0.identifiers.map(\.name) }
        throw SubjectError(
            .unknownReference, "“\(scheme)” is neither a kind of person nor an identifier of the map",
            hint: "write one of: \(known.map { "\($0):…" }.joined(separator: ", "))")
    }
}

extension SubjectReference {
    /// The values of a key's columns: the text itself, or its parts between commas; nil when there are not as many.
    fileprivate func values(for columns: [Identifier]) -> [String]? {
        guard columns.count > 1 else { return [value] }
        let parts = Self.parts(of: value)
        return parts.count == columns.count ? parts : nil
    }
}

extension String {
    /// The same with `A` to `Z` in lower case, and nothing else changed.
    fileprivate var loweringASCII: String {
        String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }
}

/// Whether text can be a key of a type, judged here so that a bad one never reaches the server's log.
package enum KeyText {
    package static func fits(_ text: String, type: String) -> Bool {
        switch type {
        case "uuid": text.isUUID
        case "int2": Int16(text) != nil
        case "int4": Int32(text) != nil
        case "int8": Int64(text) != nil
        case "text", "varchar", "bpchar", "citext", "name": true
        // Another type would need PostgreSQL's own reader, whose errors quote the text.
        default:
            text.utf8.allSatisfy { (0x21...0x7E).contains($0) } && text.allSatisfy { $0.isNumber || "-:.".contains($0) }
        }
    }
}
