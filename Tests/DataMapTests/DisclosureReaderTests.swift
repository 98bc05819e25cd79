import DataMap
import Foundation
import RightsCore
import Testing

/// What the map says for the access report, and how it is refused.
@Suite struct DisclosureReaderTests {
    @Test func readsWhatTheWorkspaceStates() throws {
        let map = try DataMap(yaml: SampleMap.text)

        #expect(map.controller.dataProtectionOfficer?.contains("dpo@workspace.example") == true)
        #expect(
            map.controller.complaintAuthority(under: try #require(RegimeID("CCPA")))
                == "California Privacy Protection Agency")
        #expect(map.controller.complaintAuthority(under: map.defaultRegime).hasPrefix("Berliner"))
        #expect(map.collections.allSatisfy { $0.retention != nil })
        #expect(map.statesRecipients && map.recipients.allSatisfy { $0.isSold == false && $0.category != nil })
        #expect(map.automatedDecisions?.isEmpty == true)
        let vat = map.collection("billing_customers")?.field(Identifier("vat_id"))?.neverDisclosed
        #expect(vat?.kind == .governmentID)
    }

    /// A field takes its collection's source over only with its origin.
    @Test func sourcesGoWithTheirOrigin() throws {
        let briefings = try #require(try DataMap(yaml: SampleMap.text).collection("briefings"))

        #expect(briefings.field(Identifier("body"))?.source == briefings.source)
        #expect(briefings.field(Identifier("read_at"))?.source == nil)
    }

    @Test func whatIsNotSaidIsNotMadeUp() throws {
        let text = SampleMap.text
        let end = try #require(text.range(of: "\nrecipients:"))
        let map = try DataMap(yaml: String(text[..<end.lowerBound]) + "\n")

        #expect(!map.statesRecipients && map.recipients.isEmpty)
        #expect(map.automatedDecisions == nil)
    }

    @Test(arguments: [
        ("automated_decisions: none", "automated_decisions: maybe", "expected a list, or the word none"),
        ("automated_decisions: none", "automated_decisions: [{name: a}]", "“logic” is missing"),
        (
            "automated_decisions: none",
            "automated_decisions: [{name: a, logic: b, significance: c, consequences: d, collections: [taks]}]",
            "unknown collection “taks”"
        ),
        ("kind: government_id", "kind: passport", "is not one of: ssn"),
        ("      rule: \"our retention schedule, no. 5\"\n", "", "“rule” is missing"),
        ("      period: \"12 months from the event\"\n", "", "says either period or criteria"),
        (
            "    sold: false\n    shared: false\n    business_purpose: \"performing services on our behalf, bookkeeping",
            "    sold: perhaps\n    shared: false\n    business_purpose: \"performing services on our behalf, bookkeeping",
            "expected true or false"
        ),
        ("    CCPA: California", "    C.CPA: California", "“C.CPA” is not the id of a regime"),
        ("    CCPA: California", "    ch-dsg: California", "stands twice"),
    ])
    func namesTheFault(old: String, new: String, message: String) throws {
        let text = try SampleMap.edited(old, new)

        let error = #expect(throws: DataMapError.self) { try DataMap(yaml: text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: [
        ("contract", [LegalGround.contract]), ("Consent, GDPR Art. 6(1)(a)", [.consent]),
        ("legitimate interests", [.legitimateInterests]), ("Art. 6(1)(e)", [.publicTask]),
        ("contract; consent", [.contract, .consent]), ("habit", []),
    ])
    func recognisesGrounds(words: String, grounds: [LegalGround]) {
        #expect(LegalGround.named(in: words) == Set(grounds))
    }
}
