import Foundation
import HTTPTypes
import HummingbirdTesting
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// The dashboard, the calendar and the report through the API.
@Suite struct APIDashboardTests {
    @Test func countsAndListsWhatIsOpen() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            _ = try await api.opened(support, 1, right: "export")
            let all = try await api.call(.get, "/v1/dashboard?due_within=40", support)
            let one = try await api.call(.get, "/v1/dashboard?right=access&bucket=waiting_for_person", support)
            let mine = try await api.call(.get, "/v1/dashboard?assignee=me", support)
            let wrong = try await api.call(.get, "/v1/dashboard?due_within=-1", support)
            let stranger = try await api.call(
                .get, "/v1/dashboard", api.token(.auditor, scopes: [.readAudit]))

            let counts = try #require(all.json["counts"] as? [String: Int])
            #expect(counts["open"] == 2 && counts["waiting_for_person"] == 2 && counts["overdue"] == 0)
            #expect(all.json["due_within"] as? Int == 2)
            let urgent = try #require(one.json["urgent"] as? [[String: Any]])
            #expect(urgent.map { $0["id"] as? String } == [id])
            #expect(urgent[0]["next_step"] as? String == "remind, or refuse when the period ends")
            #expect((mine.json["counts"] as? [String: Int])?["open"] == 0)
            #expect(wrong.status == .badRequest && stranger.status == .forbidden)
        }
    }

    /// What never matches anything would look like peace.
    @Test func refusesALawWithoutRules() async throws {
        try await APIBench.with { api in
            let compliance = try await api.token(.compliance)
            for path in ["dashboard?", "requests?", "calendar.ics?", "reports/yearly?year=2026&"] {
                let answer = try await api.call(.get, "/v1/\(path)regime=GDRP", compliance)
                let known = try await api.call(.get, "/v1/\(path)regime=gdpr", compliance)
                let edition = try await api.call(.get, "/v1/\(path)regime=UK-GDPR-pre-2026-02-05", compliance)

                #expect(answer.status == .unprocessableContent, "\(path) \(answer.text)")
                #expect(answer.text("code") == "input.invalid" && answer.text("hint")?.contains("GDPR") == true)
                #expect(known.status == .ok && edition.status == .ok, "\(path)")
            }
        }
    }

    /// The copy of an answered request is made again: nothing about it is late any more.
    @Test func whatWasAnsweredIsNeverLate() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support, lifetime: .days(300))
            let id = try await api.opened(support)
            _ = try await api.database.query(
                "UPDATE habeas.request SET state = 'failed', answered_at = received_at WHERE id = $1 RETURNING id", [id]
            )
            api.clock.pass(.days(60))
            let later = try await api.call(.get, "/v1/dashboard", support)
            let open = try await api.call(.get, "/v1/dashboard?bucket=open", support)

            let counts = try #require(later.json["counts"] as? [String: Int])
            #expect(counts["overdue"] == 0 && counts["at_risk"] == 0 && counts["open"] == 1)
            #expect((later.json["urgent"] as? [Any])?.isEmpty == true)
            let urgent = try #require((open.json["urgent"] as? [[String: Any]])?.first)
            #expect(urgent["days_left"] == nil && urgent["answered_at"] != nil)
        }
    }

    /// A period that ends at noon is over at noon.
    @Test func daysLeftFollowTheEndOfThePeriod() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            func left(_ minutes: Int) async throws -> Int? {
                let end = api.clock.now + .seconds(60 * minutes)
                _ = try await api.database.query(
                    "UPDATE habeas.request SET due_end = $2::timestamptz WHERE id = $1 RETURNING id", [id, end.rfc3339])
                let urgent = try await api.call(.get, "/v1/dashboard", support).json["urgent"] as? [[String: Any]]
                return urgent?.first?["days_left"] as? Int
            }
            #expect(try await left(2) == 0)
            #expect(try await left(-2) == -1)
        }
    }

    /// A day past the law's last day it is overdue, and nobody had to touch it.
    @Test func becomesOverdueByItself() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support, lifetime: .days(300))
            _ = try await api.opened(support)
            api.clock.pass(.days(60))
            let later = try await api.call(.get, "/v1/dashboard", support)

            #expect((later.json["counts"] as? [String: Int])?["overdue"] == 1)
        }
    }

    @Test func theCalendarTakesATokenOfItsOwnInItsAddress() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            let feed = try await api.token(.support, scopes: [.readCalendar])
            let calendar = try await api.call(.get, "/v1/calendar.ics?token=\(feed)", nil)
            let byHeader = try await api.call(.get, "/v1/calendar.ics", support)
            let wide = try await api.call(.get, "/v1/calendar.ics?token=\(support)", nil)
            let elsewhere = try await api.call(.get, "/v1/requests?token=\(feed)", nil)
            let reading = try await api.call(.get, "/v1/requests", feed)
            let nobody = try await api.call(.get, "/v1/calendar.ics", nil)
            let mine = try await api.call(.get, "/v1/calendar.ics?token=\(feed)&assignee=me", nil)
            let probe = try await api.call(.get, "/v1/calendar.ics?token=\(feed)&assignee=Somebody", nil)
            let named = try await api.call(.get, "/v1/calendar.ics?assignee=Somebody", support)

            #expect(calendar.status == .ok)
            #expect(calendar.headers[.contentType] == "text/calendar; charset=utf-8")
            #expect(calendar.text.contains("\r\nUID:\(id)\r\n"))
            #expect(byHeader.status == .ok)
            #expect(wide.status == .unauthorized && elsewhere.status == .unauthorized && nobody.status == .unauthorized)
            #expect(reading.status == .forbidden)
            #expect(mine.status == .ok && probe.status == .forbidden && named.status == .notFound)
            try await withFolder { folder in
                let file = "\(folder)/feed.ics"
                try calendar.text.write(toFile: file, atomically: true, encoding: .utf8)
                let judged = try await Program.run(
                    Checkout.python, ["\(Checkout.path)/Tests/Judges/calendar_feed.py", file])
                #expect(judged.status == 0, "\(judged.output)\(judged.errors)")
                #expect(judged.output.contains(id))
            }
        }
    }

    @Test func foldsAndEscapes() {
        let line = "SUMMARY:" + String(repeating: "ä", count: 60)
        let folded = CalendarFeed.folded(line)

        #expect(folded.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        #expect(folded.replacing("\r\n ", with: "") == line)
        #expect(CalendarFeed.escaped("a,b;c\\d\ne") == "a\\,b\\;c\\\\d\\ne")
    }

    @Test func reportsAYearFromTheAuditChain() async throws {
        try await APIBench.with { api in
            let compliance = try await api.token(.compliance)
            let id = try await api.opened(compliance)
            _ = try await api.call(
                .post, "/v1/requests/\(id)/withdraw", compliance, ["ticket": "T-1", "reason": "person-asked"])
            _ = try await api.opened(compliance, 1)
            let year = api.clock.now.utcDate.year
            let report = try await api.call(.get, "/v1/reports/yearly?year=\(year)", compliance)
            let none = try await api.call(.get, "/v1/reports/yearly?year=2001&regime=ccpa", compliance)
            let support = try await api.call(.get, "/v1/reports/yearly?year=2026", api.token(.support))

            let total = try #require(report.json["total"] as? [String: Any])
            #expect(total["received"] as? Int == 2)
            #expect(total["withdrawn"] as? Int == 1 && total["open"] as? Int == 1)
            #expect((none.json["total"] as? [String: Any])?["received"] as? Int == 0)
            #expect(support.status == .forbidden)
        }
    }

    @Test func metricsCountPerLawAndState() async throws {
        try await APIBench.withEngine { _, engine, keys, clock, _ in
            let registry = MetricsRegistry()
            let metrics = DeadlineMetrics(registry, engine: engine)
            await metrics.refresh()

            #expect(registry.text().contains("habeas_requests_counted_timestamp_seconds"))
            #expect(registry.text().contains("\nhabeas_holds_review_overdue 0"))
        }
    }
}
