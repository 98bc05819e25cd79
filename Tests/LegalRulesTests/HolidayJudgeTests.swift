import Foundation
import PostgresTestKit
import RightsCore
import Testing

@testable import LegalRules

/// What other people's lists of holidays say of ours (Tests/Judges/holidays_check.py).
@Suite struct HolidayJudgeTests {
    /// A calendar's days, as the judge reads them.
    private struct Days: Encodable {
        let first: Int
        let last: Int
        let weekend: [Int]
        let holidays: [String]
        let worked: [String]

        init(_ calendar: HolidayCalendar, years: ClosedRange<Int>) {
            let years = years.clamped(to: calendar.years)
            (first, last) = (years.lowerBound, years.upperBound)
            weekend = calendar.weekend.map(\.rawValue).sorted()
            holidays = calendar.holidays.keys.filter { years.contains($0.year) }.sorted().map(\.description)
            worked = calendar.workedWeekends.filter { years.contains($0.year) }.sorted().map(\.description)
        }
    }

    @Test func everyDisagreementIsKnownAndStillThere() async throws {
        let book = try CalendarBook()
        var days: [String: Days] = [:]
        for header in book.headers { days[header.id] = Days(try book.calendar(header.id), years: 2020...2027) }
        let json = try JSONEncoder().encode(days)
        let outcome = try await withFolder { folder in
            let file = "\(folder)/days.json"
            try json.write(to: URL(fileURLWithPath: file))
            return try await Program.run(
                Checkout.python, ["\(Checkout.path)/Tests/Judges/holidays_check.py", file])
        }
        print(outcome.output)
        #expect(outcome.status == 0, "\(outcome.errors)")
    }
}
