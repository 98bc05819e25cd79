package import DataMap

/// Where all keys of a kind of person, or of a collection's records, are read: one statement, which holds no key.
package struct KeySource: Sendable {
    /// The kind of person, or the collection.
    package let scope: String
    let query: String
    let forms: [KeyForm]

    /// Everybody of a kind.
    ///
    /// - Throws: `RestoreError.Code.mapDoesNotFit` when the table or a column of the key isn't there.
    package init(of kind: SubjectKind, _ catalogue: Catalogue) throws(RestoreError) {
        try self.init(kind.name, kind.table, kind.key, catalogue, isGrouped: kind.hasManyRows)
    }

    /// Every record of a collection.
    ///
    /// - Throws: `RestoreError.Code.mapDoesNotFit` when the table isn't there, or its rows have no key.
    package init(of collection: Collection, _ catalogue: Catalogue) throws(RestoreError) {
        let identity = catalogue[collection.table]?.identity ?? []
        try self.init(collection.name, collection.table, identity, catalogue, isGrouped: false)
    }

    private init(
        _ scope: String, _ name: TableName, _ key: [Identifier], _ catalogue: Catalogue, isGrouped: Bool
    ) throws(RestoreError) {
        guard let table = catalogue[name], !key.isEmpty else {
            throw RestoreError(
                .mapDoesNotFit, "\(name) isn't there or has no key, so nobody of “\(scope)” can be found in it",
                hint: "restore the whole database; `habeas map check` compares map and database")
        }
        var columns: [CatalogueColumn] = []
        for part in key {
            guard let column = table.column(part) else {
                throw RestoreError(.mapDoesNotFit, "the column \(name).\(part) doesn't exist", hint: "habeas map check")
            }
            columns.append(column)
        }
        self.scope = scope
        // Equal keys may be written differently; one of their texts stands for all, the same that was hashed.
        forms = columns.map { isGrouped ? .text : KeyForm($0) }
        let wanted = columns.map { isGrouped ? "min(t0.\($0.name.quoted)::text)" : KeyForm($0).expression($0.name) }
        let group = columns.map { "t0.\($0.name.quoted)" }.joined(separator: ", ")
        query =
            "SELECT \(wanted.joined(separator: ", ")) FROM \(table.source) AS t0"
            + (isGrouped ? " GROUP BY \(group)" : "")
    }
}
