import AuditLedger
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import HabeasHTTP
@testable import RightsEngine

/// Jobs, switches, notices that came back, and the audit log.
@Suite struct APIQueueAndAuditTests {
    @Test func jobsAreListedReadAndRetried() async throws {
        try await APIBench.with { api in
            let admin = try await api.token(.admin)
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            _ = try await api.opened(support, 1)
            try await api.database.run(
                "UPDATE habeas.job SET state = 'dead', ended_at = now(), error = 'x' WHERE request_id = '\(id)'")
            let dead = try await api.call(.get, "/v1/jobs?state=dead", admin)
            let page = try await api.call(.get, "/v1/jobs?limit=1", admin)
            let next = try await api.call(
                .get, "/v1/jobs?limit=1&cursor=\(try #require(page.text("next_cursor")))", admin)
            let job = try #require(dead.items.first?["id"] as? String)
            let one = try await api.call(.get, "/v1/jobs/\(job)", support)
            let wrong = try await api.act("/v1/jobs/\(job)/retry", support)
            let retried = try await api.act("/v1/jobs/\(job)/retry", admin)
            let again = try await api.act("/v1/jobs/\(job)/retry", admin)
            let unknown = try await api.call(.get, "/v1/jobs/0199a1c2-7d3e-7abc-8def-0123456789ab", admin)

            #expect(dead.items.count == 1)
            #expect(page.items.first?["id"] as? String != next.items.first?["id"] as? String)
            #expect(one.text("kind") == "mail")
            #expect(wrong.status == .forbidden)
            #expect(retried.text("state") == "waiting")
            #expect(again.status == .conflict)
            #expect(unknown.code == "not-found")
        }
    }

    @Test func theQueueHasSwitches() async throws {
        try await APIBench.with { api in
            let admin = try await api.token(.admin)
            let paused = try await api.act("/v1/queue/webhook/pause", admin)
            let all = try await api.act("/v1/queue/all/pause", admin)
            let queue = try await api.call(.get, "/v1/queue", admin)
            let resumed = try await api.act("/v1/queue/webhook/resume", admin)
            let after = try await api.call(.get, "/v1/queue", admin)
            let unknown = try await api.act("/v1/queue/tea/pause", admin)

            #expect(paused.json["paused"] as? Bool == true)
            #expect(all.status == .ok)
            #expect(queue.json["paused"] as? [String] == ["all", "webhook"])
            #expect(resumed.json["paused"] as? Bool == false)
            #expect(after.json["paused"] as? [String] == ["all"])
            #expect(unknown.status == .notFound)
        }
    }

    /// FAILURES F17: a notice that came back is seen, and told to the operators.
    @Test func aMailThatCameBackIsReported() async throws {
        try await APIBench.with { api in
            let admin = try await api.token(.admin)
            let id = try await api.opened(try await api.token(.support))
            let detail = try await api.call(.get, "/v1/requests/\(id)", admin)
            let notice = try #require((detail.json["notices"] as? [[String: Any]])?.first?["id"] as? String)
            let bounced = try await api.act("/v1/notices/\(notice)/bounce", admin)
            let entry = try await api.database.query(
                "SELECT facts FROM habeas.audit_entry WHERE action = 'notice.bounced'")

            #expect(bounced.text("state") == "bounced")
            #expect(entry.first?[0]?.contains("T-1042") == true)
        }
    }

    @Test func theAuditLogIsPagedFilteredAndExported() async throws {
        try await APIBench.with { api in
            let auditor = try await api.token(.auditor)
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            for person in 1..<4 { _ = try await api.opened(support, person) }
            var seen: [Int] = []
            var path: String? = "/v1/audit?limit=3"
            while let next = path {
                let page = try await api.call(.get, next, auditor)
                seen += page.items.compactMap { $0["seq"] as? Int }
                path = page.text("next_cursor").map { "/v1/audit?limit=3&cursor=\($0)" }
            }
            let one = try await api.call(.get, "/v1/audit?request=\(id)", auditor)
            let newest = try await api.call(.get, "/v1/audit?order=newest&limit=1", auditor)
            let before = try await api.call(
                .get, "/v1/audit?newest&order=newest&limit=1", auditor)
            let older = try await api.call(
                .get, "/v1/audit?order=newest&limit=1&cursor=\(try #require(newest.text("next_cursor")))", auditor)
            let action = try await api.call(.get, "/v1/audit?action=request.opened", auditor)
            let export = try await api.call(.get, "/v1/audit/export", auditor)
            let lines = export.text.split(separator: "\n").map(String.init)
            let report = try AuditExportVerifier.verify(keys: try api.keys.rawKeys()) {
                try $0(Array(export.text.utf8))
            }

            #expect(seen == Array(1...(seen.last ?? 0)))
            #expect(one.items.count == 2)
            #expect(newest.items.first?["seq"] as? Int == seen.last)
            #expect(before.status == .badRequest)
            #expect(older.items.first?["seq"] as? Int == (seen.last ?? 0) - 1)
            #expect(action.items.count == 4)
            #expect(export.headers[.contentType] == "application/jsonl")
            // The header, the entry on this export, the checkpoint that signs it, the end.
            #expect(lines.count == seen.count + 4)
            #expect(report.isSound && report.isComplete)
            #expect(!export.text.contains("@"))
        }
    }

    @Test func theEvidenceOfARequestIsDownloaded() async throws {
        try await APIBench.with { api in
            let auditor = try await api.token(.auditor)
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            let pack = try await api.call(.get, "/v1/requests/\(id)/evidence", auditor)
            let refused = try await api.call(.get, "/v1/requests/\(id)/evidence", support)
            let narrow = try await api.token(.auditor, scopes: [.readAudit])
            let half = try await api.call(.get, "/v1/requests/\(id)/evidence", narrow)
            let unknown = try await api.call(
                .get, "/v1/requests/0199a1c2-7d3e-7abc-8def-0123456789ab/evidence", auditor)
            let address = try await api.address()

            #expect(pack.status == .ok && pack.headers[.contentType] == "application/zip")
            #expect(pack.headers[.contentDisposition] == "attachment; filename=\"evidence-\(id).zip\"")
            #expect(Array(pack.body.readableBytesView.prefix(2)) == Array("PK".utf8))
            #expect(!pack.text.contains(address))
            #expect(refused.status == .forbidden && half.status == .forbidden)
            #expect(unknown.status == .notFound)
        }
    }

    @Test func aLongTimelineEndsThoughReadingItIsAnEntry() async throws {
        try await APIBench.with { api in
            let support = try await api.token(.support)
            let id = try await api.opened(support)
            var pages = 0
            var path: String? = "/v1/requests/\(id)/timeline?limit=1"
            while let next = path, pages < 20 {
                let page = try await api.call(.get, next, support)
                pages += 1
                path = page.text("next_cursor").map { "/v1/requests/\(id)/timeline?limit=1&cursor=\($0)" }
            }

            #expect(pages == 3)
        }
    }
}
