// What finding the erased costs beside a bare binary COPY of the same ids, in one run: `swift run -c release replay-bench`.

import AuditLedger
import BackupTruth
import DataMap
import Foundation
import PostgresAccess
import PrivatePostgres
import RightsCore
import SystemPackage

let sizes = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let runs = 5
let erased = 1000

let map = try DataMap(
    yaml: """
        habeas_map: 1
        service: crowd
        controller: { name: Crowd, contact: c@c.example, complaint_authority: the authority }
        default_regime: GDPR
        schemas: [crowd]
        row_security: optional
        subjects:
          member: { table: crowd.members, key: id, row_security: none }
        collections:
          members:
            title: members
            table: crowd.members
            category: things
            purpose: measuring
            origin: provided
            legal_basis: contract
            paths: [{ subject: member, hops: [] }]
            fields: { id: an id }
            erasure: delete
        """)

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}
func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
func shown(_ value: Double) -> String { String(format: "%.2f", value) }

func measure(_ size: Int, _ target: ConnectionTarget, _ keys: ErasureKeys) async throws {
    try await PostgresConnection.withConnection(to: target) { connection in
        try await connection.run(
            unsafeSQL: """
                DROP SCHEMA IF EXISTS crowd CASCADE;
                CREATE SCHEMA crowd;
                CREATE TABLE crowd.members AS SELECT gen_random_uuid() AS id FROM generate_series(1, \(size)) i;
                ALTER TABLE crowd.members ADD PRIMARY KEY (id);
                """)
        try await connection.run(unsafeSQL: "VACUUM ANALYZE crowd.members")
        let kind = map.subject("member")!
        let source = try KeySource(of: kind, try await connection.readCatalogue())
        let there = try await connection.query("SELECT id FROM crowd.members LIMIT \(erased / 2)").compactMap { $0[0] }
        let gone = (0..<erased / 2).map { "gone \($0)" }
        let hashes = (there + gone).map { keys.subjectHash(kind: "member", key: $0) }
        let hashing = keys.subjectHashing(kind: "member")
        var bare: [Double] = []
        var ours: [Double] = []
        for _ in 0..<runs {
            let started = ContinuousClock.now
            try await connection.startCopy(query: "SELECT id FROM crowd.members")
            var bytes = 0
            while let batch = try await connection.nextBatch() { bytes += batch.count }
            bare.append(seconds(ContinuousClock.now - started))
            let begun = ContinuousClock.now
            let (found, rows) = try await SubjectMatcher().find(hashes, in: source, hashedBy: hashing, on: connection)
            ours.append(seconds(ContinuousClock.now - begun))
            guard rows == size, found.count == min(size, erased / 2) else {
                print("failed: \(found.count) of \(erased / 2) found in \(rows)")
                exit(1)
            }
        }
        print("\(size) ids, \(erased) hashes; medians of \(runs), interleaved")
        print("  bare binary COPY of the ids, thrown away: \(shown(median(bare))) s")
        print(
            "  finding the erased: \(shown(median(ours))) s, ratio \(shown(median(ours) / median(bare))) (wanted 1.6)")
    }
}

let state = FilePath("/tmp/habeas-replay-bench-\(ProcessInfo.processInfo.processIdentifier)")
try FileManager.default.createDirectory(atPath: state.string, withIntermediateDirectories: true)
let cluster = try PrivateCluster(state: state)
do {
    try await cluster.start()
    _ = try KeyRing.create(folder: "\(state)/keys", now: Instant(microseconds: 0))
    let keys = try ErasureKeys(folder: "\(state)/keys")
    for size in sizes.isEmpty ? [1_000_000, 10_000_000] : Array(sizes) {
        try await measure(size, ConnectionTarget(cluster.connectionString), keys)
    }
} catch {
    print("failed: \(error)")
}
try await cluster.stop()
try FileManager.default.removeItem(atPath: cluster.base.string)
try? FileManager.default.removeItem(atPath: state.string)
