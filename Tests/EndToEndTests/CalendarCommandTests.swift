import Foundation
import PostgresTestKit
import Testing

/// `habeas calendar` as its users meet it: without settings, keys or a database.
@Suite struct CalendarCommandTests {
    @Test func listsTheCalendars() async throws {
        let shown = try await Program.habeas(["calendar", "list"])
        #expect(shown.status == 0, "\(shown.errors)")
        let lines = shown.output.split(separator: "\n")
        #expect(lines.first?.hasPrefix("Calendar ") == true)
        #expect(lines.contains { $0.hasPrefix("GB-SCT ") && $0.contains("Scotland") && $0.contains("2020-2045") })

        let json = try await Program.habeas(["calendar", "list", "--json"])
        let list = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(list.count == lines.count - 1)
        let china = try #require(list.first { $0["id"] as? String == "CN" })
        #expect(china["last_year"] as? Int == 2026 && china["proclaimed_through"] as? Int == 2026)
    }

    @Test func showsAYear() async throws {
        let shown = try await Program.habeas(["calendar", "show", "GB-ENG", "--year", "2026"])
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(shown.output.contains("GB-ENG: England and Wales, 2026, proclaimed"))
        #expect(shown.output.contains("2026-12-28  Monday    Boxing Day (observed)"), "\(shown.output)")
        #expect(shown.output.contains("source: Banking and Financial Dealings Act 1971"))
        let later = try await Program.habeas(["calendar", "show", "GB-ENG", "--year", "2040"])
        #expect(later.output.contains("2040, projected by rule"))
    }

    @Test func showsWorkedWeekends() async throws {
        let shown = try await Program.habeas(["calendar", "show", "CN", "--year", "2026", "--json"])
        let year = try #require(try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
        #expect((year["worked_weekends"] as? [String])?.contains("2026-02-14") == true)
        #expect(year["is_projected"] as? Bool == false)
        #expect((year["holidays"] as? [[String: String]])?.first?["name"] == "New Year's Day")
    }

    @Test func whatIsNotThereIsSaidPlainly() async throws {
        let unknown = try await Program.habeas(["calendar", "show", "GB"])
        #expect(unknown.status == 4 && unknown.errors.contains("is it GB-ENG, or GB-NIR, or GB-SCT?"))
        let gap = try await Program.habeas(["calendar", "show", "CN", "--year", "2027", "--json"])
        #expect(gap.status == 4 && gap.errors.contains("rules.unknown"))
        #expect(gap.errors.contains("doesn't know the holidays of 2027; it has 2020 to 2026"))
        #expect(try await Program.habeas(["calendar", "show", "DE", "--year", "soon"]).status == 64)
    }
}
