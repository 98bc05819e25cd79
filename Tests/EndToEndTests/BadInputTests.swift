import Foundation
import PostgresTestKit
import PrivatePostgres
import Testing

/// Each a clear error with its mend, the right status, and nothing half-written.
@Suite struct BadInputTests {
    private func expectFailure(
        _ outcome: ProgramOutcome, _ status: Int32, _ words: String..., in bench: Workbench, leftovers: [String] = []
    ) throws {
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("habeas: error: "), "\(outcome.errors)")
        for word in words { #expect(outcome.errors.contains(word), "“\(word)” isn't in: \(outcome.errors)") }
        #expect(try bench.leftovers.sorted() == leftovers)
    }

    @Test func noServer() async throws {
        try await Workbench.with { bench in
            try bench.writeSettings(url: "host=/nonexistent dbname=x")
            try expectFailure(try await bench.export(), 1, "/nonexistent", "habeas doctor", in: bench)
        }
    }

    @Test func wrongPassword() async throws {
        try await Workbench.with { bench in
            try bench.writeSettings(url: "postgres://nobody:canarysecret@127.0.0.1:1/x?connect_timeout=2")
            let outcome = try await bench.export()
            try expectFailure(outcome, 1, "127.0.0.1", in: bench)
            #expect(!outcome.errors.contains("canarysecret"))
        }
    }

    @Test func noDatabaseNamed() async throws {
        try await Workbench.with { bench in
            try "map: x.yaml\n".write(toFile: "\(bench.folder)/habeas.yaml", atomically: true, encoding: .utf8)
            try expectFailure(try await bench.habeas("map", "check"), 1, "x.yaml", in: bench)
            try "keys: keys\n".write(toFile: "\(bench.folder)/habeas.yaml", atomically: true, encoding: .utf8)
            try expectFailure(try await bench.export(), 1, "no data map is named", "HABEAS_MAP", in: bench)
        }
    }

    @Test func settingsWithAnUnknownKeyOrABadDuration() async throws {
        try await Workbench.with { bench in
            try bench.writeSettings(more: "snapshot:\n  buget: 3m")
            try expectFailure(try await bench.export(), 1, "snapshot.buget", "habeas.yaml:", in: bench)
            try bench.writeSettings(more: "snapshot:\n  budget: 3o")
            try expectFailure(try await bench.export(), 64, "3o", "30m", in: bench)
            try "a: [".write(toFile: "\(bench.folder)/habeas.yaml", atomically: true, encoding: .utf8)
            try expectFailure(try await bench.export(), 1, "not valid YAML", "line", in: bench)
        }
    }

    @Test func aMapThatDoesNotParseTellsLineAndColumn() async throws {
        try await Workbench.with { bench in
            let text = try Checkout.workspaceMap().replacingOccurrences(
                of: "row_security: required", with: "row_security: often")
            try text.write(toFile: "\(bench.folder)/broken.map.yaml", atomically: true, encoding: .utf8)
            try bench.writeSettings(map: "broken.map.yaml")
            let outcome = try await bench.export()
            try expectFailure(outcome, 1, "broken.map.yaml:", "“often”", in: bench, leftovers: ["broken.map.yaml"])
            #expect(outcome.errors.firstMatch(of: #/broken\.map\.yaml:\d+:\d+:/#) != nil)
        }
    }

    @Test func unknownPersonIsNotFoundAndNotRepeated() async throws {
        try await Workbench.with { bench in
            for subject in ["email:canary-nobody@example.com", "user:canary-id"] {
                let outcome = try await bench.export(subject)
                try expectFailure(outcome, 4, "no user has that", in: bench)
                #expect(!outcome.errors.contains("canary"))
            }
            try expectFailure(try await bench.export("canary-without-colon"), 64, "KIND:ID", in: bench)
            try expectFailure(try await bench.export("fax:1"), 64, "user:…, email:…", in: bench)
        }
    }

    @Test func missingTable() async throws {
        try await Workbench.with { bench in
            try await bench.database.run("DROP TABLE workspace.api_keys")
            try expectFailure(try await bench.export(), 3, "workspace.api_keys", "map check", in: bench)
        }
    }

    @Test func rolesWithoutRights() async throws {
        try await Workbench.with { bench in
            try await bench.database.run("REVOKE ALL ON ALL TABLES IN SCHEMA workspace FROM habeas_exporter")
            try expectFailure(try await bench.export(), 1, "permission denied for table", "habeas init", in: bench)
        }
    }

    @Test func outputThatExistsOrCannotBeWritten() async throws {
        try await Workbench.with { bench in
            try "mine".write(toFile: "\(bench.folder)/a.zip", atomically: true, encoding: .utf8)
            try expectFailure(
                try await bench.export("email:ada@example.com", "--output", "a.zip"), 1, "a.zip exists", in: bench,
                leftovers: ["a.zip"])
            #expect(try String(contentsOfFile: "\(bench.folder)/a.zip", encoding: .utf8) == "mine")
            try expectFailure(
                try await bench.export("email:ada@example.com", "--output", "no/such/folder/a.zip"), 1,
                "no/such/folder",
                in: bench, leftovers: ["a.zip"])
        }
    }

    @Test func aFolderThatMayNotBeWritten() async throws {
        try await Workbench.with { bench in
            // Root may write anywhere but in the kernel's own file system.
            try expectFailure(
                try await bench.export("email:ada@example.com", "--output", "/proc/a.zip"), 1, "/proc", in: bench)
        }
    }

    @Test func usageIsSixtyFour() async throws {
        try await Workbench.with { bench in
            for arguments in [
                ["--right", "erasure"], ["--format", "xml"], ["--regime", "GDRP"], ["--only", "contact"],
                ["--ticket", "a b"],
            ] {
                let outcome = try await Program.habeas(
                    ["export", "email:ada@example.com", "--reason", "dsar"]
                        + (arguments[0] == "--ticket" ? [] : ["--ticket", "T"]) + arguments, in: bench.folder)
                #expect(outcome.status == 64, "\(arguments): \(outcome.errors)")
            }
            #expect(try await bench.habeas("export", "email:ada@example.com").status == 64)
            #expect(try await bench.habeas("exprot").status == 64)
            #expect(try bench.leftovers.isEmpty)
        }
    }

    @Test func diskFullMidway() async throws {
        try await Workbench.with { bench in
            // A file system of 100 kB in a mount namespace of its own, gone with the process.
            let script = """
                mkdir small && mount -t tmpfs -o size=100k tmpfs small || exit 99
                '\(Checkout.binary)' export email:ada@example.com --output small/a.zip --ticket T --reason r
                status=$?; ls -A small; exit $status
                """
            let outcome = try await Program.run(
                "unshare", (geteuid() == 0 ? [] : ["--map-root-user"]) + ["--mount", "sh", "-c", script],
                in: bench.folder)
            #expect(outcome.status == 1, "\(outcome.status) \(outcome.errors)")
            #expect(outcome.errors.contains("the disk is full"), "\(outcome.errors)")
            #expect(outcome.output.isEmpty, "left: \(outcome.output)")
        }
    }

    @Test func jsonErrorsAreJSON() async throws {
        try await Workbench.with { bench in
            let outcome = try await bench.export("email:nobody@example.com", "--json")
            #expect(outcome.status == 4)
            let document =
                try JSONSerialization.jsonObject(with: Data(outcome.errors.utf8)) as? [String: [String: String]]
            #expect(document?["error"]?["code"] == "export.no-such-subject")
        }
    }

    @Test func aDatabaseWhoseLettersNobodyKnows() async throws {
        try await Workbench.with { bench in
            let name = "ascii_\(UUID().uuidString.prefix(8).lowercased())"
            let server = try await TestCluster.shared
            try await server.administer(
                "CREATE DATABASE \(name) ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
            try bench.writeSettings(url: server.cluster.connectionString(database: name))
            let outcome = try await bench.export()
            try await server.administer("DROP DATABASE \(name)")
            try expectFailure(outcome, 1, "SQL_ASCII", "ENCODING 'UTF8'", in: bench)
        }
    }

    @Test func anEmptyDatabase() async throws {
        try await Workbench.with { bench in
            try await bench.database.run("DROP SCHEMA workspace CASCADE")
            try expectFailure(try await bench.export(), 3, "doesn't exist", in: bench)
        }
    }
}
