internal import DataMap
internal import PostgresAccess
internal import RightsCore

/// Finds the person a reference means.
struct SubjectResolver {
    let map: DataMap
    let snapshot: HeldSnapshot

    /// The one person of that id or identifier.
    ///
    /// - Throws: `ExportError` when there is none, or several.
    func resolve(_ reference: SubjectReference) async throws -> Subject {
        let (kind, columns) = try lookUp(reference.scheme)
        let nobody = ExportError(
            .noSuchSubject, "no \(kind.name) has that \(reference.scheme == kind.name ? "id" : reference.scheme)",
            hint: "check the spelling; nothing was written")
        guard let values = reference.values(for: columns) else {
            throw ExportError(
                .unknownReference, "the key of a \(kind.name) has \(columns.count) parts",
                hint: "write \(kind.name):\(columns.map(\.text).joined(separator: ","))")
        }
        let found = try columns.map { column throws(ExportError) in try self.column(column, of: kind) }
        guard zip(values, found).allSatisfy({ KeyText.fits($0, type: $1.baseType) }) else { throw nobody }
        let conditions = found.enumerated().map { "\($1.name.quoted) \($1.equals) $\($0 + 1)::\($1.comparedType)" }
        // Equal keys may be written differently; one of their texts stands for all.
        let wanted = (kind.key + [kind.scopeColumn]).map {
            kind.hasManyRows ? "min(\($0.quoted)::text)" : "\($0.quoted)::text"
        }
        let group = kind.hasManyRows ? " GROUP BY \(kind.key.map(\.quoted).joined(separator: ", "))" : ""
        let source = snapshot.catalogue[kind.table]?.source ?? kind.table.quoted
        let rows = try await snapshot.verifier.query(
            "SELECT \(wanted.joined(separator: ", ")) FROM \(source) WHERE \(conditions.joined(separator: " AND "))"
                + "\(group) LIMIT 2", values.map { $0 })
        guard let row = rows.first else { throw nobody }
        guard rows.count == 1 else {
            throw ExportError(
                .ambiguousSubject, "several rows of \(kind.table) have that \(reference.scheme)",
                hint: "name the person by \(kind.name):ID")
        }
        let key = row.prefix(kind.key.count).compactMap { $0 }
        guard key.count == kind.key.count, let scopeValue = row.last.flatMap({ $0 }) else {
            throw ExportError(.noSuchSubject, "the row of that \(kind.name) has no key: it is null in \(kind.table)")
        }
        // An empty setting is what an unset one looks like, so an empty key would find nothing and call it everything.
        guard key.allSatisfy({ !$0.isEmpty }) else {
            throw ExportError(
                .noSuchSubject, "the key of that \(kind.name) is empty in part, so rows can't be told to be theirs",
                hint: "give the row of \(kind.table) a key of its own")
        }
        return Subject(kind: kind, key: key, scopeValue: scopeValue)
    }

    private func column(_ name: Identifier, of kind: SubjectKind) throws(ExportError) -> CatalogueColumn {
        guard let column = snapshot.catalogue[kind.table]?.column(name) else {
            throw ExportError(.mapDoesNotFit, "the column \(kind.table).\(name) doesn't exist")
        }
        return column
    }

    private func lookUp(_ scheme: String) throws(ExportError) -> (SubjectKind, [Identifier]) {
        if let kind = map.subject(scheme) { return (kind, kind.key) }
        for kind in map.subjects {
            if let identifier = kind.identifiers.first(where: { $0.name == scheme }) {
                return (kind, [identifier.column])
            }
        }
        let known = map.subjects.flatMap { [$0.name] + $0.identifiers.map(\.name) }
        throw ExportError(
            .unknownReference, "“\(scheme)” is neither a kind of person nor an identifier of the map",
            hint: "write one of: \(known.map { "\($0):…" }.joined(separator: ", "))")
    }
}

extension SubjectReference {
    /// The values of a key's columns: the text itself, or its parts between commas; nil when there are not as many.
    fileprivate func values(for columns: [Identifier]) -> [String]? {
        guard columns.count > 1 else { return [value] }
        let parts = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return parts.count == columns.count ? parts : nil
    }
}

/// Whether text can be a key of a type, judged here so that a bad one never reaches the server's log.
enum KeyText {
    static func fits(_ text: String, type: String) -> Bool {
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
