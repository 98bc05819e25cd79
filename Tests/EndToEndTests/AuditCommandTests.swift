import Foundation
import PostgresAccess
import PostgresTestKit
import Testing

/// `habeas audit` as an operator runs it.
@Suite struct AuditCommandTests {
    @Test func exportVerifyShowAndTamper() async throws {
        try await Workbench.with { bench in
            let before = try await bench.habeas("audit", "verify")
            #expect(before.status == 1 && before.errors.contains("habeas"), "\(before.errors)")
            #expect(try await bench.habeas("init").status == 0)
            try await bench.database.run(
                "SELECT habeas.audit_append('sign-in.refused', 'system', NULL, NULL, '{\"number\":\"' || n || '\"}') "
                    + "FROM generate_series(1, 600) n")

            let exported = try await bench.habeas("audit", "export", "--output", "audit.jsonl")
            #expect(
                exported.status == 0 && exported.errors.contains("601 entries and 1 checkpoint"), "\(exported.errors)")
            let again = try await bench.habeas("audit", "export", "--output", "audit.jsonl")
            #expect(again.status == 1 && again.errors.contains("audit.jsonl exists"))
            let verified = try await bench.habeas("audit", "verify", "--json")
            #expect(verified.status == 0 && verified.output.contains("\"entries\" : 601"), "\(verified.output)")
            for arguments in [["verify", "audit.jsonl"], ["audit", "verify", "--file", "audit.jsonl"]] {
                let offline = try await Program.habeas(arguments, in: bench.folder)
                #expect(offline.status == 0 && offline.output.contains("signed through entry 601"), "\(offline.output)")
                let keyless = try await Program.habeas(
                    arguments, in: bench.folder, environment: ["HABEAS_KEYS": "none"])
                #expect(keyless.status == 3)
            }
            let shown = try await bench.habeas("audit", "show", "--limit", "2")
            #expect(shown.output.contains("audit.exported") && shown.output.contains("operator:"), "\(shown.output)")
            #expect(shown.output.split(separator: "\n").count == 3)
            let pruned = try await bench.habeas("audit", "prune")
            #expect(pruned.status == 0 && pruned.output.contains("nothing is older"), "\(pruned.errors)")
            #expect(try await bench.habeas("audit", "prune", "--keep-months", "3").status == 3)

            try await bench.database.run("UPDATE habeas.audit_entry SET actor = 'person' WHERE seq = 57")
            let broken = try await bench.habeas("audit", "verify")
            #expect(broken.status == 6 && broken.output.contains("the first bad entry is 57"), "\(broken.output)")
            let refused = try await bench.habeas("audit", "prune")
            #expect(refused.status == 0 && refused.output.contains("nothing is older"))
        }
    }

    @Test func doctorSaysWhatIsMissing() async throws {
        try await Workbench.with { bench in
            try FileManager.default.removeItem(atPath: "\(bench.folder)/keys/person.key")
            let unwell = try await bench.habeas("doctor").output
            #expect(unwell.contains("FAIL  person key") && unwell.contains("habeas keys rotate"), "\(unwell)")
            #expect(unwell.contains("FAIL  control database"))

            #expect(try await bench.habeas("keys", "rotate").status == 0)
            #expect(try await bench.habeas("init").status == 0)
            let well = try await bench.habeas("doctor").output
            #expect(well.contains("ok    person key") && well.contains("ok    audit chain"), "\(well)")
            try await bench.database.run("GRANT UPDATE ON habeas.audit_entry TO habeas_control")
            #expect(try await bench.habeas("doctor").output.contains("FAIL  audit chain"))
        }
    }

    /// What `--print` prints makes the control database, without a password in it.
    @Test func printedSQLMakesTheControlDatabase() async throws {
        try await Workbench.with { bench in
            let printed = try await bench.habeas("init", "--print", environment: ["HABEAS_CONTROL_PASSWORD": "hunter2"])
            #expect(printed.status == 0 && !printed.output.contains("hunter2"))
            try await bench.database.run(printed.output)
            let well = try await bench.habeas("doctor").output
            #expect(well.contains("ok    control database") && well.contains("ok    audit chain"), "\(well)")
        }
    }
}
