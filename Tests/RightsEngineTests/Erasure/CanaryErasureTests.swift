import Erasing
import Foundation
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// Everything that names the erased person is looked for everywhere, by other means than the product's hunt: in every
/// table of the product and of ours, in files and in the ledger, in each form a value can have.
@Suite struct CanaryErasureTests {
    @Test func nothingOfThePersonIsLeftOutsideWhatThePlanKeeps() async throws {
        try await ErasureBench.with { bench in
            let ada = try #require(
                try await bench.product.query(
                    """
                    SELECT u.id::text, (SELECT substring(p.bio FROM 'cnry[a-z0-9]+') FROM workspace.profiles p
                        WHERE p.user_id = u.id AND p.bio LIKE '%cnry%')
                      FROM workspace.users u WHERE email = 'ada@example.com'
                    """
                ).first)
            let id = try #require(ada[0])
            var marker = ada[1]
            if marker == nil {
                marker = try await bench.product.query(
                    """
                    SELECT substring(m.body FROM 'cnry[a-z0-9]+') FROM workspace.messages m
                      JOIN workspace.conversations c ON c.id = m.conversation_id
                     WHERE c.user_id = $1::uuid AND m.body LIKE '%cnry%' LIMIT 1
                    """, [id])[0][0]
            }
            let canary = try #require(marker)
            try await plant(canary, id, in: bench.product)
            let needles = Needles(canary: canary, id: id, compressed: try await compressed(canary))
            let request = try await bench.ask()
            try await bench.untilPlanned(request)
            let before = try await found(needles, bench)
            for needle in needles.all.keys { #expect(before[needle]?.isEmpty == false, "\(needle) isn't there before") }
            try await bench.approve(request)
            try await bench.untilState(.erasedWithRetention, .failed, .partial, of: request)
            #expect(try await bench.work.request(request).state == .erasedWithRetention)
            let after = try await found(needles, bench)
            for (needle, places) in after {
                let allowed: Set<String> = needle == "canary" ? ["product habeas_local.retained_billing"] : []
                #expect(places.subtracting(allowed).isEmpty, "\(needle): \(places.sorted())")
            }
            #expect(after["canary"]?.contains("product habeas_local.retained_billing") == true)
        }
    }

    /// What is looked for, by name, in the forms in which a row's text, or a file, shows it.
    private struct Needles {
        let all: [String: [String]]

        init(canary: String, id: String, compressed: String) {
            let digits = id.replacing("-", with: "")
            all = [
                "canary": [canary], "canary as bytes": [Array(canary.utf8).hex], "address": ["ada@example.com"],
                "key": [id], "key as bytes": ["\\x\(digits)"], "compressed canary": [compressed],
            ]
        }
    }

    /// In forms that no one reads: 16 bytes, gzip, bytes of text.
    private func plant(_ canary: String, _ id: String, in product: TestDatabase) async throws {
        let gzip = try await compressed(canary)
        try await product.run(
            """
            UPDATE workspace.contacts SET photo = decode('\(id.replacing("-", with: ""))', 'hex')
             WHERE id = (SELECT id FROM workspace.contacts WHERE user_id = '\(id)' ORDER BY id LIMIT 1);
            UPDATE workspace.contacts SET photo = decode('\(gzip)', 'hex')
             WHERE id = (SELECT id FROM workspace.contacts WHERE user_id = '\(id)' ORDER BY id OFFSET 1 LIMIT 1);
            UPDATE workspace.contacts SET photo = decode('\(Array(canary.utf8).hex)', 'hex')
             WHERE id = (SELECT id FROM workspace.contacts WHERE user_id = '\(id)' ORDER BY id OFFSET 2 LIMIT 1);
            """)
    }

    /// The marker as gzip writes it, in hexadecimal digits.
    private func compressed(_ text: String) async throws -> String {
        let run = try await Program.run(
            "python3", ["-c", "import gzip,sys; print(gzip.compress(sys.argv[1].encode(), mtime=0).hex())", text])
        return run.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: looking

    private func found(_ needles: Needles, _ bench: ErasureBench) async throws -> [String: Set<String>] {
        var found: [String: Set<String>] = [:]
        for (name, database) in [("product", bench.product), ("control", bench.work.database)] {
            for table in try await tables(of: database) {
                let (schema, title) = (table[0] ?? "", table[1] ?? "")
                for (needle, forms) in needles.all {
                    let rows = try await database.query(
                        "SELECT count(*) FROM \"\(schema)\".\"\(title)\" t WHERE strpos(lower(t::text), lower($1)) > 0",
                        [forms[0]])
                    if rows[0][0] != "0" { found[needle, default: []].insert("\(name) \(schema).\(title)") }
                }
            }
        }
        for folder in ["objects", "archives", "ledger"] {
            let root = "\(bench.work.folder)/\(folder)"
            for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
                let bytes = FileManager.default.contents(atPath: "\(root)/\(path)") ?? Data()
                for (needle, forms) in needles.all
                where path.contains(forms[0]) || bytes.range(of: Data(forms[0].utf8)) != nil {
                    found[needle, default: []].insert("file in \(folder)")
                }
            }
        }
        return found
    }

    private func tables(of database: TestDatabase) async throws -> [[String?]] {
        try await database.query(
            """
            SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
            """)
    }
}
