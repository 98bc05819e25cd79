import RightsCore
import Testing

@Suite struct InstantParsingTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31t23:59:59.5z", -500_000),
        ("2000-02-29T12:00:00.123456789Z", 951_825_600_123_456), ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000_000),
        ("2026-03-01T09:30:00-05:30", 1_772_377_200_000_000),
    ])
    func readsTimes(text: String, microseconds: Int64) {
        #expect(Instant(rfc3339: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "2026-03-01", "2026-03-01T09:30Z", "2026-03-01T09:30:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-03-01T24:00:00Z", "2026-03-01T09:60:00Z", "2026-03-01T09:30:61Z", "2026-03-01T09:30:00.Z",
        "2026-03-01T09:30:00+1:00", "2026-03-01T09:30:00+24:00", "0000-01-01T00:00:00Z", "2026-03-01 09:30:00Z",
        "2026-00-01T00:00:00Z", "2026-03-00T00:00:00Z", "２026-03-01T09:30:00Z", "2026-03-01T09:30:00Z ",
    ])
    func refusesWhatIsNone(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test(arguments: [0, 1, -1, 951_825_600_123_456, 1_790_000_000_000_000])
    func readsWhatItWrites(microseconds: Int64) {
        let instant = Instant(microseconds: microseconds)
        #expect(Instant(rfc3339: instant.rfc3339) == instant)
    }
}
