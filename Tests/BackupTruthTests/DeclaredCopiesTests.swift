import PostgresTestKit
import RightsCore
import Testing

@testable import BackupTruth

/// The copies as they stand in the settings.
@Suite struct DeclaredCopiesTests {
    @Test func theExampleOfTheDocumentationIsRead() throws {
        let page = try Checkout.text("docs/backups.md")
        let example = try #require(page.firstRange(of: "```yaml\n")).upperBound
        let rest = page[example...]
        let end = try #require(rest.firstRange(of: "```")).lowerBound
        let copies = try DeclaredCopies.read(yaml: String(rest[..<end]))

        #expect(copies.map(\.name) == ["near", "far", "barman", "weekly", "dumps", "snapshots"])
        #expect(
            copies[1]
                == DeclaredCopy(
                    name: "far",
                    source: .pgBackRest(
                        PgBackRestCopy(
                            command: ["sudo", "-n", "-u", "postgres", "pgbackrest"],
                            configuration: "/etc/pgbackrest.conf", stanza: "main", repository: 2)),
                    policy: CopyPolicy(.count(14, everyDays: 1), extraDays: 2)))
        #expect(copies[4].source == .dump(DumpCopy(path: "/srv/dumps", fileTimes: .refused)))
        #expect(copies[5].policy.days == 7)
    }

    @Test func nothingIsDeclaredWithoutTheKey() throws {
        #expect(try DeclaredCopies.read(yaml: "map: map.yaml\n").isEmpty)
        #expect(try DeclaredCopies.read(yaml: "").isEmpty)
    }

    @Test(arguments: [
        ("- kind: dump", "backups: expected names"), ("a: {kind: tape}", "backups.a.kind: expected one of"),
        ("a: {kind: dump, path: /d}", "backups.a: “policy” is missing"),
        ("a: {kind: dump, path: d, policy: {age: 7 days}}", "backups.a.path: expected an absolute path"),
        ("a: {kind: dump, path: /d, policy: {age: 7}}", "backups.a.policy.age: expected days"),
        ("a: {kind: dump, path: /d, policy: {age: 7 days, every: 1 day}}", "“every” belongs to"),
        ("a: {kind: dump, path: /d, policy: {age: 7 days, count: 2}}", "expected one of “count”"),
        ("a: {kind: dump, path: /d, polcy: {age: 7 days}}", "unknown key “polcy”"),
        ("a: {kind: pgbackrest, stanza: '--repo=2', policy: {count: 2, every: 1 day}}", "expected letters"),
        ("a: {kind: pgbackrest, stanza: 'a;b', policy: {count: 2, every: 1 day}}", "expected letters"),
        ("a: {kind: pgbackrest, stanza: a, repository: 0, policy: {count: 2, every: 1 day}}", "from 1 to 256"),
        ("a: {kind: pgbackrest, stanza: a, policy: {count: 2}}", "“every” is missing"),
        ("a b: {kind: dump, path: /d, policy: {age: 7 days}}", "a copy's name"),
        ("a: {kind: attestation, who: x, what: y, expires_after: 3 days, valid_until: soon}", "expected a day"),
        (
            "a: {kind: dump, path: /d, policy: {age: 7 days}}\n  b: {kind: dump, path: /d, policy: {age: 8 days}}",
            "declared already, as “a”"
        ),
    ])
    func mistakesAreNamedWithTheirPlace(text: String, message: String) throws {
        let error = try #require(throws: BackupError.self) {
            try DeclaredCopies.read(yaml: "backups:\n  \(text)\n")
        }

        #expect(error.code == .invalid && error.description.contains(message), "\(error)")
        #expect((error.line ?? 0) >= 2)
    }
}
