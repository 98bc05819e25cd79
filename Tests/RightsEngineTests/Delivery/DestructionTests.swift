import AuditLedger
import Foundation
import ObjectStore
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite struct DestructionTests {
    @Test func destroysKeyAndArchiveAtTheEnd() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1], [2]])
            sample.clock.pass(.days(13))
            let early = try await sample.engine.destroyDueArchives()
            sample.clock.pass(.days(2))
            let late = try await sample.engine.destroyDueArchives()
            let again = try await sample.engine.destroyDueArchives()

            #expect(early == [] && late == [download.request] && again == [])
            #expect(try sample.files == [])
            let request = try await sample.request(download.request)
            #expect(request.state == .expired && request.outcome == "not-fetched")
            let actions = try await sample.actions(of: download.request)
            #expect(actions.count { $0 == "archive.destroyed" } == 1)
            #expect(try await sample.notices(of: download.request).last == "archive-destroyed")
        }
    }

    @Test func aFetchedOneIsFulfilledAtTheEnd() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([DeliverySample.bytes(5000)])
            try await sample.fetch(download)
            sample.clock.pass(.days(15))
            try await sample.engine.destroyDueArchives()

            let request = try await sample.request(download.request)
            #expect(request.state == .fulfilled && request.closedAt == sample.clock.now)
            #expect(try await !sample.notices(of: download.request).contains("archive-destroyed"))
            let receipt = try #require(try await sample.engine.downloads(of: download.request).first)
            #expect(receipt.isComplete && receipt.completedAt != nil)
        }
    }

    @Test func aWithdrawnOneIsDestroyedAtOnce() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1]])
            try await sample.cancel(download.request)
            let destroyed = try await sample.engine.destroyDueArchives()

            #expect(destroyed == [download.request])
            #expect(try sample.files == [])
            #expect(try await sample.request(download.request).state == .cancelled)
        }
    }

    @Test func aRenewedOneStays() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1]])
            sample.clock.pass(.days(13))
            _ = try await sample.renew(download.link.id)
            sample.clock.pass(.days(2))

            #expect(try await sample.engine.destroyDueArchives() == [])
            #expect(try await sample.engine.landing(download.token).state == .live)
        }
    }

    /// A process that was killed after the key, after the object, between two parts, before the row.
    @Test(arguments: 0..<4) func finishesWhatAKilledProcessBegan(step: Int) async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1], [2]])
            let objects = try await sample.objects(of: download.request)
            switch step {
            case 0:
                let key = "\(sample.engine.settings.archives)/\(objects[0]).key"
                let text = try String(contentsOfFile: key, encoding: .utf8)
                try text.replacing("\"sealed\"", with: "\"destroyed\"").write(
                    toFile: key, atomically: true, encoding: .utf8)
            case 1: _ = try sample.store.destroy(objects[0])
            case 2: for object in objects { _ = try sample.store.destroy(object) }
            default: break
            }
            sample.clock.pass(.days(15))
            // Two processes at once.
            async let one = sample.engine.destroyDueArchives()
            async let two = sample.engine.destroyDueArchives()
            let destroyed = try await one + two

            #expect(destroyed == [download.request])
            #expect(try sample.files == [])
            #expect(try await sample.actions(of: download.request).count { $0 == "archive.destroyed" } == 1)
        }
    }

    @Test func oneThatCannotBeDestroyedIsToldAndStopsNoOther() async throws {
        try await DeliverySample.with { sample in
            let stuck = try await sample.ready([[1]])
            let other = try await sample.ready([[2]], person: "user:2")
            let object = try #require(try await sample.objects(of: stuck.request).first)
            let key = "\(sample.engine.settings.archives)/\(object).key"
            try FileManager.default.removeItem(atPath: key)
            sample.clock.pass(.days(15))
            await #expect(throws: (any Error).self) { try await sample.engine.destroyDueArchives() }

            #expect(try await sample.request(other.request).state == .expired)
            #expect(try await sample.request(stuck.request).state == .ready)
            #expect(try await !sample.actions(of: stuck.request).contains("archive.destroyed"))
        }
    }

    @Test func warnsOnceBeforeEachEnd() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([[1]])
            try await sample.engine.warnOfEndingLinks()
            sample.clock.pass(.seconds(6 * 86_400 + 3600))
            for _ in 0..<3 { try await sample.engine.warnOfEndingLinks() }
            let once = try await sample.notices(of: download.request).count { $0 == "archive-expires-soon" }
            _ = try await sample.renew(download.link.id)
            try await sample.engine.warnOfEndingLinks()
            sample.clock.pass(.seconds(6 * 86_400 + 3600))
            try await sample.engine.warnOfEndingLinks()
            let twice = try await sample.notices(of: download.request).count { $0 == "archive-expires-soon" }

            #expect(once == 1)
            #expect(twice == 2)
        }
    }
}

extension DeliverySample {
    /// Names in the folder of archives.
    var files: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: engine.settings.archives) } }
}
