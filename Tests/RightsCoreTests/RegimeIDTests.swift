import Foundation
import RightsCore
import Testing

@Suite struct RegimeIDTests {
    private struct Rules: Decodable {
        struct Rule: Decodable { let id: String }
        let rules: [Rule]
    }

    @Test func everyTabledRegimeIsKnown() throws {
        let table = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../fixtures/tables/deadline_rules.json")
        let rules = try JSONDecoder().decode(Rules.self, from: Data(contentsOf: table)).rules

        #expect(Set(rules.map(\.id)) == Set(RegimeID.known))
    }

    @Test func caseDoesNotMatter() {
        #expect(RegimeID("uk-gdpr")?.text == "UK-GDPR")
        #expect(RegimeID("GDPRX") == nil)
    }
}
