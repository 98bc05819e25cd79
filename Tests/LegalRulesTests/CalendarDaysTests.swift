import RightsCore
import Testing

@testable import LegalRules

/// Days typed from official lists, not computed.
@Suite struct CalendarDaysTests {
    /// All holidays of a year, as the list prints them.
    struct YearList: Sendable, CustomTestStringConvertible {
        let calendar: String
        let year: Int
        let days: String
        var testDescription: String { "\(calendar) \(year)" }
    }

    private static let lists = [
        // GOV.UK, UK bank holidays, England and Wales.
        YearList(calendar: "GB-ENG", year: 2022, days: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"),
        YearList(calendar: "GB-ENG", year: 2025, days: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"),
        YearList(calendar: "GB-ENG", year: 2026, days: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        // The same, Scotland.
        YearList(
            calendar: "GB-SCT", year: 2022,
            days: "01-03 01-04 04-15 05-02 06-02 06-03 08-01 09-19 11-30 12-26 12-27"),
        YearList(calendar: "GB-SCT", year: 2026, days: "01-01 01-02 04-03 05-04 05-25 06-15 08-03 11-30 12-25 12-28"),
        // OPM, Federal Holidays: 3 July 2026 for the 4th, a Saturday; 31 December 2021 for 1 January 2022.
        YearList(
            calendar: "US", year: 2021,
            days: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        YearList(
            calendar: "US", year: 2025, days: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
        YearList(
            calendar: "US", year: 2026, days: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
        // Feiertage in every Land.
        YearList(calendar: "DE", year: 2026, days: "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"),
        YearList(calendar: "DE", year: 2027, days: "01-01 03-26 03-29 05-01 05-06 05-17 10-03 12-25 12-26"),
        // employment.govt.nz: Anzac Day and Boxing Day are Mondayised.
        YearList(
            calendar: "NZ", year: 2026, days: "01-01 01-02 02-06 04-03 04-06 04-27 06-01 07-10 10-26 12-25 12-28"),
        // Commission Decision of 25 May 2021 (OJ C 201 I, 28.5.2021), the days of both places; those on weekends beside.
        YearList(
            calendar: "EU", year: 2023,
            days: "01-01 01-02 04-06 04-07 04-10 05-01 05-09 05-18 05-19 05-29 08-15 11-01 11-02"
                + " 12-24 12-25 12-26 12-27 12-28 12-29 12-30 12-31"),
        // Projected.
        YearList(
            calendar: "EU", year: 2026,
            days: "01-01 01-02 04-02 04-03 04-06 05-01 05-09 05-14 05-15 05-25 08-15 11-01"
                + " 12-24 12-25 12-26 12-27 12-28 12-29 12-30 12-31"),
    ]

    @Test(arguments: lists) func hasTheDaysOfTheOfficialList(list: YearList) throws {
        let calendar = try CalendarBook().calendar(list.calendar)
        let days = calendar.holidays.keys.filter { $0.year == list.year }.sorted()
        #expect(days.map { String($0.description.dropFirst(5)) } == list.days.split(separator: " ").map(String.init))
    }

    /// The days that change a date, from one day to another.
    struct Range: Sendable, CustomTestStringConvertible {
        let calendar: String
        let from: String
        let through: String
        let days: String
        var testDescription: String { "\(calendar) \(from)" }
    }

    /// The national sets that the worked deadlines were counted by.
    private static let ranges = [
        Range(
            calendar: "DE", from: "2026-01-01", through: "2028-06-05",
            days: """
                2026-01-01 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-05-25 2026-12-25 2027-01-01 2027-03-26 \
                2027-03-29 2027-05-06 2027-05-17 2028-04-14 2028-04-17 2028-05-01 2028-05-25 2028-06-05
                """),
        Range(
            calendar: "FR", from: "2026-01-01", through: "2026-12-31",
            days: "2026-01-01 2026-04-06 2026-05-01 2026-05-08 2026-05-14 2026-05-25 2026-07-14 2026-11-11 2026-12-25"),
        Range(
            calendar: "PL", from: "2026-01-01", through: "2027-01-06",
            days: """
                2026-01-01 2026-01-06 2026-04-06 2026-05-01 2026-06-04 2026-11-11 2026-12-24 2026-12-25 2027-01-01 \
                2027-01-06
                """),
        Range(
            calendar: "IE", from: "2026-01-01", through: "2026-12-31",
            days: "2026-01-01 2026-02-02 2026-03-17 2026-04-06 2026-05-04 2026-06-01 2026-08-03 2026-10-26 2026-12-25"),
        Range(
            calendar: "IT", from: "2026-12-08", through: "2027-03-29",
            days: "2026-12-08 2026-12-25 2027-01-01 2027-01-06 2027-03-29"),
        Range(
            calendar: "SE", from: "2026-01-01", through: "2026-12-31",
            days: "2026-01-01 2026-01-06 2026-04-03 2026-04-06 2026-05-01 2026-05-14 2026-12-25"),
        Range(
            calendar: "GB-ENG", from: "2024-01-01", through: "2025-12-31",
            days: """
                2024-01-01 2024-03-29 2024-04-01 2024-05-06 2024-05-27 2024-08-26 2024-12-25 2024-12-26 2025-01-01 \
                2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
                """),
        Range(
            calendar: "US-CA", from: "2026-01-01", through: "2027-02-28",
            days: """
                2026-01-01 2026-01-19 2026-02-16 2026-03-31 2026-05-25 2026-09-07 2026-11-11 2026-11-26 2026-11-27 \
                2026-12-25 2027-01-01 2027-01-18 2027-02-15
                """),
        Range(
            calendar: "US-CA", from: "2028-01-01", through: "2028-02-29", days: "2028-01-17 2028-02-21"),
        Range(
            calendar: "NZ-PA2020", from: "2026-03-01", through: "2026-04-30", days: "2026-04-03 2026-04-06 2026-04-27"),
    ]

    @Test(arguments: ranges) func hasTheWeekdaysThatDeadlinesWereCountedBy(range: Range) throws {
        let calendar = try CalendarBook().calendar(range.calendar)
        let (from, through) = (try #require(CivilDate(range.from)), try #require(CivilDate(range.through)))
        let days = calendar.holidays.keys.filter { day in
            (from...through).contains(day) && !calendar.weekend.contains(day.weekday)
        }
        #expect(days.sorted().map(\.description) == range.days.split(separator: " ").map(String.init))
    }

    @Test func swedishMidsummerAndAllSaintsAreSaturdays() throws {
        let sweden = try CalendarBook().calendar("SE")
        #expect(sweden.holidays[try #require(CivilDate("2026-06-20"))] == "Midsummer Day")
        #expect(sweden.holidays[try #require(CivilDate("2026-10-31"))] == "All Saints' Day")
    }

    /// Privacy Act 2020 (NZ) s.7: no working day from 25 December to 15 January.
    @Test func theNewZealandSummerReachesIntoTheNextYear() throws {
        let calendar = try CalendarBook().calendar("NZ-PA2020")
        for text in ["2020-01-15", "2026-12-25", "2026-12-31", "2027-01-01", "2027-01-15"] {
            #expect(try calendar.rest(on: try #require(CivilDate(text))) == "25 December to 15 January")
        }
        #expect(try calendar.rest(on: try #require(CivilDate("2026-12-24"))) == nil)
        #expect(try calendar.rest(on: try #require(CivilDate("2027-01-18"))) == nil)
    }

    /// Te Kāhui o Matariki Public Holiday Act 2022: always a Friday.
    @Test func matarikiIsAFridayOfEachYear() throws {
        let days = try CalendarBook().calendar("NZ").holidays.filter { $0.value == "Matariki" }.keys
        #expect(days.count == 24 && days.allSatisfy { $0.weekday == .friday })
    }

    @Test func chinaWorksOnProclaimedWeekends() throws {
        let china = try CalendarBook().calendar("CN")
        #expect(try china.rest(on: try #require(CivilDate("2026-02-14"))) == nil)
        #expect(try china.rest(on: try #require(CivilDate("2026-02-16"))) == "Spring Festival")
        #expect(try china.rest(on: try #require(CivilDate("2026-02-21"))) == "Spring Festival")
        #expect(try china.rest(on: try #require(CivilDate("2026-02-28"))) == nil)
        #expect(try china.rest(on: try #require(CivilDate("2026-03-01"))) == "Sunday")
        // Fri 13 Feb, Sat 14 Feb (worked), then 15 to 23 Feb are free: Tue 24 Feb is the third working day.
        let third = try china.day(3, workingDaysAfter: try #require(CivilDate("2026-02-12")))
        #expect(third.description == "2026-02-24")
    }

    @Test func chinaIsRefusedBeyondItsLastNotice() throws {
        let china = try CalendarBook().calendar("CN")
        let day = try #require(CivilDate("2026-12-21"))
        #expect(throws: ClockError.calendarGap(calendar: "CN", year: 2027, known: 2020...2026)) {
            try china.day(15, workingDaysAfter: day)
        }
    }

    /// Holidays that only one place of a country keeps aren't its holidays.
    @Test(arguments: [
        ("DE", "2027-01-06"), ("FR", "2026-04-03"), ("GB-SCT", "2026-04-06"), ("CH", "2026-04-03"),
        ("US-CA", "2026-06-19"), ("SK", "2026-09-15"), ("SK", "2025-11-17"), ("PL", "2024-12-24"),
        ("IE", "2022-02-07"), ("DK", "2024-04-26"), ("NL", "2026-04-03"),
    ]) func isAWorkingDay(calendar: String, day: String) throws {
        #expect(try CalendarBook().calendar(calendar).rest(on: try #require(CivilDate(day))) == nil)
    }
}
