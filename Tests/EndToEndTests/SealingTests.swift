import Foundation
import PostgresTestKit
import Testing

/// Sealed archives through the command line: made, verified, opened, refused, destroyed.
@Suite struct SealingTests {
    private func bytes(_ bench: Workbench, _ name: String) throws -> Data {
        try Data(contentsOf: URL(filePath: "\(bench.folder)/\(name)"))
    }

    private func write(_ data: Data, _ bench: Workbench, _ name: String) throws {
        try data.write(to: URL(filePath: "\(bench.folder)/\(name)"))
    }

    private func move(_ bench: Workbench, _ from: String, _ to: String) throws {
        try FileManager.default.moveItem(atPath: "\(bench.folder)/\(from)", toPath: "\(bench.folder)/\(to)")
    }

    @Test func aSealedArchiveIsMadeVerifiedUnsealedAndDestroyed() async throws {
        try await Workbench.with { bench in
            let made = try await bench.export("email:ada@example.com", "--sealed", "--output", "ada.zip")
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.output.contains("sealed, read back and signed; its key is ada.zip.key"))
            #expect(try bench.leftovers.sorted() == ["ada.zip", "ada.zip.key"])
            #expect(try bytes(bench, "ada.zip").range(of: Data("habeas-manifest".utf8)) == nil)

            let verified = try await bench.habeas("verify", "ada.zip")
            #expect(verified.status == 0 && verified.output.contains("sealed with AES256_GCM_HKDF_1MB"))
            let json = try await bench.habeas("verify", "ada.zip", "--json").output
            let report = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect(report?["sound"] as? Bool == true)
            #expect((report?["seal"] as? [String: Any])?["cipher"] as? String == "AES256_GCM_HKDF_1MB")

            let unsealed = try await bench.habeas("unseal", "ada.zip", "--output", "plain.zip")
            #expect(unsealed.status == 0, "\(unsealed.errors)")
            #expect(try await Program.run("unzip", ["-tq", "plain.zip"], in: bench.folder).status == 0)
            #expect(try await bench.habeas("verify", "plain.zip").status == 0)
            let script = "'\(Checkout.binary)' unseal ada.zip --output - | cmp - plain.zip"
            #expect(try await Program.run("sh", ["-c", script], in: bench.folder).status == 0)

            let destroyed = try await bench.habeas("destroy", "ada.zip")
            #expect(destroyed.status == 0 && destroyed.output == "ada.zip.key removed, then ada.zip\n")
            let again = try await bench.habeas("destroy", "ada.zip", "--json")
            #expect(again.status == 0 && again.output.contains("\"key\" : \"absent\""))
            #expect(try bench.leftovers == ["plain.zip"])
        }
    }

    /// Nothing of Habeas opens it here: cryptography unwraps the key, Tink the archive, as docs/sealing.md says.
    @Test func tinkOpensASealedArchive() async throws {
        try await Workbench.with { bench in
            #expect(try await bench.export("email:ada@example.com", "--sealed", "--output", "ada.zip").status == 0)
            let keys = try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/keys")
            let key = try #require(keys.first { $0.hasSuffix(".wrapping") })
            let judged = try await Program.run(
                Checkout.python,
                ["\(Checkout.path)/Tests/Judges/seals.py", "open", "ada.zip", "keys/\(key)", "plain.zip"],
                in: bench.folder)
            #expect(judged.status == 0, "\(judged.errors)")
            #expect(try await bench.habeas("verify", "plain.zip").status == 0)

            let docs = try String(contentsOfFile: "\(Checkout.path)/docs/sealing.md", encoding: .utf8)
            let script = try #require(docs.firstMatch(of: #/```python\n([^`]*)```/#)?.output.1)
            let documented = try await Program.run(
                Checkout.python, ["-c", String(script), "ada.zip", "keys/\(key)", "documented.zip"], in: bench.folder)
            #expect(documented.status == 0, "\(documented.errors)")
            #expect(try bytes(bench, "documented.zip") == bytes(bench, "plain.zip"))
        }
    }

    @Test func oldArchivesOpenAfterRotationAndFromTheBackup() async throws {
        try await Workbench.with { bench in
            #expect(try await bench.export("email:ada@example.com", "--sealed", "--output", "old.zip").status == 0)
            #expect(try await bench.habeas("keys", "rotate").status == 0)
            #expect(try await bench.export("email:ada@example.com", "--sealed", "--output", "new.zip").status == 0)
            #expect(try await bench.habeas("keys", "backup", "--output", "safe").status == 0)
            for name in ["old.zip", "new.zip"] {
                #expect(try await bench.habeas("verify", name).status == 0)
                let restored = try await bench.habeas("verify", name, environment: ["HABEAS_KEYS": "safe"])
                #expect(restored.status == 0)
            }
            let shown = try await bench.habeas("keys", "show", "--wrapping", "--json").output
            #expect(shown.contains("active") && shown.contains("retired"))
            #expect(try await !bench.habeas("keys", "show", "--json").output.contains("wrapping"))
        }
    }

    @Test func whatCanNotBeOpenedSaysWhy() async throws {
        try await Workbench.with { bench in
            #expect(try await bench.export("email:ada@example.com", "--sealed", "--output", "a.zip").status == 0)
            #expect(try await bench.export("email:ada@example.com", "--sealed", "--output", "b.zip").status == 0)
            let (good, key) = (try bytes(bench, "a.zip"), try bytes(bench, "a.zip.key"))
            func failure(_ status: Int32, _ words: String, _ environment: [String: String] = [:]) async throws {
                for command in [["verify", "a.zip"], ["unseal", "a.zip", "--output", "out.zip"]] {
                    let outcome = try await Program.habeas(command, in: bench.folder, environment: environment)
                    #expect(outcome.status == status, "\(command) \(outcome.errors)")
                    #expect((outcome.errors + outcome.output).contains(words), "\(outcome.errors)\(outcome.output)")
                }
            }
            var bad = good
            bad[good.count / 2] ^= 1
            try write(bad, bench, "a.zip")
            try await failure(6, "isn't what was sealed")
            try write(good.prefix(good.count - 1000), bench, "a.zip")
            try await failure(6, "isn't what was sealed, or its end is missing")
            try write(good, bench, "a.zip")

            try write(try bytes(bench, "b.zip.key"), bench, "a.zip.key")
            try await failure(6, "a.zip.key is the key of “b.zip”, not of “a.zip”")
            try write(Data("{}".utf8), bench, "a.zip.key")
            try await failure(1, "a.zip.key isn't the key file of a sealed archive")
            try FileManager.default.removeItem(atPath: "\(bench.folder)/a.zip.key")
            try await failure(1, "has no key file a.zip.key beside it")
            try write(key, bench, "a.zip.key")

            _ = try await bench.habeas("keys", "init", environment: ["HABEAS_KEYS": "others"])
            try await failure(1, "isn't in others; name the folder", ["HABEAS_KEYS": "others"])
            try move(bench, "a.zip", "c.zip")
            try move(bench, "a.zip.key", "c.zip.key")
            let renamed = try await bench.habeas("verify", "c.zip")
            #expect(renamed.status == 6 && renamed.errors.contains("is the key of “a.zip”, not of “c.zip”"))
            #expect(try !bench.leftovers.contains("out.zip"))
        }
    }

    @Test func nothingIsOverwrittenAndNothingElseIsDestroyed() async throws {
        try await Workbench.with { bench in
            #expect(try await bench.export("email:ada@example.com", "--sealed", "--output", "a.zip").status == 0)
            #expect(try await bench.export("email:ada@example.com", "--output", "plain.zip").status == 0)
            let again = try await bench.export("email:ada@example.com", "--sealed", "--output", "a.zip", "--json")
            #expect(again.status == 1 && again.errors.contains("archive.output-exists"))
            let unsealed = try await bench.habeas("unseal", "a.zip", "--output", "plain.zip")
            #expect(unsealed.status == 1 && unsealed.errors.contains("nothing is overwritten"))
            let plain = try await bench.habeas("unseal", "plain.zip", "--output", "x.zip")
            #expect(plain.status == 3 && plain.errors.contains("isn't sealed"))
            let nothing = try await bench.habeas("unseal", "nowhere.zip", "--output", "x.zip")
            #expect(nothing.status == 4)
            let refused = try await bench.habeas("destroy", "plain.zip")
            #expect(refused.status == 3 && refused.errors.contains("only sealed archives are destroyed"))
            #expect(try bench.leftovers.sorted() == ["a.zip", "a.zip.key", "plain.zip"])
        }
    }

    @Test func manyArchivesAreEachSealedUnderAKeyOfTheirOwn() async throws {
        try await Workbench.with { bench in
            let folder = "\(bench.folder)/archives"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let made = try await bench.habeas(
                "export", "--people", "-", "--sealed", "--output", "archives", "--ticket", "T", "--reason", "r",
                "--only", "tasks", input: "email:ada@example.com\nemail:ada@example.com\nemail:ada@example.com\n")
            #expect(made.status == 0, "\(made.errors)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder)
            let keys = try names.filter { $0.hasSuffix(".key") }.map { try bytes(bench, "archives/\($0)") }
            #expect(names.count == 6 && Set(keys).count == 3)
            for name in names where name.hasSuffix(".zip") {
                let verified = try await bench.habeas("verify", "archives/\(name)")
                #expect(verified.status == 0 && verified.output.contains("sealed with"))
            }
        }
    }

    @Test func aStreamCanNotBeSealed() async throws {
        try await Workbench.with { bench in
            let streamed = try await bench.export("email:ada@example.com", "--sealed", "--output", "-")
            #expect(streamed.status == 64 && streamed.errors.contains("--sealed needs a file"))
            #expect(streamed.output.isEmpty)
        }
    }

    @Test func withoutAWrappingKeyNothingIsSealed() async throws {
        try await Workbench.with { bench in
            try FileManager.default.removeItem(atPath: "\(bench.folder)/keys/wrapping.json")
            let made = try await bench.export("email:ada@example.com", "--sealed", "--output", "a.zip")
            #expect(made.status == 1 && made.errors.contains("habeas keys rotate"))
            #expect(try await bench.habeas("doctor").output.contains("FAIL  wrapping key"))
            #expect(try await bench.habeas("keys", "rotate").status == 0)
            #expect(try await bench.export("email:ada@example.com", "--sealed", "--output", "a.zip").status == 0)
        }
    }
}
