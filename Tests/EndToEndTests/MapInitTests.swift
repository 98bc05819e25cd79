import Foundation
import PostgresTestKit
import Testing

/// `habeas map init` as its users meet it.
@Suite struct MapInitTests {
    @Test func fromAnUnknownDatabaseToAnExport() async throws {
        try await Workbench.with { bench in
            let proposed = try await bench.habeas("map", "init", "--output", "first.map.yaml")
            #expect(proposed.status == 0, "\(proposed.errors)")
            #expect(proposed.output.contains("1 kind of people: user"))
            #expect(proposed.output.contains("habeas map check --map first.map.yaml"))

            let check = try await bench.habeas("map", "check", "--map", "first.map.yaml", "--allow-warnings")
            #expect(check.status == 0, "\(check.output)")
            #expect(check.output.contains("guess: ") && check.output.contains("more such lines; --json lists all"))
            #expect(try await bench.habeas("init", "--map", "first.map.yaml").status == 0)
            let export = try await bench.export("email:ada@example.com", "--map", "first.map.yaml", "--output", "a.zip")
            #expect(export.status == 0, "\(export.errors)")
            #expect(try await bench.habeas("verify", "a.zip").status == 0)
        }
    }

    @Test func nothingIsOverwrittenUnlessToldSo() async throws {
        try await Workbench.with { bench in
            let path = "\(bench.folder)/m.yaml"
            try "mine".write(toFile: path, atomically: true, encoding: .utf8)
            let refused = try await bench.habeas("map", "init", "--output", "m.yaml", "--json")
            #expect(refused.status == 1 && refused.errors.contains("file.exists") && refused.errors.contains("--force"))
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
            #expect(try await bench.habeas("map", "init", "--output", "m.yaml", "--force").status == 0)
            #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("# A first data map"))
        }
    }

    @Test func marksAreCountedAndListed() async throws {
        try await Workbench.with { bench in
            let made = try await bench.habeas("map", "init", "--output", "m.yaml", "--json")
            let summary = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any]
            let marks = try #require(summary?["marks"] as? [[String: Any]])
            let counted = (summary?["guesses"] as? Int ?? 0) + (summary?["decisions"] as? Int ?? 0)
            #expect(marks.count == counted && counted > 100)
            let lines = try String(contentsOfFile: "\(bench.folder)/m.yaml", encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false)
            for mark in marks {
                let line = lines[try #require(mark["line"] as? Int) - 1]
                #expect(line.hasSuffix("# " + (try #require(mark["text"] as? String))))
            }
            let check = try await bench.habeas("map", "check", "--map", "m.yaml", "--json")
            let findings = try #require(
                try JSONSerialization.jsonObject(with: Data(check.output.utf8)) as? [[String: Any]])
            #expect(findings.count { $0["code"] as? String == "map.unconfirmed-guess" } == counted)
        }
    }

    @Test func standardOutputTakesTheMap() async throws {
        try await Workbench.with { bench in
            let made = try await bench.habeas("map", "init", "--output", "-", "--schema", "workspace")
            #expect(made.status == 0 && made.output.hasPrefix("# A first data map"))
            #expect(made.errors.contains("16 collections"))
            #expect(made.output.contains("\nschemas: [workspace]\n"))
            #expect(try bench.leftovers.isEmpty)
            #expect(try await bench.habeas("map", "init", "--output", "-", "--json").status == 64)
            #expect(try await bench.habeas("map", "init", "--subject", "users").status == 64)
        }
    }

    @Test func sayWhatIsWrong() async throws {
        try await TestCluster.withDatabase { database in
            try await withFolder { folder in
                let bench = Workbench(database: database, folder: folder)
                try bench.writeSettings()
                let empty = try await bench.habeas("map", "init")
                #expect(
                    empty.status == 1 && empty.errors.contains("no tables") && empty.errors.contains("database.url"))
                try await database.run("CREATE TABLE public.gadgets (id int PRIMARY KEY, colour text)")
                let nobody = try await bench.habeas("map", "init")
                #expect(nobody.status == 1 && nobody.errors.contains("--subject"))
                let named = try await bench.habeas("map", "init", "--subject", "public.gadgets", "--output", "g.yaml")
                #expect(named.status == 0, "\(named.errors)")
                let unknown = try await bench.habeas("map", "init", "--schema", "shop")
                #expect(unknown.status == 1 && unknown.errors.contains("public"))
            }
        }
    }

    @Test func aRoleWithoutAnyRightSeesTheSameCatalogue() async throws {
        try await Workbench.with { bench in
            let asOwner = try await bench.habeas("map", "init", "--output", "-")
            let role = "nobody_\(bench.database.name)"
            try await bench.database.run("CREATE ROLE \(role) LOGIN")
            let asNobody = try await bench.habeas(
                "map", "init", "--output", "-",
                environment: [
                    "HABEAS_DATABASE_URL": bench.database.url.replacing("user=postgres", with: "user=\(role)")
                ])
            try await bench.database.run("DROP ROLE \(role)")
            #expect(asNobody.status == 0, "\(asNobody.errors)")
            #expect(asNobody.output == asOwner.output)
        }
    }
}
