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
        let (kind, column) = try lookUp(reference.scheme)
        guard let found = snapshot.catalogue[kind.table]?.column(column) else {
            throw ExportError(.mapDoesNotFit, "the column \(kind.table).\(column) doesn't exist")
        }
        let nobody = ExportError(
            .noSuchSubject, "no \(kind.name) has that \(reference.scheme == kind.name ? "id" : reference.scheme)",
            hint: "check the spelling; nothing was written")
        guard KeyText.fits(reference.value, type: found.baseType) else { throw nobody }
        let rows = try await snapshot.verifier.query(
            """
            SELECT \(kind.key.quoted)::text FROM \(kind.table.quoted)
             WHERE \(column.quoted) \(found.equals) $1::\(found.sqlType) LIMIT 2
            """, [reference.value])
        guard let key = rows.first?.first.flatMap({ $0 }) else { throw nobody }
        guard rows.count == 1 else {
            throw ExportError(
                .ambiguousSubject, "several rows of \(kind.table) have that \(reference.scheme)",
                hint: "name the person by \(kind.name):ID")
        }
        return Subject(kind: kind, key: key)
    }

    private func lookUp(_ scheme: String) throws(ExportError) -> (SubjectKind, Identifier) {
        if let kind = map.subject(scheme) { return (kind, kind.key) }
        for kind in map.subjects {
            if let identifier = kind.identifiers.first(where: { $0.name == scheme }) {
                return (kind, identifier.column)
            }
        }
        let known = map.subjects.flatMap { [$0.name] + $0.identifiers.map(\.name) }
        throw ExportError(
            .unknownReference, "“\(scheme)” is neither a kind of person nor an identifier of the map",
            hint: "write one of: \(known.map { "\($0):…" }.joined(separator: ", "))")
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
