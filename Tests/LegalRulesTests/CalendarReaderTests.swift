import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import LegalRules

@Suite struct CalendarReaderTests {
    /// A calendar with those holidays, and keys beside.
    private static func text(_ holidays: String, years: String = "first: 2026, proclaimed: 2027, last: 2028") -> String
    {
        """
        id: XX
        version: 2026-11-21
        name: Nowhere
        evidence: source
        sources: [an act]
        zones: [Etc/Nowhere]
        years: { \(years) }
        weekend: [saturday, sunday]
        holidays:
        \(holidays)
        """
    }

    private static func read(_ text: String) throws(RuleError) -> HolidayCalendar {
        try CalendarDocument(RuleFile(name: "XX.yaml", text: text)).calendar
    }

    private static func days(_ holidays: String) throws -> [String] {
        try read(text(holidays)).holidays.keys.sorted().map(\.description)
    }

    @Test(arguments: [
        ("fixed: 05-08", "2026-05-08 2027-05-08 2028-05-08"),
        ("fixed: 02-29", "2028-02-29"),
        ("fixed: 05-08, since: 2027", "2027-05-08 2028-05-08"),
        ("fixed: 05-08, until: 2026", "2026-05-08"),
        ("fixed: 05-08, except: [2027]", "2026-05-08 2028-05-08"),
        ("fixed: 12-31, through: 01-01", "2026-01-01 2026-12-31 2027-01-01 2027-12-31 2028-01-01 2028-12-31"),
        ("easter: -2", "2026-04-03 2027-03-26 2028-04-14"),
        ("orthodox_easter: 1", "2026-04-13 2027-05-03 2028-04-17"),
        ("weekday: { which: first, day: monday, of: may }", "2026-05-04 2027-05-03 2028-05-01"),
        ("weekday: { which: fourth, day: thursday, of: november }", "2026-11-26 2027-11-25 2028-11-23"),
        ("weekday: { which: last, day: monday, of: may }", "2026-05-25 2027-05-31 2028-05-29"),
        ("weekday: { day: saturday, on_or_after: 06-20 }", "2026-06-20 2027-06-26 2028-06-24"),
        ("dates: [2026-02-02/2026-02-03, 2027-02-01, 2028-02-01]", "2026-02-02 2026-02-03 2027-02-01 2028-02-01"),
        ("once: [2027-06-15]", "2027-06-15"),
        // 4 July 2026 is a Saturday, 2027 a Sunday; 1 January 2028 a Saturday, and 2029's is out of the span.
        (
            "fixed: 07-04, observed: { saturday: friday before, sunday: monday after }",
            "2026-07-03 2027-07-05 2028-07-04"
        ),
        ("fixed: 01-01, observed: { saturday: friday before }", "2026-01-01 2027-01-01 2027-12-31"),
        (
            "fixed: 11-20, observed: { friday: monday after, saturday: next free day }",
            "2026-11-23 2027-11-22 2028-11-20"
        ),
    ]) func tellsDays(rule: String, days: String) throws {
        #expect(try Self.days("  - { name: A, \(rule) }") == days.split(separator: " ").map(String.init))
    }

    /// 25 and 26 December 2027 are a weekend, 26 December 2026 is a Saturday.
    @Test func substitutesDontFallOnEachOther() throws {
        let both = """
              - { name: Christmas Day, fixed: 12-25, observed: &next { saturday: next free day, sunday: next free day } }
              - { name: Boxing Day, fixed: 12-26, observed: *next }
            """
        let days = try Self.read(Self.text(both)).holidays
        #expect(days[try #require(CivilDate("2026-12-28"))] == "Boxing Day (observed)")
        #expect(days[try #require(CivilDate("2027-12-27"))] == "Christmas Day (observed)")
        #expect(days[try #require(CivilDate("2027-12-28"))] == "Boxing Day (observed)")
    }

    /// Ascension Day of 2027 is 6 May.
    @Test func twoHolidaysOfOneDayShareIt() throws {
        let both = "  - { name: A, easter: 39 }\n  - { name: B, fixed: 05-06 }"
        let days = try Self.read(Self.text(both)).holidays
        #expect(days[try #require(CivilDate("2027-05-06"))] == "A; B")
    }

    @Test(arguments: [
        ("- { name: A, fixed: 13-01 }", "10:23", "“13-01” is not a day of each year as mm-dd"),
        ("- { name: A, fixed: 1-1 }", "10:23", "“1-1” is not a day of each year as mm-dd"),
        ("- { name: A, on: 05-01 }", "10:20", "unknown key"),
        ("- { name: A }", "10:5", "expected one of fixed, easter, orthodox_easter, weekday, dates, once; found 0"),
        ("- { name: A, fixed: 05-01, easter: 1 }", "10:5", "found 2"),
        ("- { name: A, easter: 1, through: 05-01 }", "10:36", "goes with fixed only"),
        ("- { name: A, weekday: { which: first, day: mond, of: may } }", "10:46", "“mond” is not a weekday"),
        ("- { name: A, weekday: { which: fifth, day: monday, of: may } }", "10:34", "one of: first, second"),
        ("- { name: A, weekday: { which: last, day: monday, of: mai } }", "10:57", "“mai” is not a month"),
        ("- { name: A, weekday: { which: last, day: monday, on_or_after: 05-01 } }", "10:25", "not both"),
        ("- { name: A, fixed: 05-01, observed: { sat: monday after } }", "10:47", "“sat” is no weekday"),
        ("- { name: A, fixed: 05-01, observed: { saturday: monday } }", "10:52", "such as “monday after”"),
        ("- { name: A, fixed: 05-01, except: [2031] }", "10:39", "2031 isn't among the years"),
        ("- { name: A, fixed: 05-01, since: 2031 }", "10:5", "gives no day from 2026 to 2028"),
        ("- { name: A, dates: [2026-05-01, 2028-05-01] }", "10:23", "names no day of 2027; add it"),
        ("- { name: A, dates: [2026-05-01, 2026-05-01] }", "10:36", "2026-05-01 is given twice"),
        ("- { name: A, once: [2029-05-01] }", "10:5", "2029-05-01 lies outside of the years"),
        ("- { name: A, once: [2026-02-30] }", "10:23", "“2026-02-30” is not a day as yyyy-mm-dd"),
        ("- { name: A, once: [2026-05-02/2026-05-01] }", "10:23", "two with a slash between"),
        (
            "- { name: A, once: [2026-05-01] }\n  - { name: B, once: [2026-05-01, 2026-06-01] }", "11:5",
            "2026-05-01 is given twice"
        ),
        ("- { name: A, easter: 1 }\n  - { name: B, easter: 1 }", "11:5", "they are in “A”"),
    ]) func refusesWithThePlace(holiday: String, place: String, message: String) throws {
        let error = #expect(throws: RuleError.self) { try Self.read(Self.text("  \(holiday)")) }
        #expect(error?.description.hasPrefix("XX.yaml:\(place): ") == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test func theSameRuleInOtherYearsIsNotTwice() throws {
        let both = "  - { name: A, fixed: 05-01, until: 2026 }\n  - { name: B, fixed: 05-01, since: 2027 }"
        #expect(try Self.days(both) == ["2026-05-01", "2027-05-01", "2028-05-01"])
    }

    @Test(arguments: [
        "first: 2028, proclaimed: 2027, last: 2029", "first: 2026, proclaimed: 2029, last: 2028",
    ]) func refusesAGapInTheYears(years: String) throws {
        let error = #expect(throws: RuleError.self) { try Self.read(Self.text("  []", years: years)) }
        #expect(error?.description.contains("XX.yaml:7:8: years: a gap: ") == true, "\(error?.description ?? "")")
    }

    @Test func refusesWorkedWeekendsThatAreNone() throws {
        let plain = Self.text("  - { name: A, once: [2026-05-02] }") + "\n"
        let weekday = #expect(throws: RuleError.self) { try Self.read(plain + "worked_weekends: [2026-05-01]\n") }
        #expect(weekday?.description.contains("2026-05-01 is a Friday, worked anyway") == true)
        let twice = #expect(throws: RuleError.self) { try Self.read(plain + "worked_weekends: [2026-05-02]\n") }
        #expect(twice?.description.contains("2026-05-02 is given twice") == true)
    }

    @Test func refusesAHeaderBelowTheHolidays() throws {
        let below = Self.text("  []") + "\nnote: here\n"
        let error = #expect(throws: RuleError.self) { try Self.read(below) }
        #expect(error?.description == "XX.yaml:11:7: note: belongs above holidays")
    }

    /// The example that people copy.
    @Test func readsTheDocumentedExample() throws {
        let guide = try Checkout.text("docs/calendars.md")
        let example = try #require(guide.components(separatedBy: "```yaml\n").dropFirst().first)
        let calendar = try Self.read(try #require(example.components(separatedBy: "```").first))
        #expect(calendar.id == "XX-CITY")
        #expect(try calendar.rest(on: try #require(CivilDate("2027-05-31"))) == "Spring Bank Holiday")
        #expect(try calendar.rest(on: try #require(CivilDate("2026-10-10"))) == nil)
    }

    @Test(arguments: ["de", "DE_BY", "DE-", ""]) func refusesOddIds(id: String) throws {
        let odd = Self.text("  []").replacing("id: XX", with: "id: \"\(id)\"")
        #expect(throws: RuleError.self) { try Self.read(odd) }
    }
}
