import AuditLedger
import Foundation
import PostgresAccess
import PostgresTestKit
import RequestLedger
import RightsCore

/// A control database with a chain, keys, and a folder of archives.
struct AuditSample: Sendable {
    static let moment = Instant(microseconds: 1_790_000_000_000_000)
    static let request = RequestID("0190aaaa-0000-7000-8000-000000000001")
    static let subject = Hash256([UInt8](repeating: 7, count: 32))

    let database: TestDatabase
    let folder: String
    let ring: KeyRing
    var archives: String { "\(folder)/archives" }
    var copies: CheckpointCopies { CheckpointCopies(archives: archives) }
    var checkpoints: AuditCheckpoints { AuditCheckpoints(keys: ring, archives: archives) }

    /// Lends a fresh one.
    static func with(_ body: (AuditSample) async throws -> Void) async throws {
        try await TestCluster.withDatabase { database in
            try await withFolder { folder in
                let ring = try KeyRing.create(folder: "\(folder)/keys", now: moment)
                let sample = AuditSample(database: database, folder: folder, ring: ring)
                try await sample.migrate()
                try await body(sample)
            }
        }
    }

    private func migrate() async throws {
        _ = try await PostgresConnection.withConnection(to: database.target()) {
            try await Migrator.migrate($0, controlRole: "habeas_control", password: nil)
        }
    }

    /// Works as the service does.
    func asService<Value>(
        _ body: (PostgresConnection) async throws -> sending Value
    ) async throws -> sending Value {
        try await PostgresConnection.withConnection(to: database.target(as: "habeas_control"), body)
    }

    /// Appends entries of several shapes.
    func append(_ count: Int) async throws {
        try await asService { connection in
            for index in 0..<count { try await connection.append(Self.entry(index)) }
        }
    }

    static func entry(_ index: Int) -> AuditEntry {
        switch index % 3 {
        case 0:
            AuditEntry(
                .requestOpened, by: .person, request: request, subject: subject,
                ["right": .code("access"), "number": .number(index), "at": .instant(moment)])
        case 1: AuditEntry(.signInRefused, by: .system)
        default: AuditEntry(.linkIssued, by: .operator("0123456789abcdef"), request: request, ["again": .flag(true)])
        }
    }

    func sign() async throws -> AuditCheckpoint? {
        try await asService { try await checkpoints.sign(on: $0, now: Self.moment) }
    }

    func verify(copies: Bool = true) async throws -> AuditReport {
        let keys = try ring.rawKeys()
        return try await asService {
            try await AuditLog.verify(on: $0, keys: keys, copies: copies ? self.copies : nil)
        }
    }

    func prune() async throws -> AuditPruning.Outcome? {
        let pruning = try AuditPruning(keys: ring, archives: archives)
        return try await asService { try await pruning.run(by: .system, on: $0, now: Self.moment) }
    }

    /// The export's text.
    func export() async throws -> String {
        let ring = ring
        let bytes = try await asService { connection in
            var bytes: [UInt8] = []
            _ = try await AuditExport.write(from: connection, keys: ring, now: Self.moment) { bytes += $0 }
            return bytes
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// As a superuser who knows the chain: gives every entry from a number on a hash that fits, and the head too.
    func rechain(from seq: Int) async throws {
        try await database.run(
            """
            DO $$ DECLARE e habeas.audit_entry; before bytea; BEGIN
                SELECT hash INTO before FROM habeas.audit_entry WHERE seq < \(seq) ORDER BY seq DESC LIMIT 1;
                before := coalesce(before, decode(repeat('00', 32), 'hex'));
                FOR e IN SELECT * FROM habeas.audit_entry WHERE seq >= \(seq) ORDER BY seq LOOP
                    e.hash := sha256(convert_to(habeas.audit_text(e.seq, e.at, e.action, e.actor, e.request_id,
                        e.subject_hash, e.facts, before), 'UTF8'));
                    UPDATE habeas.audit_entry SET previous = before, hash = e.hash WHERE seq = e.seq;
                    before := e.hash;
                END LOOP;
                UPDATE habeas.audit_head SET (seq, at, hash) =
                    (SELECT seq, at, hash FROM habeas.audit_entry ORDER BY seq DESC LIMIT 1);
            END $$
            """)
    }

    /// Makes the first entries so many months older, hashes included.
    func age(through seq: Int, months: Int) async throws {
        try await database.run(
            "UPDATE habeas.audit_entry SET at = at - make_interval(months => \(months)) WHERE seq <= \(seq)")
        try await rechain(from: 1)
    }
}
