import DataMap
import Foundation
import Testing

/// The workspace's own map, which the tests break in one place each.
enum SampleMap {
    static let text: String = {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../schemas/workspace.map.yaml")
        return try! String(contentsOf: path, encoding: .utf8)
    }()

    static func edited(_ old: String, _ new: String) throws -> String {
        try #require(text.contains(old), "the map no longer says “\(old)”")
        return text.replacingOccurrences(of: old, with: new)
    }
}

@Suite struct MapReaderTests {
    @Test func readsTheWorkspace() throws {
        let map = try DataMap(yaml: SampleMap.text)

        #expect(map.collections.count == 16)
        #expect(map.children(of: "conversations").map(\.name) == ["messages"])
        #expect(map.kinds(of: try #require(map.collection("invoice_lines"))) == ["user"])
        #expect(map.collection("account")?.field(Identifier("password_hash"))?.neverExport != nil)
        #expect(map.subject("user")?.scope == .setting("app.user_id"))
    }

    @Test(arguments: [
        ("habeas_map: 1", "habeas_map: 2", "this build reads version 1"),
        ("service: workspace", "service: Work Space", "is not a name"),
        ("row_security: required", "row_security: maybe", "is not one of: required, optional"),
        ("default_regime: GDPR", "default_regime: -GDPR", "is not the id of a regime"),
        ("origin: provided", "origin: given", "is not one of: provided"),
        ("    erasure: delete\n\n  profile:", "\n  profile:", "“erasure” is missing"),
        ("      plan: account data", "      plan: {colour: red}", "unknown key “colour”"),
        ("paths: [\"user_id -> workspace.users(id)\"]", "paths: [\"user_id = users\"]", "is not a step"),
        (
            "erasure: { retain: DE-AO-147, of: invoices, fields: [name, address, vat_id] }", "erasure: { keep: \"\" }",
            "must not be empty"
        ),
        (
            "date: issued_on\n", "date: issued_on\n      anchors: { fiscal_year_end: 12-32 }\n",
            "is not a day of the year"
        ),
        ("date: issued_on\n", "date: issued_on\n      anchors: { return_due: { months: 8 } }\n", "add fiscal_year_end"),
        (
            "date: issued_on\n",
            "date: issued_on\n      anchors: { fiscal_year_end: \"12-31\", tax_due: { months: -1 } }\n",
            "months is 0 to 60"
        ),
        ("of: invoices, fields: [name", "of: invoices, anchors: {}, fields: [name", "belong to a `document`"),
        ("collection: conversations, as: messages", "collection: conversation, as: messages", "inside unknown"),
        ("soft_delete: deleted_at", "soft_delete: removed_at", "is not among its fields"),
        ("table: workspace.users\n    key: id", "table: workspace.users\n    key: id\n    key: id", "stands twice"),
    ])
    func namesTheFault(old: String, new: String, message: String) throws {
        let text = try SampleMap.edited(old, new)

        let error = #expect(throws: DataMapError.self) { try DataMap(yaml: text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func tellsLineAndColumn() throws {
        let error = #expect(throws: DataMapError.self) { try DataMap(yaml: "habeas_map: 1\nservice: [a\n") }
        #expect(error?.code == .notYAML)
        #expect(error?.line != nil)

        let wrong = #expect(throws: DataMapError.self) {
            try DataMap(yaml: SampleMap.edited("row_security: required", "row_security: maybe"))
        }
        let line = try #require(SampleMap.text.components(separatedBy: "\n").firstIndex(of: "row_security: required"))
        #expect(wrong?.line == line + 1)
        #expect(wrong?.column == 15)
    }

    @Test(
        arguments: [
            ("a -> s.t(id)", ["a"], "s.t", ["id"], []),
            ("(a, b) -> s.t(x, y)", ["a", "b"], "s.t", ["x", "y"], []),
            ("a -> \"S.1\".t(id) as text unenforced", ["a"], "S.1.t", ["id"], [.asText, .unenforced]),
            ("a->s.t(id)unenforced  as text", ["a"], "s.t", ["id"], [.asText, .unenforced]),
            ("parent -> s.t(id) repeated", ["parent"], "s.t", ["id"], [.repeated]),
            ("first name -> s.odd table(key)", ["first name"], "s.odd table", ["key"], []),
            (
                "(\"a,b\", c) -> s.\"t(1)\"(\"x)\", \"say \"\"y\"\"\")", ["a,b", "c"], "s.t(1)", ["x)", "say \"y\""], []
            ),
            ("\"a -> b\" -> s.t(id)", ["a -> b"], "s.t", ["id"], []),
        ] as [(String, [String], String, [String], Set<HopFlag>)])
    func readsSteps(text: String, from: [String], to: String, key: [String], flags: Set<HopFlag>) throws {
        let hop = try #require(Hop(text))

        #expect(hop.from.map(\.text) == from)
        #expect(hop.to.description == to)
        #expect(hop.key.map(\.text) == key)
        #expect(hop.flags == flags)
        #expect(Hop(hop.description) == hop)
    }

    @Test(arguments: [
        "a -> t(id)", "a -> s.t", "(a, b) -> s.t(x)", "a - s.t(id)", "a -> s.t(id) maybe", "a -> s.t(id", "a -> s.t()",
        "",
    ])
    func refusesSteps(text: String) { #expect(Hop(text) == nil) }

    @Test func quotesIdentifiers() {
        #expect(Identifier("a\"b").quoted == "\"a\"\"b\"")
        #expect(Identifier("a\"\u{301}b").quoted == "\"a\"\"\u{301}b\"")
        #expect(TableName("s.\"t.u\"")?.quoted == "\"s\".\"t.u\"")
        #expect(TableName("s.") == nil)
        #expect(TableName("s.t.u") == nil)
    }
}
