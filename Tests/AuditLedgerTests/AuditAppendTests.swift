import AuditLedger
import PostgresAccess
import PostgresTestKit
import RightsCore
import Testing

/// What `habeas.audit_append()` takes, and that there is no other way in.
@Suite struct AuditAppendTests {
    @Test func eightAtOnceMakeOneChainWithoutGaps() async throws {
        try await AuditSample.with { sample in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { try await sample.append(25) } }
                try await group.waitForAll()
            }
            let report = try await sample.verify()

            #expect(report.isSound && report.entries == 200 && report.first == 1 && report.last == 200)
        }
    }

    @Test func readsByPageAndFilter() async throws {
        try await AuditSample.with { sample in
            try await sample.append(9)
            try await sample.asService { connection in
                let reader = AuditReader(connection)
                let page = try await reader.page(after: 3, limit: 2)
                let byRequest = try await reader.page(AuditFilter(request: AuditSample.request))
                let byPerson = try await reader.page(AuditFilter(subject: AuditSample.subject))
                let byAction = try await reader.page(AuditFilter(action: .signInRefused))
                let latest = try await reader.latest(limit: 2)
                let since = try await reader.page(AuditFilter(since: page[0].at))
                let until = try await reader.page(AuditFilter(until: page[0].at))
                var all: [AuditRecord] = []
                try await reader.forEachPage { all += $0 }

                #expect(page.map(\.seq) == [4, 5])
                #expect(byRequest.map(\.seq) == [1, 3, 4, 6, 7, 9])
                #expect(byPerson.map(\.seq) == [1, 4, 7])
                #expect(byAction.map(\.seq) == [2, 5, 8])
                #expect(latest.map(\.seq) == [8, 9])
                #expect(since.first?.seq ?? 9 <= 4 && since.last?.seq == 9 && since.count + until.count == 9)
                #expect(all.map(\.seq) == Array(1...9) && all.allSatisfy { $0.computedHash == $0.hash })
                #expect(
                    all[0].facts
                        == #"{"at":"2026-09-21T14:13:20Z","number":"0","right":"access"}"#)
            }
        }
    }

    @Test(arguments: [
        "INSERT INTO habeas.audit_entry SELECT seq + 1, at, action, actor, request_id, subject_hash, facts, previous, hash FROM habeas.audit_entry",
        "UPDATE habeas.audit_entry SET action = 'x'", "DELETE FROM habeas.audit_entry", "TRUNCATE habeas.audit_entry",
        "UPDATE habeas.audit_head SET seq = 0", "DELETE FROM habeas.audit_head", "TRUNCATE habeas.audit_head",
        "INSERT INTO habeas.audit_checkpoint VALUES (1, 'pruned', '', decode(repeat('00', 64), 'hex'))",
        "UPDATE habeas.audit_checkpoint SET document = ''", "DELETE FROM habeas.audit_checkpoint",
        "TRUNCATE habeas.audit_checkpoint", "DROP TABLE habeas.audit_entry",
        "ALTER TABLE habeas.audit_entry DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION habeas.audit_prune(last_seq bigint) RETURNS bigint LANGUAGE sql RETURN 0",
        "DROP FUNCTION habeas.audit_append",
        "CREATE FUNCTION habeas.audit_append(text, text, uuid, bytea) RETURNS bigint LANGUAGE sql RETURN 0",
        "ALTER FUNCTION habeas.audit_append SECURITY INVOKER", "SET ROLE habeas_audit",
        "SELECT habeas.audit_prune(1)",
        "SELECT habeas.audit_record_checkpoint(9, 'standing', '', decode(repeat('00', 64), 'hex'))",
    ])
    func theServiceCanOnlyAppend(statement: String) async throws {
        try await AuditSample.with { sample in
            try await sample.append(1)
            let error = await #expect(throws: PostgresError.self) {
                try await sample.asService { try await $0.run(unsafeSQL: statement) }
            }
            let rights = try await sample.asService { try await AuditReader($0).rights() }

            #expect(["42501", "23514"].contains(error?.sqlState), "\(error?.sqlState ?? "-")")
            #expect(rights.canAppend && !rights.canChange)
        }
    }

    /// Another role that may log in sees and appends nothing.
    @Test func nobodyElseMayAppend() async throws {
        try await AuditSample.with { sample in
            let error = await #expect(throws: PostgresError.self) {
                try await PostgresConnection.withConnection(to: sample.database.target()) { connection in
                    try await connection.run(unsafeSQL: "SET ROLE pg_read_all_data")
                    try await connection.append(AuditSample.entry(0))
                }
            }
            #expect(error?.sqlState == "42501")
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        var action: String? = "request.opened"
        var actor: String? = "person"
        var subject: String?
        var facts: String? = "{}"
        var testDescription: String { name }
    }

    @Test(arguments: [
        Refused(name: "a name", facts: #"{"who":"Ada Lovelace"}"#),
        Refused(name: "a first name", facts: #"{"who":"Ada"}"#),
        Refused(name: "letters of elsewhere", facts: #"{"who":"žofie"}"#),
        Refused(name: "an address", facts: #"{"mail":"ada@example.com"}"#),
        Refused(name: "a telephone number", facts: #"{"phone":"+491701234567"}"#),
        Refused(name: "a sentence", facts: #"{"why":"she asked for it"}"#),
        Refused(name: "an escape", facts: #"{"why":"a\u0062"}"#),
        Refused(name: "an object", facts: #"{"a":{"b":"c"}}"#),
        Refused(name: "a ticket that is a name", facts: #"{"ticket":"Ada"}"#),
        Refused(name: "a ticket that is an address", facts: #"{"ticket":"ada1@example.com"}"#),
        Refused(name: "a list", facts: #"{"a":["b"]}"#), Refused(name: "a bare number", facts: #"{"a":1}"#),
        Refused(name: "a null", facts: #"{"a":null}"#), Refused(name: "an empty text", facts: #"{"a":""}"#),
        Refused(name: "a key twice", facts: #"{"a":"b","a":"c"}"#),
        Refused(name: "keys out of order", facts: #"{"b":"x","a":"y"}"#),
        Refused(name: "white space", facts: #"{"a": "b"}"#), Refused(name: "a line feed", facts: "{}\n"),
        Refused(name: "a key that is a sentence", facts: #"{"she asked":"b"}"#),
        Refused(name: "no object", facts: "[]"),
        Refused(name: "no JSON", facts: "{"), Refused(name: "no facts", facts: nil),
        Refused(name: "a huge fact", facts: #"{"a":"\#(String(repeating: "b", count: 65))"}"#),
        Refused(
            name: "too many facts",
            facts:
                "{\((0..<400).map { "\"a\(String(repeating: "b", count: $0 % 20))\":\"\($0)\"" }.joined(separator: ","))}"
        ),
        Refused(name: "a short hash", subject: #"\x00ff"#), Refused(name: "an action in words", action: "Opened it"),
        Refused(name: "an action of two lines", action: "request.opened\n"), Refused(name: "no action", action: nil),
        Refused(name: "an actor's name", actor: "ada"), Refused(name: "an actor of staff by name", actor: "staff:ada"),
        Refused(name: "no actor", actor: nil),
    ])
    func refusesWhatCouldBeAPerson(_ refused: Refused) async throws {
        try await AuditSample.with { sample in
            let error = await #expect(throws: PostgresError.self) {
                try await sample.asService {
                    try await $0.query(
                        "SELECT habeas.audit_append($1, $2, NULL, $3, $4)",
                        [refused.action, refused.actor, refused.subject, refused.facts])
                }
            }
            let report = try await sample.verify()

            #expect(error?.description.contains("ada") == false && error?.description.contains("Ada") == false)
            #expect(report.isSound && report.entries == 0)
        }
    }

    /// What the type lets through, the function takes; what isn't a code never gets there.
    @Test func theTypeWritesCodesOnly() async throws {
        try await AuditSample.with { sample in
            try await sample.asService { connection in
                try await connection.append(
                    AuditEntry(
                        .requestMoved, by: .person,
                        [
                            "code": .code("Ada Lovelace"), "id": .id("ada@example.com"), "number": .number(.min),
                            "hash": .hash(try #require(AuditSample.subject)), "at": .instant(Instant(microseconds: 1)),
                            "flag": .flag(false), "uuid": .id("0190AAAA-0000-7000-8000-000000000001"),
                            "ticket": .ticket(try #require(Ticket("CASE:2026_1.a-b"))),
                            "longest": .code(String(repeating: "z", count: 60)),
                        ]))
                let facts = try await AuditReader(connection).page()[0].facts

                #expect(facts.contains(#""code":"not-a-code""#) && facts.contains(#""id":"not-an-id""#))
                #expect(facts.contains(#""at":"1970-01-01T00:00:00.000001Z""#))
            }
        }
    }
}
