internal import DataMap
internal import SubjectAccess
package import RightsCore

/// What a statute keeps of documents that go: the days they were issued, and the statement that keeps their fields.
struct BillingProjection {
    let document: Blueprint.Deletion
    let record: StatutoryRecord
    let kind: String
    let date: Identifier
    private let simplified: SimplifiedInvoice?
    private let reach: Reach

    /// The projections of a blueprint.
    static func all(of blueprint: Blueprint) -> [BillingProjection] {
        blueprint.deletions.compactMap { deletion in
            guard case .retain(let record) = deletion.reached.outcome,
                case .document(let kind, let date, let simplified) = record.role
            else { return nil }
            return BillingProjection(
                document: deletion, record: record, kind: kind, date: date, simplified: simplified,
                reach: blueprint.reach)
        }
    }

    /// The days on which documents were issued, with how many; `rows` says which, after FROM, as `t0`. A day that is null is
    /// no day.
    func days(of rows: String) -> String { "SELECT \(day)::text, count(*) FROM \(rows) GROUP BY 1 ORDER BY 1" }

    /// The day on which a document `t0` was issued.
    var day: String { reach.day(date, of: document.reached.table, "t0") }

    /// Keeps the fields of documents, rows `t0` of `source`, and gives a row for each; the parameters are the run's, the
    /// statute's, and that of arrays of days, as JSON, each with what the law says of it.
    func insertion(of source: String, run: Int = 1, statute: Int = 2, days: Int = 3) -> String {
        """
        INSERT INTO habeas_local.retained_billing
            (run, collection, document, statute, citation, issued_on, runs_from, retain_until, rules_version, record,
             files)
        SELECT $\(run)::uuid, '\(document.reached.collection.name)', '\(kind)', $\(statute), law.citation, law.day,
               law.runs_from, law.retain_until, law.version, \(object), \(fileList)
          FROM \(source) JOIN pg_catalog.jsonb_to_recordset($\(days)::jsonb)
            AS law(day date, citation text, runs_from date, retain_until date, version text) ON law.day = \(day)
        RETURNING 1
        """
    }

    /// Whether a document `t0` is kept, where the parameter lists the days whose documents nothing keeps any more. Without a
    /// day it was never issued.
    func isKept(expired: Int) -> String { "\(day) IS NOT NULL AND \(day) <> ALL ($\(expired)::date[])" }

    // MARK: files

    /// Stores and keys of the files that stay with documents, rows `t0` of `source`.
    func keptFiles(of source: String, expired: Int) -> String {
        "SELECT f.value->>'store', f.value->>'key' FROM \(source), "
            + "LATERAL pg_catalog.jsonb_array_elements(\(fileList)) AS f WHERE \(isKept(expired: expired))"
    }

    /// The setting of the transaction with the days whose documents are kept, while they are only counted.
    var setting: String { "habeas.kept_\(document.reached.collection.name)" }

    /// Whether files stay with the documents.
    var keepsFiles: Bool { !fileParts.isEmpty }

    /// The keys of the files of one store that stay with documents of the days of the setting.
    func keptKeys(in store: String) -> String {
        "SELECT f.value->>'key' FROM \(document.reached.table.source) AS t0, "
            + "LATERAL pg_catalog.jsonb_array_elements(\(fileList)) AS f WHERE (\(document.condition)) "
            + "AND \(day) = ANY (nullif(pg_catalog.current_setting('\(setting)', true), '')::date[]) "
            + "AND f.value->>'store' = '\(store)'"
    }

    /// An array of `store` and `key` of the files that stay with a document `t0`.
    private var fileList: String { fileParts.isEmpty ? "'[]'::jsonb" : fileParts.joined(separator: " || ") }

    private var fileParts: [String] {
        let own = Blueprint.retainedFiles(document.reached.collection, record).map { file in
            "CASE WHEN t0.\(file.key.quoted) IS NULL THEN '[]'::jsonb "
                + "ELSE pg_catalog.jsonb_build_array(\(Self.file(file, "t0"))) END"
        }
        return own
            + parts.flatMap { part in
                Blueprint.retainedFiles(part.collection, part.record).compactMap { file -> String? in
                    guard let link = link(of: part) else { return nil }
                    let files =
                        "(SELECT coalesce(pg_catalog.jsonb_agg(\(Self.file(file, "t1"))), '[]') FROM "
                        + "\(link.table.source) AS t1 WHERE \(link.joined) AND t1.\(file.key.quoted) IS NOT NULL)"
                    return link.isParty ? named(files, otherwise: "'[]'::jsonb") : files
                }
            }
    }

    private static func file(_ file: FileReference, _ alias: String) -> String {
        "pg_catalog.jsonb_build_object('store', '\(file.store)', 'key', \(alias).\(file.key.quoted)::text)"
    }

    // MARK: fields

    /// The fields kept, as people read them: `invoices.number`, `billing_customers.name`.
    var fields: [String] {
        let own = record.fields.map { "\(document.reached.collection.name).\($0)" }
        return own
            + parts.flatMap { part in
                // Who the buyer is stays out of simplified ones.
                let bound = link(of: part)?.isParty == true ? simplified.map { " (over \($0.upTo))" } ?? "" : ""
                return part.record.fields.map { "\(part.collection.name).\($0)\(bound)" }
            }
    }

    private struct Part {
        let collection: Collection
        let record: StatutoryRecord
    }

    private var parts: [Part] {
        reach.map.collections.compactMap { collection in
            guard case .retain(let record) = collection.erasure,
                record.role == .part(of: document.reached.collection.name)
            else { return nil }
            return Part(collection: collection, record: record)
        }
    }

    /// How rows of a part `t1` hang on a document `t0`.
    private struct Link {
        let table: CatalogueTable
        let joined: String
        /// Whether it is whom the document names, and not a line of it.
        let isParty: Bool
    }

    private func link(of part: Part) -> Link? {
        guard let table = reach.catalogue[part.collection.table] else { return nil }
        if let nesting = part.collection.nesting, nesting.parent == document.reached.collection.name {
            return Link(table: table, joined: nesting.hop.condition(from: "t1", of: table, to: "t0"), isParty: false)
        }
        let hops = document.reached.collection.paths.compactMap(\.hops.first)
        guard let hop = hops.first(where: { $0.to == part.collection.table }) else { return nil }
        let joined = hop.condition(from: "t0", of: document.reached.table, to: "t1")
        return Link(table: table, joined: joined, isParty: true)
    }

    private var object: String {
        var pairs = ["'\(document.reached.collection.name)', \(Self.object(record.fields, "t0"))"]
        for part in parts {
            guard let link = link(of: part) else { continue }
            let fields = Self.object(part.record.fields, "t1")
            let rows = "FROM \(link.table.source) AS t1 WHERE \(link.joined)"
            if link.isParty {
                pairs.append("'\(part.collection.name)', \(named("(SELECT \(fields) \(rows))", otherwise: "NULL"))")
            } else {
                let order = link.table.identity.map { "t1.\($0.quoted)" }.joined(separator: ", ")
                let sorted = order.isEmpty ? "" : " ORDER BY \(order)"
                pairs.append(
                    "'\(part.collection.name)', (SELECT coalesce(pg_catalog.jsonb_agg(\(fields)\(sorted)), '[]') \(rows))"
                )
            }
        }
        return "pg_catalog.jsonb_build_object(\(pairs.joined(separator: ", ")))"
    }

    /// What names the customer: not in a simplified invoice (Directive 2006/112/EC Art. 226b). A credit note is one by the
    /// amount it takes back, and a document without an amount is none.
    private func named(_ expression: String, otherwise: String) -> String {
        guard let simplified else { return expression }
        return "CASE WHEN abs((t0.\(simplified.column.quoted))::numeric) <= \(simplified.upTo) THEN \(otherwise) "
            + "ELSE \(expression) END"
    }

    private static func object(_ fields: [Identifier], _ alias: String) -> String {
        let pairs = fields.map { "'\($0.text.replacing("'", with: "''"))', \(alias).\($0.quoted)" }
        return "pg_catalog.jsonb_build_object(\(pairs.joined(separator: ", ")))"
    }
}

/// Which country's statutes are a ground to keep something back.
package enum RetentionGround {
    /// Whether a legal obligation of that country counts under that law: under the GDPR it must be of the Union or of a
    /// Member State (Art. 17(3)(b)), in the United Kingdom of its own law. Elsewhere a legal obligation is one.
    package static func counts(country: String, under regime: RegimeID) -> Bool {
        switch regime.text {
        case "GDPR", "EUDPR": europe.contains(country)
        case let id where id.hasPrefix("UK-"): country == "UK" || country == "GB"
        default: true
        }
    }

    /// The Union, its Member States, and the states of the EEA, where the GDPR holds as well.
    private static let europe: Set<String> = [
        "EU", "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT",
        "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "IS", "LI", "NO",
    ]
}
