import AuditLedger
import BackupTruth
import Erasing
import ErasureLedger
import Foundation
import PostgresTestKit
import RequestLedger
import RightsCore
import Testing

@testable import RightsEngine

/// What people, operators and the certificate hear of copies in backups, from the erasure to the last byte.
@Suite struct BackupDutyTests {
    @Test func thePersonIsToldTheDayAndTheEnd() async throws {
        try await ErasureBench.with(copies: [ErasureBench.snapshots]) { bench in
            let id = try await erased(bench)
            let told = try #require(try await bench.watch(id)?.toldUntil)
            let certificate = try await bench.certificate(of: id)
            #expect(certificate.backups == [.init(name: "snapshots", until: told)])
            #expect(told.days(since: bench.engine.today) == 17, "a week until the purge, and ten days of life")

            try await bench.engine.lookAtBackups(bench.tools)
            #expect(try await bench.watch(id)?.standing == "can_resurrect")
            #expect(try await bench.letters(about: id).filter { $0.hasPrefix("backups") } == [])

            // The purge is late: the day moves, and the operators hear of it.
            bench.work.clock.advance(by: .days(21))
            try await bench.engine.lookAtBackups(bench.tools)
            let late = try #require(try await bench.watch(id))
            #expect(late.standing == "may_hold_bytes" && late.stage == "warn")
            #expect(late.toldUntil?.days(since: bench.engine.today) == 10)
            #expect(try await bench.letters(about: id).filter { $0.hasPrefix("backups") } == ["backups-moved"])
            #expect(try await bench.work.value("SELECT count(*) FROM habeas.notice WHERE kind = 'backups-late'") == "1")

            try await bench.purge()
            bench.work.clock.advance(by: .days(11))
            try await bench.engine.lookAtBackups(bench.tools)
            #expect(try await bench.watch(id)?.standing == "purged")
            #expect(try await bench.certificate(of: id).backups == [])
            #expect(
                try await bench.letters(about: id).filter { $0.hasPrefix("backups") } == [
                    "backups-moved", "backups-gone",
                ])
            // Somebody who had copies hasn't answered yet: it isn't fulfilled.
            #expect(try await bench.work.request(id).state == .erasedWithRetention)
            _ = try await bench.work.value(
                "UPDATE habeas.recipient_duty SET state = 'acknowledged', ended_at = now(), box = NULL RETURNING '1'")
            bench.work.clock.advance(by: .days(1))
            try await bench.engine.lookAtBackups(bench.tools)
            #expect(try await bench.work.request(id).state == .fulfilled)
            #expect(try await bench.letters(about: id).filter { $0 == "backups-gone" }.count == 1)
            try await bench.engine.lookAtBackups(bench.tools)
        }
    }

    /// A restore brought them back and a replay erased them again: what was copied in between holds them.
    @Test func whoWasErasedAgainAfterARestoreIsWatchedFromThenOn() async throws {
        try await ErasureBench.with(copies: [ErasureBench.snapshots]) { bench in
            let id = try await erased(bench)
            try await bench.purge()
            bench.work.clock.advance(by: .days(11))
            try await bench.engine.lookAtBackups(bench.tools)
            #expect(try await bench.watch(id)?.standing == "purged")

            try await bench.replayed(system: 77, timeline: 2, position: "0/5000")
            bench.work.clock.advance(by: .days(1))
            try await bench.engine.lookAtBackups(bench.tools)
            let again = try #require(try await bench.watch(id))
            #expect(again.standing == "can_resurrect")
            #expect(again.toldUntil?.days(since: bench.engine.today) == 16, "a week and ten days from the replay")
            #expect(try await bench.certificate(of: id).backups?.map(\.name) == ["snapshots"])

            // The purge of before says nothing of the server that was restored.
            bench.work.clock.advance(by: .days(12))
            try await bench.engine.lookAtBackups(bench.tools)
            #expect(try await bench.watch(id)?.standing == "may_hold_bytes")
        }
    }

    /// A timeline's number may stand for several branches: only the last point of each counts, and none where it is known to.
    @Test func pointsOfOneTimelineCountByTheLast() async throws {
        try await ErasureBench.with(copies: [ErasureBench.snapshots]) { bench in
            let id = try await erased(bench)
            let own = try await bench.tools.eraser.position()
            func points() async throws -> [String] {
                let look = try await BackupLook.take(
                    try #require(bench.tools.backups), bench.tools, at: bench.engine.now())
                return try await look.parts(of: bench.runs(of: id)).flatMap(\.erased).map {
                    "\($0.system == UInt64(own.systemIdentifier)! ? "own" : "\($0.system)") \($0.timeline) \($0.position)"
                }
            }
            let first = try await points()
            #expect(first.count == 1 && first[0].hasPrefix("own 1 "))
            try await bench.replayed(system: 77, timeline: 2, position: "0/9000")
            try await bench.replayed(system: 77, timeline: 2, position: "0/5000")
            #expect(try await points() == first + ["77 2 0/9000"])
            try await bench.replayed(system: 77, timeline: 2, position: nil)
            #expect(try await points() == first)
            try await bench.replayed(system: UInt64(own.systemIdentifier)!, timeline: 1, position: nil)
            #expect(try await points() == [])
            try await bench.replayed(system: 77, timeline: 3, position: "0/A000")
            #expect(try await points() == ["77 3 0/A000"])
        }
    }

    @Test func withoutDeclaredCopiesNothingIsPromised() async throws {
        try await ErasureBench.with { bench in
            let id = try await erased(bench)
            try await bench.engine.lookAtBackups(bench.tools)
            #expect(try await bench.watch(id) == nil)
            #expect(try await bench.certificate(of: id).backups == nil)
        }
    }

    private func erased(_ bench: ErasureBench) async throws -> RequestID {
        let id = try await bench.ask()
        try await bench.untilPlanned(id)
        try await bench.approve(id)
        try await bench.untilState(.erasedWithRetention, .failed, .partial, of: id)
        return id
    }
}

extension ErasureBench {
    /// Attested copies of ten days; with a week until the purge, and the ledger's margin, 47.
    static let snapshots = DeclaredCopy(
        name: "snapshots",
        source: .attestation(
            Attestation(
                who: "platform team", what: "nightly snapshots", expiresAfterDays: 10,
                validUntil: CivilDate("2099-12-31")!)),
        policy: CopyPolicy(.age(days: 10)))

    fileprivate func watch(_ id: RequestID) async throws -> BackupWatch? {
        try await engine.control.connection { try await $0.backupWatch(of: id) }
    }

    fileprivate func letters(about id: RequestID) async throws -> [String] {
        let rows = try await work.database.query(
            "SELECT kind FROM habeas.notice WHERE request_id = $1::uuid ORDER BY made_at, id", [id.text])
        return rows.compactMap { $0[0] }
    }

    fileprivate func runs(of id: RequestID) async throws -> [ErasureRunRecord] {
        try await engine.control.connection { try await $0.runs(of: id) }
    }

    /// What `habeas replay` writes into the ledger at its end.
    fileprivate func replayed(system: UInt64, timeline: UInt32, position: String?) async throws {
        let run = ErasureRunID(naming: "test", "\(system)", "\(timeline)", position ?? "")
        let everybody = LedgerSubject(
            kind: "everybody", keyID: tools.keys.subjectKeyID,
            hash: tools.keys.subjectHash(kind: "everybody", key: run.text))
        let place = StorePlace(system: system, timeline: timeline, position: position.flatMap { LogPosition($0) })
        _ = try await tools.ledger().append(
            LedgerDraft(.databaseReplayed, run: run, store: tools.service, subject: everybody, place: place),
            at: engine.now())
    }

    /// What `habeas purge run` writes when every table got to the last level.
    fileprivate func purge() async throws {
        let position = try await tools.eraser.position()
        _ = try await product.query(
            """
            INSERT INTO habeas_local.purge_run
                (level, rewriting, tables, system_identifier, timeline, covers, horizon, ended_at, purged_at)
            VALUES ('physical', 'vacuum-full', '{}', $1, $2, $3, '0', to_timestamp($4::bigint / 1000000.0), $3)
            """,
            [
                position.systemIdentifier, String(position.timeline), position.lsn,
                String(engine.now().microseconds),
            ])
    }
}
