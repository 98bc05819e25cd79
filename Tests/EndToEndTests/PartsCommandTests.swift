import Foundation
import PostgresTestKit
import Testing

/// Archives in parts through the command line: sizes kept, each part sound alone, nothing left of what is killed.
@Suite struct PartsCommandTests {
    private static let limit = 8_000_000

    /// A person with rows and files of 18 MB that can't be compressed.
    private func prepare(_ bench: Workbench) async throws {
        let objects = try bench.ownObjects()
        let keys = try await bench.database.query(
            "SELECT d.storage_key FROM workspace.documents d JOIN workspace.users u ON u.id = d.user_id "
                + "WHERE u.email = 'ada@example.com' AND d.storage_key IS NOT NULL ORDER BY d.id LIMIT 3")
        for (key, size) in zip(keys, ["3M", "5M", "10M"]) {
            let path = "\(objects)/\(key[0] ?? "")"
            let made = try await Program.run("sh", ["-c", "head -c \(size) /dev/urandom > \"$0\"", path])
            #expect(made.status == 0, "\(made.errors)")
        }
        try await bench.database.run(
            """
            INSERT INTO workspace.contacts (user_id, name, notes)
                SELECT u.id, 'contact ' || n, (SELECT string_agg(md5(n || '-' || m), '') FROM generate_series(1, 20) m)
                  FROM workspace.users u, generate_series(1, 16000) n WHERE u.email = 'ada@example.com'
            """)
    }

    private func exportInParts(_ bench: Workbench, _ more: String...) async throws -> ProgramOutcome {
        try await Program.habeas(
            [
                "export", "email:ada@example.com", "--ticket", "T-1", "--reason", "dsar", "--part-size",
                "\(Self.limit / 1_000_000)MB", "--output", "a.zip",
            ] + more, in: bench.folder)
    }

    private func publishKey(_ bench: Workbench) async throws {
        let shown = try await bench.habeas("keys", "show", "--json")
        let keys = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
        let pem = (keys?["keys"] as? [[String: Any]])?.first?["pem"] as? String
        try #require(pem).write(toFile: "\(bench.folder)/key.pem", atomically: true, encoding: .utf8)
    }

    @Test func partsAreJudgedByOthersAndByVerify() async throws {
        try await Workbench.with { bench in
            try await prepare(bench)
            try await publishKey(bench)
            let made = try await exportInParts(bench, "--json")
            #expect(made.status == 0, "\(made.errors)")
            let whole = try await bench.export("email:ada@example.com", "--output", "whole.zip")
            #expect(whole.status == 0, "\(whole.errors)")
            let summary = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any]
            let parts = try #require(summary?["parts"] as? [[String: Any]]).compactMap { $0["path"] as? String }
            #expect(parts == (1...parts.count).map { "a-part\($0).zip" })
            #expect(parts.count >= 4)

            let judged = try await Program.run(
                Checkout.python,
                [
                    "\(Checkout.path)/Tests/Judges/judge_parts.py", "\(bench.folder)/key.pem",
                    "\(Checkout.path)/docs/archive-format.md", "whole.zip", "\(Self.limit)",
                ] + parts, in: bench.folder)
            #expect(judged.status == 0, "\(judged.output)\(judged.errors)")

            let verified = try await Program.habeas(["verify"] + parts, in: bench.folder)
            #expect(verified.status == 0 && verified.output.contains("\(parts.count) archives: they belong together"))
            let alone = try await bench.habeas("verify", parts[1])
            #expect(alone.status == 0 && alone.errors.contains("part 2 of several"))
            let missing = try await Program.habeas(["verify"] + parts.dropFirst(), in: bench.folder)
            #expect(missing.status == 6 && missing.output.contains("part 1 is missing"))
            let foreign = try await Program.habeas(["verify"] + parts + ["whole.zip", "--json"], in: bench.folder)
            #expect(foreign.status == 6 && foreign.output.contains("isn't one of several parts"))
        }
    }

    @Test func sealedPartsAreVerifiedUnsealedAndDestroyedOneByOne() async throws {
        try await Workbench.with { bench in
            try await prepare(bench)
            let made = try await exportInParts(bench, "--sealed")
            #expect(made.status == 0, "\(made.errors)")
            let parts = try bench.leftovers.filter { $0.hasPrefix("a-part") && $0.hasSuffix(".zip") }.sorted()
            #expect(parts.count >= 4)
            #expect(try await Program.habeas(["verify"] + parts, in: bench.folder).status == 0)
            for part in parts {
                let opened = try await bench.habeas("unseal", part, "--output", "plain-\(part)")
                #expect(opened.status == 0, "\(opened.errors)")
                #expect(try await bench.habeas("destroy", part).status == 0)
            }
            let plain = parts.map { "plain-\($0)" }
            #expect(try await Program.habeas(["verify"] + plain, in: bench.folder).status == 0)
            #expect(try bench.leftovers.sorted() == (plain + ["objects"]).sorted())
        }
    }

    /// Killed while the second part is written, a run leaves what the next one clears.
    @Test func aKilledRunLeavesNothingTheNextOneDoesNotClear() async throws {
        try await Workbench.with { bench in
            try await prepare(bench)
            let process = Process()
            process.executableURL = URL(filePath: Checkout.binary)
            process.arguments = [
                "export", "email:ada@example.com", "--output", "a.zip", "--ticket", "T", "--reason", "r", "--sealed",
                "--part-size", "8MB",
            ]
            process.currentDirectoryURL = URL(filePath: bench.folder)
            process.standardError = FileHandle.nullDevice
            // The second part is begun while rows of a later table can't be read.
            let holder = try await bench.holdLock()
            try await bench.database.run(
                """
                CREATE FUNCTION public.held() RETURNS boolean LANGUAGE plpgsql STABLE AS
                    'BEGIN IF current_query() LIKE ''COPY%'' THEN PERFORM pg_catalog.pg_advisory_xact_lock(42); END IF; RETURN true; END';
                CREATE POLICY slow ON workspace.documents AS RESTRICTIVE USING (public.held())
                """)
            try process.run()
            try await bench.waitForExport()
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            holder.cancel()
            let left = try bench.leftovers.filter { $0 != "objects" }
            #expect(left.count >= 2 && left.allSatisfy { $0.hasPrefix(".habeas-partial") }, "\(left)")
            try await bench.database.run("DROP POLICY slow ON workspace.documents")

            let next = try await exportInParts(bench)

            #expect(next.status == 0, "\(next.errors)")
            #expect(try bench.leftovers.allSatisfy { $0 == "objects" || $0.hasPrefix("a-part") })
        }
    }

    @Test(arguments: [["--part-size", "7MB"], ["--part-size", "much"], ["--part-size", "2GB", "--output", "-"]])
    func sizesThatMakeNoSenseAreRefused(arguments: [String]) async throws {
        try await Workbench.with { bench in
            let outcome = try await Program.habeas(
                ["export", "email:ada@example.com", "--ticket", "T-1", "--reason", "dsar"] + arguments,
                in: bench.folder)
            #expect(outcome.status == 64 && outcome.errors.contains("--part-size"), "\(outcome.errors)")
            #expect(try bench.leftovers.isEmpty)
        }
    }
}
