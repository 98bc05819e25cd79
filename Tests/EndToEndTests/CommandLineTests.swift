import Foundation
import PostgresTestKit
import Testing

@Suite struct CommandLineTests {
    @Test func anArchiveIsMadeVerifiedAndJudgedByOthers() async throws {
        try await Workbench.with { bench in
            let made = try await bench.export(
                "email:ada@example.com", "--output", "ada.zip", "--right", "access", "--json")
            #expect(made.status == 0, "\(made.errors)")
            let summary = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any]
            #expect(summary?["path"] as? String == "ada.zip")

            let verified = try await bench.habeas("verify", "ada.zip")
            #expect(verified.status == 0 && verified.output.contains("sound"), "\(verified.output)")
            let published = try await bench.habeas("keys", "show", "--json")
            try published.output.write(toFile: "\(bench.folder)/published.json", atomically: true, encoding: .utf8)
            let withKey = try await bench.habeas("verify", "ada.zip", "--key", "published.json", "--json")
            #expect(withKey.status == 0)
        }
    }

    @Test func verifyNeedsNoKeyToFindDamageAndSaysWhatItCouldNotCheck() async throws {
        try await Workbench.with { bench in
            _ = try await bench.export("email:ada@example.com", "--output", "ada.zip")
            try await withFolder { elsewhere in
                try FileManager.default.copyItem(atPath: "\(bench.folder)/ada.zip", toPath: "\(elsewhere)/a.zip")
                let unkeyed = try await Program.habeas(["verify", "a.zip"], in: elsewhere)
                #expect(unkeyed.status == 3)
                #expect(unkeyed.output.contains("no published key at hand"))

                var bytes = try Data(contentsOf: URL(filePath: "\(elsewhere)/a.zip"))
                bytes[bytes.count / 2] ^= 0xFF
                try bytes.write(to: URL(filePath: "\(elsewhere)/b.zip"))
                #expect(try await Program.habeas(["verify", "b.zip"], in: elsewhere).status == 6)
                try bytes.prefix(bytes.count / 2).write(to: URL(filePath: "\(elsewhere)/c.zip"))
                #expect(try await Program.habeas(["verify", "c.zip"], in: elsewhere).status == 6)
                let missing = try await Program.habeas(["verify", "nowhere.zip"], in: elsewhere)
                #expect(missing.status == 1 && missing.errors.contains("nowhere.zip"))
            }
        }
    }

    @Test func theStreamIsTheSameArchiveAndSaysItWasNotReadBack() async throws {
        try await Workbench.with { bench in
            let script = """
                '\(Checkout.binary)' export email:ada@example.com --output - --ticket T --reason r > s.zip && unzip -tq s.zip
                """
            let streamed = try await Program.run("sh", ["-c", script], in: bench.folder)
            #expect(streamed.status == 0, "\(streamed.errors)")
            let manifest = try await Program.run(
                "sh", ["-c", "unzip -p s.zip '*/habeas-manifest.json'"], in: bench.folder)
            #expect(manifest.output.contains("\"read_back\" : \"not_done\""))
        }
    }

    @Test func aStreamThatFailsIsNoArchive() async throws {
        try await Workbench.with { bench in
            try await bench.database.run(
                "CREATE POLICY stray ON workspace.documents AS RESTRICTIVE USING (kind = 'page')")
            let script = "'\(Checkout.binary)' export email:ada@example.com --output - --ticket T --reason r > s.zip"
            let streamed = try await Program.run("sh", ["-c", script], in: bench.folder)
            #expect(streamed.status == 6)
            #expect(streamed.errors.contains("workspace.documents"))
            #expect(try await Program.run("unzip", ["-tq", "s.zip"], in: bench.folder).status != 0)
        }
    }

    @Test func identifiersMayComeOnStandardInput() async throws {
        try await Workbench.with { bench in
            let made = try await bench.habeas(
                "export", "-", "--output", "a.zip", "--ticket", "T", "--reason", "r", input: "email:ada@example.com\n")
            #expect(made.status == 0, "\(made.errors)")
        }
    }

    @Test func onlyMayBeGivenSeveralTimes() async throws {
        try await Workbench.with { bench in
            let made = try await bench.export(
                "email:ada@example.com", "--output", "a.zip", "--only", "tasks", "--only", "contacts, profile", "--json"
            )
            #expect(made.status == 0, "\(made.errors)")
            let summary = try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any]
            let names = (summary?["collections"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
            #expect(names == ["profile", "contacts", "tasks"])
        }
    }

    @Test func rotationsAtOnceForgetNoKey() async throws {
        try await Workbench.with { bench in
            try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 0..<4 { group.addTask { try await bench.habeas("keys", "rotate").status } }
                for try await status in group { #expect(status == 0) }
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/keys")
            let listed = try await bench.habeas("keys", "show", "--json").output
            #expect(files.filter { $0.hasSuffix(".pem") }.count == 5)
            for file in files where file.hasSuffix(".pem") { #expect(listed.contains(file.dropLast(4))) }
        }
    }

    @Test func mapCheckAndShowAndDoctor() async throws {
        try await Workbench.with { bench in
            let check = try await bench.habeas("map", "check", "--json")
            #expect(check.status == 1)
            #expect(check.output.contains("workspace.assistant_runs(document_id)"))
            #expect(check.output.contains("CREATE INDEX CONCURRENTLY"))
            #expect(try await bench.habeas("map", "check", "--allow-warnings").status == 0)
            let show = try await bench.habeas("map", "show")
            #expect(show.status == 0 && show.output.contains("in conversations as messages"))

            let unwell = try await bench.habeas("doctor")
            #expect(unwell.status == 1 && unwell.output.contains("habeas keys backup"))
            #expect(try await bench.habeas("keys", "backup", "--output", "safe").status == 0)
            #expect(try await bench.habeas("init").status == 0)
            let well = try await bench.habeas("doctor")
            #expect(well.status == 0, "\(well.output)")
        }
    }

    @Test func keysRotateAndOldArchivesStillVerify() async throws {
        try await Workbench.with { bench in
            _ = try await bench.export("email:ada@example.com", "--output", "old.zip")
            #expect(try await bench.habeas("keys", "rotate").status == 0)
            _ = try await bench.export("email:ada@example.com", "--output", "new.zip")
            #expect(try await bench.habeas("verify", "old.zip").status == 0)
            #expect(try await bench.habeas("verify", "new.zip").status == 0)
            #expect(try await bench.habeas("keys", "init").status == 1)

            let folder = "\(bench.folder)/keys"
            for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".pem") {
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder)/\(file)")
            }
            let exposed = try await bench.export("email:ada@example.com", "--output", "x.zip")
            #expect(exposed.status == 1 && exposed.errors.contains("chmod 600"))
        }
    }

    @Test func initPrintsWhatItWouldDo() async throws {
        try await Workbench.with { bench in
            let printed = try await bench.habeas("init", "--print")
            #expect(printed.status == 0)
            #expect(printed.output.contains("BYPASSRLS"))
            #expect(!printed.output.contains("password_hash"))
            #expect(try await bench.habeas("init").status == 0)
        }
    }

    @Test(arguments: [
        [], ["export"], ["map"], ["map", "check"], ["map", "init"], ["verify"], ["unseal"], ["destroy"], ["keys"],
        ["doctor"], ["demo"],
        ["init"], ["login"], ["logout"], ["request"], ["request", "open"], ["request", "verify"],
        ["request", "approve"], ["link"], ["jobs"], ["staff"], ["staff", "token"], ["audit"],
    ])
    func helpIsThere(command: [String]) async throws {
        let help = try await Program.habeas(command + ["--help"])
        #expect(help.status == 0 && help.output.contains("USAGE"))
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionsAreThere(shell: String) async throws {
        let script = try await Program.habeas(["--generate-completion-script", shell])
        #expect(script.status == 0 && script.output.contains("snapshot-budget"))
    }
}
