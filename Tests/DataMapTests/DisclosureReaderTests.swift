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

    private static let first = "  - name: Northlight AI Ltd\n"

    @Test(arguments: [
        ("notice: manual", Recipient.Notice.manual), ("notice: { webhook: northlight }", .webhook("northlight")),
        ("notice: { mail: privacy+erasure@northlight.example }", .mail("privacy+erasure@northlight.example")),
    ])
    func readsHowRecipientsAreTold(line: String, notice: Recipient.Notice) throws {
        let map = try DataMap(yaml: SampleMap.edited(Self.first, Self.first + "    \(line)\n"))

        #expect(map.recipients.first?.notice == notice)
        #expect(map.recipients.dropFirst().allSatisfy { $0.notice == .manual })
    }

    @Test(arguments: [
        ("notice: mail", "expected manual, { webhook: NAME } or { mail: ADDRESS }"),
        ("notice: {}", "expected manual, { webhook: NAME } or { mail: ADDRESS }"),
        ("notice: { mail: a@b.example, webhook: c }", "expected manual, { webhook: NAME } or { mail: ADDRESS }"),
        ("notice: { post: a }", "post"),
        ("notice: { mail: northlight.example }", "expected one mail address"),
        ("notice: { mail: \"Ann <ann@northlight.example>\" }", "expected one mail address"),
        ("notice: { mail: \"a@b.example, c@d.example\" }", "expected one mail address"),
        ("notice: { mail: a@127.0.0.1 }", "expected one mail address"),
        ("notice: { mail: \"a@b.example\\r\\nBcc: c@d.example\" }", "expected one mail address"),
        ("notice: { mail: a@müller.example }", "expected one mail address"),
    ])
    func refusesOtherNotices(line: String, message: String) throws {
        let text = try SampleMap.edited(Self.first, Self.first + "    \(line)\n")

        let error = #expect(throws: DataMapError.self) { try DataMap(yaml: text) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
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
