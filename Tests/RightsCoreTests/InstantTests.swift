import RightsCore
import Testing

@Suite struct InstantTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1_709_164_800_000_000, "2024-02-29T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999Z"), (1_767_225_599_500_000, "2025-12-31T23:59:59.5Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
    ])
    func printsRFC3339(microseconds: Int64, text: String) {
        #expect(Instant(microseconds: microseconds).rfc3339 == text)
    }

    @Test func requestIDsSortByTimeAndTellVersionSeven() throws {
        var random = SystemRandomNumberGenerator()
        let early = RequestID(now: Instant(microseconds: 1_000_000), using: &random)
        let late = RequestID(now: Instant(microseconds: 2_000_000_000_000), using: &random)

        #expect(early.text < late.text)
        #expect(late.text.isUUID)
        #expect(Array(late.text)[14] == "7")
        #expect("89ab".contains(Array(late.text)[19]))
        #expect(RequestID(late.text.uppercased()) == late)
        #expect(RequestID("0199") == nil)
    }

    @Test func takesWordsThatBeginWithAMark() { #expect(Reason("dsar:\u{1F3FB} x")?.words == "\u{1F3FB} x") }

    @Test(arguments: ["dsar", "dsar:asked by letter", "a-1"])
    func takesReasons(text: String) throws { #expect(Reason(text)?.code == String(text.prefix { $0 != ":" })) }

    @Test(arguments: ["", ":words", "With Space", "UPPER", String(repeating: "a", count: 41)])
    func refusesReasons(text: String) { #expect(Reason(text) == nil) }
}
