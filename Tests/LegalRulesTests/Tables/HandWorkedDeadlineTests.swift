import RightsCore
import Testing

@testable import LegalRules

/// Dates worked by hand from the statutes; each with the way to it.
@Suite struct HandWorkedDeadlineTests {
    /// Regime and right, zone, receipt, days of rest beside weekends, events; then the table's columns.
    struct Case: Sendable {
        let what, zone, received, holidays, events: String
        let expected: [String]

        init(
            _ what: String, _ zone: String, _ received: String, _ holidays: String, _ events: String,
            ack: String = "", due: String = "", end: String = "", notice: String? = nil, extended: String = "",
            safe: String = ""
        ) {
            (self.what, self.zone, self.received) = (what, zone, received)
            (self.holidays, self.events) = (holidays, events)
            expected = [ack, due, end, notice ?? (extended.isEmpty ? "" : due), extended, safe]
        }
    }

    static let cases = european + british + american + others

    // GDPR Art. 12(3) with Reg. 1182/71 Art. 3.
    static let european = [
        // 30 August: 30 September exists.
        Case(
            "GDPR access", "Europe/Berlin", "2026-08-30T10:00:00+02:00", "", "", due: "2026-09-30",
            end: "2026-09-30T22:00:00Z", extended: "2026-11-30", safe: "2026-09-30"),
        // 31 August: September has no 31st (EDPB 01/2022 sec. 5.3), nor has November.
        Case(
            "GDPR access", "Europe/Berlin", "2026-08-31T10:00:00+02:00", "", "", due: "2026-09-30",
            end: "2026-09-30T22:00:00Z", extended: "2026-11-30", safe: "2026-09-30"),
        // 31 January 2027 is a Sunday: Monday; the third month ends on 31 March.
        Case(
            "GDPR access", "Europe/Berlin", "2026-12-31T12:00:00+01:00", "2027-01-01", "", due: "2027-02-01",
            end: "2027-02-01T23:00:00Z", extended: "2027-03-31", safe: "2027-01-31"),
        // 31 March: April and June have 30 days.
        Case(
            "GDPR portability", "Europe/Berlin", "2026-03-31T12:00:00+02:00", "", "", due: "2026-04-30",
            end: "2026-04-30T22:00:00Z", extended: "2026-06-30", safe: "2026-04-30"),
        // 28 February 2027 is a Sunday.
        Case(
            "GDPR access", "Europe/Berlin", "2027-01-28T12:00:00+01:00", "", "", due: "2027-03-01",
            end: "2027-03-01T23:00:00Z", extended: "2027-04-28", safe: "2027-02-28"),
        // 31 January in a leap year.
        Case(
            "GDPR access", "Europe/Berlin", "2024-01-31T12:00:00+01:00", "", "", due: "2024-02-29",
            end: "2024-02-29T23:00:00Z", extended: "2024-04-30", safe: "2024-02-29"),
        // Asked 19 days after receipt: late, so nothing is credited.
        Case(
            "GDPR access", "Europe/Berlin", "2026-06-01T12:00:00+02:00", "",
            "identity_asked=2026-06-20;identity_ok=2026-06-25", due: "2026-07-01", end: "2026-07-01T22:00:00Z",
            extended: "2026-09-01", safe: "2026-07-01"),
        // Asked and answered on one day: no day between.
        Case(
            "GDPR access", "Europe/Berlin", "2026-06-01T12:00:00+02:00", "",
            "identity_asked=2026-06-02;identity_ok=2026-06-02", due: "2026-07-01", end: "2026-07-01T22:00:00Z",
            extended: "2026-09-01", safe: "2026-07-01"),
        // 3 to 10 and 6 to 12 June together are ten days: 11 July, a Saturday; 11 September is a Friday.
        Case(
            "GDPR access", "Europe/Berlin", "2026-06-01T12:00:00+02:00", "",
            "identity_asked=2026-06-02;identity_ok=2026-06-10;clarify_asked=2026-06-05;clarify_ok=2026-06-12",
            due: "2026-07-13", end: "2026-07-13T22:00:00Z", extended: "2026-09-11", safe: "2026-07-01"),
        // Recital 63 speaks of access: a question about an erasure changes nothing.
        Case(
            "GDPR erasure", "Europe/Berlin", "2026-06-01T12:00:00+02:00", "",
            "clarify_asked=2026-06-02;clarify_ok=2026-06-10", due: "2026-07-01", end: "2026-07-01T22:00:00Z",
            extended: "2026-09-01", safe: "2026-07-01"),
        // Not answered yet: the date stays until it is.
        Case(
            "GDPR access", "Europe/Berlin", "2026-06-01T12:00:00+02:00", "", "identity_asked=2026-06-02",
            due: "2026-07-01", end: "2026-07-01T22:00:00Z", extended: "2026-09-01", safe: "2026-07-01"),
        // For the institutions no suspension is tabled.
        Case(
            "EUDPR access", "Europe/Brussels", "2026-06-01T12:00:00+02:00", "",
            "identity_asked=2026-06-02;identity_ok=2026-06-10", due: "2026-07-01", end: "2026-07-01T22:00:00Z",
            extended: "2026-09-01", safe: "2026-07-01"),
        // DSV Art. 19(3): ten days of reflection after 5 March end on 15 March, and 30 days on 14 April.
        Case(
            "CH-DSG access_fee", "Europe/Zurich", "2026-03-02T12:00:00+01:00", "", "fee_notice=2026-03-05",
            due: "2026-04-14", end: "2026-04-14T22:00:00Z", safe: "2026-04-01"),
    ]

    // UK GDPR Art. 12A and before; DPA 2018 s.164A.
    static let british = [
        // Art. 12A(2)(b): the month begins with 30 June.
        Case(
            "UK-GDPR access", "Europe/London", "2026-06-01T12:00:00+01:00", "",
            "identity_asked=2026-06-03;identity_ok=2026-06-30", due: "2026-07-30", end: "2026-07-30T23:00:00Z",
            extended: "2026-09-30", safe: "2026-07-01"),
        // From 8 June a month is 8 July; 10 to 12 June are three days: 11 July, a Saturday. The safe date begins on 1 June
        // and credits two.
        Case(
            "UK-GDPR access", "Europe/London", "2026-06-01T12:00:00+01:00", "",
            "identity_asked=2026-06-02;identity_ok=2026-06-08;clarify_asked=2026-06-10;clarify_ok=2026-06-12",
            due: "2026-07-13", end: "2026-07-13T23:00:00Z", extended: "2026-09-11", safe: "2026-07-03"),
        // SI 2026/82 reg. 4: 4 February is under the old article. 10 May is a Sunday.
        Case(
            "UK-GDPR access", "Europe/London", "2026-02-04T23:59:59+00:00", "",
            "identity_asked=2026-02-05;identity_ok=2026-02-10", due: "2026-03-10", end: "2026-03-11T00:00:00Z",
            extended: "2026-05-11", safe: "2026-03-04"),
        // The first day of the new article: the pause counts both ends, 6 to 9 February are four days: 9 March.
        Case(
            "UK-GDPR access", "Europe/London", "2026-02-05T00:00:00+00:00", "",
            "clarify_asked=2026-02-06;clarify_ok=2026-02-09", due: "2026-03-09", end: "2026-03-10T00:00:00Z",
            extended: "2026-05-11", safe: "2026-03-08"),
        // ICO guidance: 4 to 6 June are three days; 5 July 2025 is a Saturday.
        Case(
            "UK-GDPR access", "Europe/London", "2025-06-02T12:00:00+01:00", "",
            "clarify_asked=2025-06-03;clarify_ok=2025-06-06", due: "2025-07-07", end: "2025-07-07T23:00:00Z",
            extended: "2025-09-05", safe: "2025-07-02"),
        // ICO's own example: Monday 25 November to Friday 27 December.
        Case(
            "UK-GDPR access", "Europe/London", "2024-11-25T12:00:00+00:00", "2024-12-25;2024-12-26", "",
            due: "2024-12-27", end: "2024-12-28T00:00:00Z", extended: "2025-02-25", safe: "2024-12-25"),
        // s.164A with s.205(2): 30 days after 19 June are Sunday 19 July.
        Case(
            "UK-DPA2018-s164A complaint_ack", "Europe/London", "2026-06-19T12:00:00+01:00", "", "", due: "2026-07-20",
            end: "2026-07-20T23:00:00Z", safe: "2026-07-19"),
        // The complaint itself is answered without undue delay.
        Case(
            "UK-DPA2018-s164A complaint", "Europe/London", "2026-06-19T12:00:00+01:00", "", "", ack: "2026-07-20"),
    ]

    // Civ. Code 1798.130 with 11 CCR 7021, and the laws of other states: calendar days, nothing moves them.
    static let american = [
        // 2, 3, 6 to 10, 13 to 15 July are ten business days; 45 days are Saturday 15 August.
        Case(
            "CCPA correct", "America/Los_Angeles", "2026-07-01T09:00:00-07:00", "", "", ack: "2026-07-15",
            due: "2026-08-15", end: "2026-08-16T07:00:00Z", extended: "2026-09-29", safe: "2026-08-15"),
        // 11 CCR 7021(b): verifying takes no time off the clock.
        Case(
            "CCPA delete", "America/Los_Angeles", "2026-07-01T09:00:00-07:00", "",
            "identity_asked=2026-07-02;identity_ok=2026-07-20", ack: "2026-07-15", due: "2026-08-15",
            end: "2026-08-16T07:00:00Z", extended: "2026-09-29", safe: "2026-08-15"),
        // 18 to 22, 26 to 29 May, 1 to 5 and 8 June are fifteen business days around Memorial Day.
        Case(
            "CCPA-OPTOUT opt_out", "America/Los_Angeles", "2026-05-15T09:00:00-07:00", "2026-05-25", "",
            due: "2026-06-08", end: "2026-06-09T07:00:00Z", safe: "2026-06-08"),
        // 16 days of January, 28 of February: 1 March, a Sunday that stays.
        Case(
            "US-VA access", "America/New_York", "2026-01-15T12:00:00-05:00", "", "", due: "2026-03-01",
            end: "2026-03-02T05:00:00Z", extended: "2026-04-15", safe: "2026-03-01"),
        Case(
            "US-CO access", "America/Denver", "2026-06-01T12:00:00-06:00", "", "", due: "2026-07-16",
            end: "2026-07-17T06:00:00Z", extended: "2026-08-30", safe: "2026-07-16"),
        // Appeal 45 + 60: 15 days of July, 31 of August, 14 of September.
        Case(
            "US-MN appeal", "America/Chicago", "2026-06-01T12:00:00-05:00", "", "", due: "2026-07-16",
            end: "2026-07-17T05:00:00Z", extended: "2026-09-14", safe: "2026-07-16"),
        Case(
            "US-NJ appeal", "America/New_York", "2026-06-01T12:00:00-04:00", "", "", due: "2026-07-16",
            end: "2026-07-17T04:00:00Z", safe: "2026-07-16"),
        // NRS 603A.345: 60 + 30.
        Case(
            "US-NV opt_out", "America/Los_Angeles", "2026-03-01T12:00:00-08:00", "", "", due: "2026-04-30",
            end: "2026-05-01T07:00:00Z", extended: "2026-05-30", safe: "2026-04-30"),
    ]

    static let others = [
        // Res. CD/ANPD 2/2022: doubled to 30 days.
        Case(
            "BR-LGPD-SMALL access_full", "America/Sao_Paulo", "2026-02-10T12:00:00-03:00", "", "", due: "2026-03-12",
            end: "2026-03-13T03:00:00Z", safe: "2026-03-12"),
        // Firm: Sunday 1 March.
        Case(
            "CA-QC-LAW25 access", "America/Toronto", "2026-01-30T12:00:00-05:00", "", "", due: "2026-03-01",
            end: "2026-03-02T05:00:00Z", safe: "2026-03-01"),
        // s.7: 21 to 24 December, 18 January to 5 February but 25 December to 15 January and Waitangi Day (on Monday the
        // 8th) leave 9 February as the twentieth.
        Case(
            "NZ-PA2020 access", "Pacific/Auckland", "2026-12-18T12:00:00+13:00",
            "2026-12-25;2026-12-28;2026-12-29;2026-12-30;2026-12-31;2027-01-01;2027-01-04;2027-01-05;2027-01-06;"
                + "2027-01-07;2027-01-08;2027-01-11;2027-01-12;2027-01-13;2027-01-14;2027-01-15;2027-02-08", "",
            due: "2027-02-09", end: "2027-02-09T11:00:00Z", safe: "2027-02-09"),
        Case(
            "KE-DPA access", "Africa/Nairobi", "2026-06-01T12:00:00+03:00", "", "", due: "2026-06-08",
            end: "2026-06-08T21:00:00Z", safe: "2026-06-08"),
        Case(
            "KE-DPA erasure", "Africa/Nairobi", "2026-06-01T12:00:00+03:00", "", "", due: "2026-06-15",
            end: "2026-06-15T21:00:00Z", safe: "2026-06-15"),
        Case(
            "KE-DPA portability", "Africa/Nairobi", "2026-06-01T12:00:00+03:00", "", "", due: "2026-07-01",
            end: "2026-07-01T21:00:00Z", safe: "2026-07-01"),
        // Art. 13: 15 + 15 for access, 30 + 30 for the rest.
        Case(
            "TW-PDPA access", "Asia/Taipei", "2026-06-01T12:00:00+08:00", "", "", due: "2026-06-16",
            end: "2026-06-16T16:00:00Z", extended: "2026-07-01", safe: "2026-06-16"),
        Case(
            "TW-PDPA correct_delete", "Asia/Taipei", "2026-06-01T12:00:00+08:00", "", "", due: "2026-07-01",
            end: "2026-07-01T16:00:00Z", extended: "2026-07-31", safe: "2026-07-01"),
        // Art. 16(2): 26 to 29 May and 1 June, as 25 May is a holiday.
        Case(
            "AR-25326 erasure", "America/Argentina/Buenos_Aires", "2026-05-22T12:00:00-03:00", "2026-05-25", "",
            due: "2026-06-01", end: "2026-06-02T03:00:00Z", safe: "2026-06-01"),
        // 20 working days after 1 June end on Monday the 29th, 40 on Monday 27 July.
        Case(
            "MX-LFPDPPP access", "America/Mexico_City", "2026-06-01T12:00:00-06:00", "", "", due: "2026-06-29",
            end: "2026-06-30T06:00:00Z", extended: "2026-07-27", safe: "2026-06-29"),
        // 72 hours to the minute, over a weekend.
        Case(
            "ID-PDP access", "Asia/Jakarta", "2026-06-05T10:30:00+07:00", "", "", due: "2026-06-08",
            end: "2026-06-08T03:30:00Z", safe: "2026-06-08"),
        // An extension without a number has no notice day in the table.
        Case(
            "KR-PIPA access", "Asia/Seoul", "2026-06-01T12:00:00+09:00", "", "", due: "2026-06-11",
            end: "2026-06-11T15:00:00Z", safe: "2026-06-11"),
        // No number at all.
        Case("JP-APPI access", "Asia/Tokyo", "2026-06-01T12:00:00+09:00", "", ""),
        Case(
            "HK-PDPO access", "Asia/Hong_Kong", "2026-06-01T12:00:00+08:00", "", "", due: "2026-07-11",
            end: "2026-07-11T16:00:00Z", safe: "2026-07-11"),
        // 2 to 5, 8 to 12, 15 to 18, 22 and 23 June, as the 19th is the Dragon Boat Festival.
        Case(
            "CN-PIPL-APP access", "Asia/Shanghai", "2026-06-01T12:00:00+08:00", "2026-06-19", "", due: "2026-06-23",
            end: "2026-06-23T16:00:00Z", safe: "2026-06-23"),
        Case(
            "SA-PDPL access", "Asia/Riyadh", "2026-06-01T12:00:00+03:00", "", "", due: "2026-07-01",
            end: "2026-07-01T21:00:00Z", extended: "2026-07-31", safe: "2026-07-01"),
    ]

    @Test(arguments: cases) func worked(_ one: Case) throws {
        let words = one.what.split(separator: " ").map(String.init)
        let header = CSVReader.Record(
            line: 1, fields: ["regime", "right", "time_zone", "received_at", "holidays_used", "clock_events"])
        let table = try DeadlineTable(header: header, book: TestRules.book, zone: TestRules.zone)

        let found = try table.row(
            CSVReader.Record(line: 2, fields: words + [one.zone, one.received, one.holidays, one.events]))

        #expect(found == one.expected, "\(one.what) \(one.received)")
    }
}
