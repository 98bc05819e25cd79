import Testing

@testable import LegalRules

@Suite struct RuleNodeTests {
    @Test func refusesUnknownKeysWithTheirPlace() throws {
        let root = try RuleNode("a: 1\nb:\n  c: 2\n", document: "x.yaml")
        let error = #expect(throws: RuleError.self) { try root.required("b").checkKeys(["d"]) }
        #expect(error?.description == "x.yaml:3:6: b.c: unknown key; known are d")
    }

    @Test(arguments: ["", "- a", "a: [", "text"]) func refusesWhatIsNoMapping(text: String) {
        #expect(throws: RuleError.self) { try RuleNode(text, document: "x.yaml") }
    }
}
