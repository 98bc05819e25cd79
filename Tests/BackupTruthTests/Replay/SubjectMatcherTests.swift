import AuditLedger
import BackupTruth
import DataMap
import Foundation
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// The erased are found among all keys by what was hashed of them, whatever the key's type.
@Suite struct SubjectMatcherTests {
    private static func map(_ key: String, many: Bool = false) throws -> DataMap {
        try DataMap(
            yaml: """
                habeas_map: 1
                service: crowd
                controller: { name: C, contact: c@c.example, complaint_authority: a }
                default_regime: GDPR
                schemas: [crowd]
                row_security: optional
                subjects:
                  member: { table: crowd.members, key: \(key), row_security: none }
                collections:
                  members:
                    title: m
                    table: crowd.members
                    category: c
                    purpose: p
                    origin: provided
                    legal_basis: contract
                    paths: [{ subject: member, hops: [] }]
                    fields: { a: t, b: t }
                    erasure: delete
                """)
    }

    /// Type of the columns, what fills them, and how many parts the key has.
    @Test(arguments: [
        ("uuid", "md5(i::text)::uuid", "a"), ("bigint", "i * 7919 - 30000", "a"), ("int", "-i", "a"),
        ("smallint", "i - 10000", "a"), ("text", "'k ' || i || ',\\'", "a"), ("numeric", "i / 8.0", "a"),
        ("text", "'p,' || i || '\\'", "[a, b]"), ("bigint", "i", "[a, b]"),
    ])
    func everyTypeOfKeyIsFound(_ type: String, _ filling: String, _ key: String) async throws {
        try await TestCluster.withDatabase { database in
            try await withFolder { folder in
                _ = try KeyRing.create(folder: folder, now: Instant(microseconds: 0))
                let keys = try ErasureKeys(folder: folder)
                let map = try Self.map(key)
                let kind = try #require(map.subject("member"))
                try await database.run(
                    """
                    CREATE SCHEMA crowd;
                    CREATE TABLE crowd.members AS SELECT (\(filling))::\(type) AS a, (\(filling))::\(type) AS b
                      FROM generate_series(1, 20000) i;
                    ALTER TABLE crowd.members ADD PRIMARY KEY (a, b), ALTER a DROP NOT NULL;
                    """.replacing(", ALTER a DROP NOT NULL", with: ""))
                let isOne = key == "a"
                let texts = try await database.query("SELECT a::text FROM crowd.members ORDER BY random() LIMIT 300")
                    .compactMap { $0[0] }
                let written = texts.map { text in
                    let part = text.replacing("\\", with: "\\\\").replacing(",", with: "\\,")
                    return isOne ? text : "\(part),\(part)"
                }
                let strangers = (1...300).map { keys.subjectHash(kind: "member", key: "stranger \($0)") }
                let hashes = written.map { keys.subjectHash(kind: "member", key: $0) } + strangers

                let (found, rows) = try await PostgresConnection.withConnection(to: database.target()) { connection in
                    let source = try KeySource(of: kind, try await connection.readCatalogue())
                    return try await SubjectMatcher().find(
                        hashes, in: source, hashedBy: keys.subjectHashing(kind: "member"), on: connection)
                }

                #expect(rows == 20_000)
                #expect(Set(found.map(\.key)) == Set(written) && found.count == 300)
                #expect("\(found[0])" == "<personal>")
            }
        }
    }

    @Test func hashesOfManyAreThoseOfOne() async throws {
        try await withFolder { folder in
            _ = try KeyRing.create(folder: folder, now: Instant(microseconds: 0))
            let keys = try ErasureKeys(folder: folder)
            for text in ["", "1", String(repeating: "x", count: 200)] {
                let key = Array(text.utf8)
                let digest = unsafe keys.recordHashing(collection: "notes").digest(of: key.span.bytes)
                #expect(digest.hash == keys.recordHash(collection: "notes", key: text))
            }
        }
    }
}
