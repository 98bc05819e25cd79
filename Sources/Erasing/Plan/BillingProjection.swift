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

    /// The days on which the documents were issued, with how many.
    var days: String {
        "SELECT (t0.\(date.quoted))::date::text, count(*) FROM \(document.reached.table.source) AS t0 "
            + "WHERE \(document.condition) GROUP BY 1 ORDER BY 1"
    }

    /// Keeps the fields of documents: `$1` is the run, `$2` the statute, `$3` arrays of days, as JSON, each with what the
    /// law says of it.
    var statement: String {
        let table = document.reached.table
        return """
            INSERT INTO habeas_local.retained_billing
                (run, collection, document, statute, citation, issued_on, runs_from, retain_until, rules_version, record)
            SELECT $1::uuid, '\(document.reached.collection.name)', '\(kind)', $2, d.citation, d.day, d.runs_from,
                   d.retain_until, d.version, \(object)
              FROM \(table.source) AS t0 JOIN pg_catalog.jsonb_to_recordset($3::jsonb)
                AS d(day date, citation text, runs_from date, retain_until date, version text)
                ON d.day = (t0.\(date.quoted))::date
             WHERE \(document.condition)
            """
    }

    /// The fields kept, as people read them: `invoices.number`, `billing_customers.name`.
    var fields: [String] {
        let own = record.fields.map { "\(document.reached.collection.name).\($0)" }
        return own + parts.flatMap { part in part.record.fields.map { "\(part.collection.name).\($0)" } }
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

    private var object: String {
        var pairs = ["'\(document.reached.collection.name)', \(Self.object(record.fields, "t0"))"]
        for part in parts {
            guard let table = reach.catalogue[part.collection.table] else { continue }
            let fields = Self.object(part.record.fields, "t1")
            if let nesting = part.collection.nesting, nesting.parent == document.reached.collection.name {
                let order = table.identity.map { "t1.\($0.quoted)" }.joined(separator: ", ")
                let sorted = order.isEmpty ? "" : " ORDER BY \(order)"
                let joined = nesting.hop.condition(from: "t1", of: table, to: "t0")
                pairs.append(
                    "'\(part.collection.name)', (SELECT coalesce(pg_catalog.jsonb_agg(\(fields)\(sorted)), '[]') "
                        + "FROM \(table.source) AS t1 WHERE \(joined))")
            } else if let hop = document.reached.collection.paths.compactMap(\.hops.first).first(where: {
                $0.to == part.collection.table
            }) {
                // The customer: not in a simplified invoice (Directive 2006/112/EC Art. 226b).
                let joined = hop.condition(from: "t0", of: document.reached.table, to: "t1")
                let party = "(SELECT \(fields) FROM \(table.source) AS t1 WHERE \(joined))"
                let shown = simplified.map {
                    "CASE WHEN t0.\($0.column.quoted) > \($0.upTo) THEN \(party) END"
                }
                pairs.append("'\(part.collection.name)', \(shown ?? party)")
            }
        }
        return "pg_catalog.jsonb_build_object(\(pairs.joined(separator: ", ")))"
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
        case let id where id.hasPrefix("UK-"): country == "UK"
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
