import AuditLedger
import Foundation
import ObjectStore
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

@Suite struct TransferTests {
    /// Content of the first segment when it is full, and of each further one (docs/sealing.md).
    private static let first = (1 << 20) - 40 - 16
    private static let further = (1 << 20) - 16

    @Test func rangesAreByteEqualAtEverySegmentBorder() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(Self.first + 2 * Self.further + 77)
            let download = try await sample.ready([content])
            let borders = [Self.first, Self.first + Self.further, Self.first + 2 * Self.further]
            var ranges = [0..<1, content.count - 1..<content.count, 0..<content.count, Self.first - 5..<content.count]
            for border in borders {
                ranges += [border - 1..<border, border..<border + 1, border - 1..<border + 1]
                ranges.append(border - 300_000..<border + 70)
            }

            for range in ranges {
                let got = try await sample.fetch(download, range)
                #expect(got == Array(content[range]), "\(range)")
            }
        }
    }

    /// FAILURES F19: long downloads go on where they broke off.
    @Test(arguments: [10, 50, 99])
    func resumesAfterALostConnectionAndARestart(percent: Int) async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(3_000_000)
            let download = try await sample.ready([content])
            let receiver = Receiver(losingAfter: content.count * percent / 100)
            await #expect(throws: Receiver.Lost.self) { try await sample.fetch(download, into: receiver) }
            let before = try await sample.engine.transfer(
                download.token, part: 1, secret: download.secret, keys: sample.keys)
            let first = try #require(try await sample.engine.downloads(of: download.request).first)
            let state = try await sample.request(download.request).state

            let later = try sample.restarted()
            let after = try await later.transfer(download.token, part: 1, secret: download.secret, keys: sample.keys)
            let rest = try await sample.fetch(download, receiver.bytes.count..<content.count, by: later)
            await later.control.close()

            #expect(before.entityTag == after.entityTag)
            #expect(receiver.bytes + rest == content)
            #expect(first.sent == receiver.bytes.count)
            #expect(!first.isComplete)
            #expect(state == .ready)
            let receipt = try #require(try await sample.engine.downloads(of: download.request).first)
            #expect(receipt.isComplete)
            #expect(receipt.sent == content.count)
            #expect(receipt.transfers == 2)
            #expect(receipt.method == "mailed-code")
        }
    }

    /// FAILURES F19: the receipt says complete only after the last byte of every part.
    @Test func isDeliveredOnlyWithEveryByteOfEveryPart() async throws {
        try await DeliverySample.with { sample in
            let parts = [DeliverySample.bytes(700_000), DeliverySample.bytes(900_000, seed: 2)]
            let download = try await sample.ready(parts)
            try await sample.fetch(download, part: 2)
            try await sample.fetch(download, part: 1, 1..<700_000)
            let early = try await sample.request(download.request)
            let partial = try #require(try await sample.engine.downloads(of: download.request).first)
            let counted = try await sample.engine.landing(download.token).completedDownloads
            try await sample.fetch(download, part: 1, 0..<1)

            #expect(early.state == .ready)
            #expect(partial.completeParts == 1 && partial.parts == 2 && !partial.isComplete)
            #expect(counted == 0)
            let late = try await sample.request(download.request)
            #expect(late.state == .delivered)
            #expect(late.deliveredAt == sample.clock.now)
            let landing = try await sample.engine.landing(download.token)
            #expect(landing.completedDownloads == 1)
            #expect(landing.state == .live)
        }
    }

    @Test func parallelRangesDeliverExactlyOnce() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(4_000_000)
            let download = try await sample.ready([content])
            try await withThrowingTaskGroup { group in
                for start in stride(from: 0, to: content.count, by: 500_000) {
                    group.addTask { _ = try await sample.fetch(download, start..<start + 500_000) }
                    group.addTask { _ = try await sample.fetch(download, start..<start + 500_000) }
                }
                try await group.waitForAll()
            }
            try await sample.fetch(download)

            let actions = try await sample.actions(of: download.request)
            #expect(actions.count { $0 == "download.completed" } == 1)
            let moved = try await sample.database.query(
                "SELECT count(*) FROM habeas.audit_entry WHERE facts LIKE '%\"event\":\"deliver\"%'")
            #expect(moved == [["1"]])
            let receipt = try #require(try await sample.engine.downloads(of: download.request).first)
            #expect(receipt.sent == 3 * content.count)
        }
    }

    @Test func memoryIsBoundedByThePiece() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(3_000_000)
            let download = try await sample.ready([content])
            let receiver = Receiver()
            try await sample.fetch(download, into: receiver)

            #expect(receiver.largestPiece == 256 * 1024)
        }
    }

    @Test func onlyWhatWasHandedOverCounts() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([DeliverySample.bytes(1_000_000)])
            let receiver = Receiver(losingAfter: 600_000)
            await #expect(throws: Receiver.Lost.self) { try await sample.fetch(download, into: receiver) }
            // A browser that goes away cancels the task that serves it.
            let task = Task {
                let transfer = try await sample.engine.transfer(
                    download.token, part: 1, secret: download.secret, keys: sample.keys)
                try await transfer.send(600_000..<1_000_000) { _ in withUnsafeCurrentTask { $0?.cancel() } }
            }
            _ = await task.result

            let receipt = try #require(try await sample.engine.downloads(of: download.request).first)
            #expect(receiver.bytes.count == 2 * 256 * 1024)
            #expect(receipt.sent >= receiver.bytes.count + 256 * 1024)
            #expect(try await sample.request(download.request).state == .ready)
        }
    }

    // MARK: stopping

    @Test func revocationStopsATransferInFlight() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(20 << 20)
            let download = try await sample.ready([content])
            let transfer = try await sample.engine.transfer(
                download.token, part: 1, secret: download.secret, keys: sample.keys)
            let receiver = Receiver()
            let code = try await refusal {
                try await transfer.send(0..<UInt64(content.count)) { piece in
                    try receiver.take(piece)
                    if receiver.bytes.count == piece.count { try await sample.revoke(download) }
                }
            }

            #expect(code == .linkGone)
            #expect(receiver.bytes.count <= 8 << 20)
            let receipt = try #require(try await sample.engine.downloads(of: download.request).first)
            #expect(receipt.sent == receiver.bytes.count)
            #expect(try await sample.notices(of: download.request).contains("link-revoked"))
            let again = try await refusal { try await sample.fetch(download, 0..<1) }
            #expect(again == .linkGone)
        }
    }

    @Test func aSlowTransferStopsWithinASecondOfCancellation() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(3_000_000)
            let download = try await sample.ready([content])
            let transfer = try await sample.engine.transfer(
                download.token, part: 1, secret: download.secret, keys: sample.keys)
            let receiver = Receiver()
            let code = try await refusal {
                try await transfer.send(0..<UInt64(content.count)) { piece in
                    try receiver.take(piece)
                    if receiver.bytes.count == 2 * piece.count { try await sample.cancel(download.request) }
                    sample.clock.pass(.milliseconds(600))
                }
            }

            #expect(code == .linkGone)
            #expect(receiver.bytes.count == 2 * 256 * 1024)
        }
    }

    @Test func theLinksEndStopsATransferInFlight() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([DeliverySample.bytes(3_000_000)])
            let transfer = try await sample.engine.transfer(
                download.token, part: 1, secret: download.secret, keys: sample.keys)
            let receiver = Receiver()
            let code = try await refusal {
                try await transfer.send(0..<3_000_000) { piece in
                    try receiver.take(piece)
                    sample.clock.pass(.days(8))
                }
            }

            #expect(code == .linkGone)
            #expect(receiver.bytes.count == 256 * 1024)
        }
    }

    // MARK: what isn't sent

    @Test func anotherSealingHasAnotherEntityTag() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(10_000)
            let download = try await sample.ready([content])
            let before = try await sample.engine.transfer(
                download.token, part: 1, secret: download.secret, keys: sample.keys)
            let object = try #require(try await sample.objects(of: download.request).first)
            _ = try sample.store.destroy(object)
            try sample.seal(content, as: object)
            let after = try await sample.engine.transfer(
                download.token, part: 1, secret: download.secret, keys: sample.keys)

            #expect(before.entityTag != after.entityTag)
            #expect(before.entityTag.wholeMatch(of: /"[0-9a-f]{32}"/) != nil)
            #expect(before.mediaType == "application/zip" && before.fileName == "data-1.zip")
        }
    }

    @Test func aDamagedSegmentIsNeverSentAndTold() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(3_000_000)
            let download = try await sample.ready([content])
            let object = try #require(try await sample.objects(of: download.request).first)
            try sample.flipByte(at: Self.first + 600_000, of: object)
            let receiver = Receiver()
            let code = try await refusal { try await sample.fetch(download, into: receiver) }
            let again = try await refusal { try await sample.fetch(download, Self.first..<Self.first + 1) }

            #expect(code == .archiveDamaged && again == .archiveDamaged)
            #expect(receiver.bytes == Array(content.prefix(receiver.bytes.count)))
            #expect(receiver.bytes.count <= Self.first)
            let actions = try await sample.actions(of: download.request)
            #expect(actions.count { $0 == "archive.damaged" } == 1)
            #expect(try await sample.request(download.request).state == .ready)
        }
    }

    @Test func aMissingFileIsDamageUntilItIsDestroyed() async throws {
        try await DeliverySample.with { sample in
            let download = try await sample.ready([DeliverySample.bytes(10_000)])
            let object = try #require(try await sample.objects(of: download.request).first)
            _ = try sample.store.destroy(object)
            let missing = try await refusal { try await sample.fetch(download) }
            sample.clock.pass(.days(15))
            try await sample.engine.destroyDueArchives()
            let destroyed = try await refusal { try await sample.fetch(download) }

            #expect(missing == .archiveDamaged)
            #expect(destroyed == .linkGone)
        }
    }

    @Test func needsASessionOfThisVeryLink() async throws {
        try await DeliverySample.with { sample in
            let one = try await sample.ready([DeliverySample.bytes(10_000)])
            let two = try await sample.ready([DeliverySample.bytes(10_000)], person: "user:2")
            let foreign = try await refusal {
                _ = try await sample.engine.transfer(one.token, part: 1, secret: two.secret, keys: sample.keys)
            }
            let part = try await refusal { try await sample.fetch(one, part: 2) }
            let token = try await refusal {
                _ = try await sample.engine.transfer("x", part: 1, secret: one.secret, keys: sample.keys)
            }

            #expect(foreign == .noSession)
            #expect(part == .noArchive)
            #expect(token == .linkNotFound)
        }
    }

    @Test func aSessionEndsAfterADayAndItsReceiptGoesOnWithTheNext() async throws {
        try await DeliverySample.with { sample in
            let content = DeliverySample.bytes(1_000_000)
            let download = try await sample.ready([content])
            try await sample.fetch(download, 0..<400_000)
            sample.clock.pass(.seconds(24 * 3600 + 1))
            let over = try await refusal { try await sample.fetch(download, 400_000..<1_000_000) }
            let secret = try await sample.open(download.token, continuing: download.secret)
            let next = ReadyDownload(link: download.link, token: download.token, secret: secret)
            try await sample.fetch(next, 400_000..<1_000_000)

            #expect(over == .noSession)
            #expect(secret != download.secret)
            #expect(try await sample.request(download.request).state == .delivered)
            #expect(try await sample.engine.downloads(of: download.request).count == 1)
            let old = try await refusal { try await sample.fetch(download, 0..<1) }
            #expect(old == .noSession)
        }
    }
}

extension DeliverySample {
    func revoke(_ download: ReadyDownload) async throws {
        try await engine.control.transaction {
            try await engine.revokeLink(download.link.id, by: .system, in: $0)
        }
    }

    func cancel(_ id: RequestID) async throws {
        try await engine.control.transaction { transaction in
            var request = try await engine.locked(id, in: transaction)
            try await engine.cancel(&request, by: .person, in: transaction)
        }
    }

    func objects(of request: RequestID) async throws -> [String] {
        try await database.query(
            "SELECT object FROM habeas.archive WHERE request_id = $1 AND destroyed_at IS NULL ORDER BY part",
            [request.text]
        ).compactMap { $0.first.flatMap { $0 } }
    }

    func flipByte(at offset: Int, of object: String) throws {
        let url = URL(filePath: "\(engine.settings.archives)/\(object)")
        var data = try Data(contentsOf: url)
        data[offset] ^= 1
        try data.write(to: url)
    }
}
