internal import DataMap
internal import SubjectAccess

/// The statements of an erasure: what they delete, change and count, in terms of one moment of the database.
struct Blueprint {
    let reach: Reach
    /// Rows that go, in the order in which they could go one after the other.
    let deletions: [Deletion]
    /// Rows that stay and are changed.
    let updates: [TableUpdate]
    /// Foreign keys to rows that go, held by rows that might stay.
    let references: [OutsideReference]
    /// Tables in the order of deletion.
    let order: [[TableName]]
    /// What can't be done as the map says.
    private(set) var conflicts: [String]

    /// Rows of one collection that go.
    struct Deletion {
        let reached: ReachedCollection
        /// Of a row `t0`; no other deletion's holds of the same row.
        let condition: String
        /// Columns with keys of files.
        let files: [FileReference]

        /// Whether a file, by the expression of its key, goes with the row: where a statute keeps the column that names it, it
        /// stays as long as the document is really kept.
        func fileGoes(_ file: FileReference, key: String) -> String {
            let isKey = "\(key) IS NOT NULL"
            guard mayKeep(file) else { return isKey }
            return isKey + " AND NOT habeas_local.is_retained_file('\(file.store)', \(key))"
        }

        /// Whether the file stays with a document that a statute keeps.
        func mayKeep(_ file: FileReference) -> Bool {
            guard case .retain(let record) = reached.outcome else { return false }
            return Blueprint.retainedFiles(reached.collection, record).contains {
                $0.store == file.store && $0.key == file.key
            }
        }
    }

    /// Rows of one table that are changed.
    struct TableUpdate {
        let table: CatalogueTable
        let assignments: [String]
        /// Of a row `t0`.
        let condition: String
    }

    /// A foreign key by which rows that stay may refer to rows that go.
    struct OutsideReference {
        let holder: CatalogueTable
        let key: CatalogueForeignKey
        let collection: String
        /// Of a row `t0` of the holder.
        let condition: String
    }

    init(_ reach: Reach, conflicts: [String], generated: Set<GeneratedColumn>) throws(ErasureError) {
        self.reach = reach
        self.conflicts = conflicts
        let going = Set(reach.collections.filter(\.removesRows).map(\.table.name))
        order = DeletionOrder.groups(Array(going), reach.catalogue)
        deletions = try Self.deletions(reach, order.flatMap { $0 })
        updates = try UpdateBuilder(reach: reach, generated: generated).updates(&self.conflicts)
        references = try Self.references(reach, going)
    }

    // MARK: deletions

    static func deletions(_ reach: Reach, _ order: [TableName]) throws(ErasureError) -> [Deletion] {
        var deletions: [Deletion] = []
        for table in order {
            var earlier: [String] = []
            for reached in reach.reached(in: table) where reached.removesRows {
                let rows = try reach.rows(of: reached, "t0")
                var condition = "(\(rows))"
                for other in earlier { condition += " AND (\(other)) IS NOT TRUE" }
                if let stays = try reach.staysForHolds(table, "t0") { condition += " AND (\(stays)) IS NOT TRUE" }
                earlier.append(rows)
                deletions.append(Deletion(reached: reached, condition: condition, files: reached.collection.files))
            }
        }
        return deletions
    }

    /// Files whose column is among what a statute keeps.
    static func retainedFiles(_ collection: Collection, _ record: StatutoryRecord) -> [FileReference] {
        guard record.role != .unstated else { return [] }
        return collection.files.filter { record.fields.contains($0.key) }
    }

    // MARK: references

    private static func references(_ reach: Reach, _ going: Set<TableName>) throws(ErasureError) -> [OutsideReference] {
        var found: [OutsideReference] = []
        for table in going.sorted() {
            for (holder, key) in reach.catalogue.references(to: table) where !holder.isPartition {
                if reach.covers(key, of: holder) { continue }
                guard let goes = try reach.goes(from: table, "t1"), let target = reach.catalogue[table] else {
                    continue
                }
                let hop = Hop(from: key.from, to: table, key: key.key)
                var condition = reach.paths.lookUp(hop, from: "t0", holder, in: "t1", where: goes)
                if let alsoGoes = try reach.goes(from: holder.name, "t0") {
                    condition += " AND (\(alsoGoes)) IS NOT TRUE"
                }
                if let unlinked = try reach.unlinks(key.from, of: holder.name, "t0", visited: Visited()) {
                    condition += " AND (\(unlinked)) IS NOT TRUE"
                }
                found.append(
                    OutsideReference(
                        holder: holder, key: key, collection: reach.reached(in: target.name)[0].collection.name,
                        condition: condition))
            }
        }
        return found
    }

    // MARK: statements

    /// Which rows one statement deletes and changes, by conditions of a row `t0`.
    struct Selection {
        let deletions: [Part]
        let updates: [(update: TableUpdate, condition: String)]

        /// Rows of one deletion.
        struct Part {
            let deletion: Deletion
            let condition: String
            /// Of documents: which of them are kept already; nil when none is.
            var isKept: String?
        }
    }

    /// Everything, as the database stands before anything of it is gone.
    var everything: Selection {
        Selection(
            deletions: deletions.map { Selection.Part(deletion: $0, condition: $0.condition) },
            updates: updates.map { ($0, $0.condition) })
    }

    /// One statement for a selection: `$1` is the run, then come three parameters for each kind of document that a statute
    /// keeps. What is kept is read from the very rows that go, so that no document can go unkept, whoever writes meanwhile.
    ///
    /// It gives one row: for each deletion the rows that went, the rows that were there, the files that go with them, and of
    /// documents how many were kept and how many should have been; then for each update the first two; last whether any row
    /// is restricted.
    func statement(_ selection: Selection, keeping projections: [BillingProjection]) -> String {
        // What goes, what is kept of it, and its files, each made of what stands before.
        var parts: [String] = []
        var keeping: [String] = []
        var filing: [String] = []
        var counts: [String] = []
        let documents = projections.enumerated().compactMap { GoingDocuments($1, at: $0, in: selection) }
        let keptFiles = documents.filter(\.projection.keepsFiles).map {
            $0.projection.keptFiles(of: $0.rows, expired: $0.expired)
        }.joined(separator: " UNION ALL ")
        for (index, part) in selection.deletions.enumerated() {
            let deletion = part.deletion
            let document = documents.first { $0.index == index }
            let returning =
                ["1 AS gone"] + deletion.files.enumerated().map { "t0.\($1.key.quoted)::text AS f\($0)" }
                + (document == nil ? [] : ["t0 AS doc", "(\(part.isKept ?? "false")) IS TRUE AS is_kept"])
            parts.append(
                "d\(index) AS (DELETE FROM \(deletion.reached.table.source) AS t0 WHERE \(part.condition) "
                    + "RETURNING \(returning.joined(separator: ", ")))")
            for (number, file) in deletion.files.enumerated() {
                var goes = deletion.fileGoes(file, key: "f\(number)")
                if deletion.mayKeep(file) && !keptFiles.isEmpty {
                    goes += " AND ('\(file.store)', f\(number)) NOT IN (\(keptFiles))"
                }
                filing.append(
                    "f\(index)_\(number) AS (INSERT INTO habeas_local.file_duty (run, store, key) "
                        + "SELECT DISTINCT $1::uuid, '\(file.store)', f\(number) FROM d\(index) WHERE \(goes) RETURNING 1)"
                )
            }
            counts.append("(SELECT count(*) FROM d\(index))")
            counts.append("(SELECT count(*) FROM \(deletion.reached.table.source) AS t0 WHERE \(part.condition))")
            let files = deletion.files.indices.map { "(SELECT count(*) FROM f\(index)_\($0))" }
            counts.append(files.isEmpty ? "0" : files.joined(separator: " + "))
            if let document {
                keeping.append("k\(index) AS (\(document.insertion))")
                counts.append("(SELECT count(*) FROM k\(index))")
                counts.append(document.count)
            }
        }
        parts += keeping + filing
        for (index, (update, condition)) in selection.updates.enumerated() {
            parts.append(
                "u\(index) AS (UPDATE \(update.table.source) AS t0 SET \(update.assignments.joined(separator: ", ")) "
                    + "WHERE \(condition) RETURNING 1)")
            counts.append("(SELECT count(*) FROM u\(index))")
            counts.append("(SELECT count(*) FROM \(update.table.source) AS t0 WHERE \(condition))")
        }
        for (index, restriction) in restrictions().enumerated() { parts.append("r\(index) AS (\(restriction))") }
        let with = parts.isEmpty ? "" : "WITH \(parts.joined(separator: ", ")) "
        counts.append("(SELECT count(*) FROM (SELECT FROM habeas_local.restriction LIMIT 1) AS any_restriction)")
        return with + "SELECT \((counts + ["$1::uuid"]).joined(separator: ", "))"
    }

    /// Documents of a statement's deletion that it keeps: those that went and aren't kept yet.
    private struct GoingDocuments {
        let projection: BillingProjection
        /// The deletion's place in the selection.
        let index: Int
        /// The place of the projection's first parameter.
        private let first: Int

        init?(_ projection: BillingProjection, at number: Int, in selection: Selection) {
            let name = projection.document.reached.collection.name
            let index = selection.deletions.firstIndex { $0.deletion.reached.collection.name == name }
            guard let index else { return nil }
            (self.projection, self.index, first) = (projection, index, 3 * number + 2)
        }

        /// Them as rows `t0`, for FROM.
        var rows: String { "(SELECT (d.doc).* FROM d\(index) AS d WHERE NOT d.is_kept) AS t0" }

        var expired: Int { first + 2 }

        var insertion: String { projection.insertion(of: rows, statute: first, days: first + 1) }

        /// How many of them must be kept.
        var count: String { "(SELECT count(*) FROM \(rows) WHERE \(projection.isKept(expired: expired)))" }
    }

    /// What writes down which rows a hold keeps.
    private func restrictions() -> [String] {
        reach.holds.keys.sorted().flatMap { table -> [String] in
            guard let described = reach.catalogue[table], !described.identity.isEmpty else { return [] }
            let key = described.identity.map { "t0.\($0.quoted)" }.joined(separator: ", ")
            return (reach.holds[table] ?? []).compactMap { held in
                guard let condition = try? reach.condition(held, table, "t0") else { return nil }
                return "INSERT INTO habeas_local.restriction (run, hold, table_name, row_key) "
                    + "SELECT $1::uuid, '\(held.hold.id)', '\(table.written.replacing("'", with: "''"))', "
                    + "pg_catalog.jsonb_build_array(\(key)) FROM \(described.source) AS t0 WHERE \(condition) "
                    + "ON CONFLICT DO NOTHING"
            }
        }
    }

    /// What must be zero afterwards: rows that were to go.
    func remaining() -> [(collection: String, sql: String)] {
        deletions.map {
            ($0.reached.collection.name, "SELECT count(*) FROM \($0.reached.table.source) AS t0 WHERE \($0.condition)")
        }
    }
}

/// A column whose value the database computes itself.
struct GeneratedColumn: Hashable {
    let table: TableName
    let column: Identifier
}

extension Reach {
    /// Whether every row that refers by this key to a row that goes, goes too, by the way the map describes it: then nobody
    /// needs to look for others.
    func covers(_ key: CatalogueForeignKey, of holder: CatalogueTable) -> Bool {
        guard holds.isEmpty else { return false }
        let targets = reached(in: key.to).filter(\.removesRows)
        guard targets.count == 1, let target = targets.first, target.ownership == .own else { return false }
        return reached(in: holder.name).contains { reached in
            guard reached.removesRows, reached.ownership == .own else { return false }
            switch reached.way {
            case .record: return false
            case .steps(let steps):
                return steps.contains { $0.0.isSame(as: key) && $0.1 == target.collection.name }
            case .paths(let ways):
                guard case .paths(let further) = target.way, further.count == 1 else { return false }
                return ways.contains { way in
                    guard let first = way.hops.first, first.isSame(as: key), !first.isRepeated else { return false }
                    return Array(way.hops.dropFirst()) == further[0].hops
                }
            }
        }
    }
}

extension Hop {
    /// Whether the step is what a foreign key says.
    func isSame(as key: CatalogueForeignKey) -> Bool {
        to == key.to && Set(zip(from, self.key).map { [$0, $1] }) == Set(zip(key.from, key.key).map { [$0, $1] })
    }
}
