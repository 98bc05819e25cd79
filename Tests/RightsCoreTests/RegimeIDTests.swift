import RightsCore
import Testing

@Suite struct RegimeIDTests {
    @Test func knownOnesAreSpeltAsTheirDocumentsDo() {
        #expect(RegimeID("uk-gdpr")?.text == "UK-GDPR")
        #expect(RegimeID("cn-pipl-APP")?.text == "CN-PIPL-APP")
    }

    @Test func operatorsMayNameTheirOwn() {
        #expect(RegimeID("ACME-2027")?.text == "ACME-2027")
    }

    @Test(arguments: ["", "-GDPR", "GD PR", "GDPR/x", "../GDPR", "ÜGDPR", String(repeating: "a", count: 65)])
    func illFormedOnesAreNone(text: String) {
        #expect(RegimeID(text) == nil)
    }
}
