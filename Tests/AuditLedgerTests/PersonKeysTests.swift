import AuditLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// The keys that keep people out of the control database.
@Suite struct PersonKeysTests {
    private static let moment = Instant(microseconds: 1_790_000_000_000_000)

    private func withKeys(_ body: (_ folder: String) async throws -> Void) async throws {
        try await withFolder { folder in
            _ = try KeyRing.create(folder: "\(folder)/keys", now: Self.moment)
            try await body(folder)
        }
    }

    @Test func hashesAreStableAndOfTheirPurposeAndKey() async throws {
        try await withKeys { folder in
            let keys = try PersonKeys(folder: "\(folder)/keys")
            let again = try PersonKeys(folder: "\(folder)/keys")
            _ = try KeyRing.create(folder: "\(folder)/other", now: Self.moment)
            let others = try PersonKeys(folder: "\(folder)/other")

            #expect(keys.hash("person", "user:1") == again.hash("person", "user:1"))
            #expect(keys.hash("person", "user:1") == keys.hash("person", Array("user:1".utf8)))
            #expect(keys.hash("person", "user:1") != keys.hash("person", "user:2"))
            #expect(keys.hash("person", "user:1") != keys.hash("address", "user:1"))
            #expect(keys.hash("person", "user:1") != others.hash("person", "user:1"))
        }
    }

    /// HKDF and HMAC by Python, which knows nothing of ours.
    @Test func hashesAreHMACUnderAnHKDFKey() async throws {
        try await withKeys { folder in
            let script = """
                import base64, hashlib, hmac, sys
                def mac(key, data): return hmac.new(key, data, hashlib.sha256).digest()
                secret = base64.b64decode(open(sys.argv[1]).read())
                key = mac(mac(bytes(32), secret), b"habeas hash person" + bytes([1]))
                print(mac(key, b"user:1").hex())
                """
            let outcome = try await Program.run("python3", ["-c", script, "\(folder)/keys/person.key"])

            #expect(
                outcome.output == "\(try PersonKeys(folder: "\(folder)/keys").hash("person", "user:1").hex)\n",
                "\(outcome.errors)")
        }
    }

    @Test func whatIsSealedOpensForItsPurposeOnly() async throws {
        try await withKeys { folder in
            let keys = try PersonKeys(folder: "\(folder)/keys")
            let box = try keys.seal("ada@example.com", for: "claim 1")
            let empty = try keys.seal("", for: "claim 1")

            #expect(try keys.open(box, for: "claim 1") == "ada@example.com")
            #expect(try keys.open(empty, for: "claim 1") == "")
            #expect(try keys.seal("ada@example.com", for: "claim 1") != box)
            #expect(#expect(throws: KeyRingError.self) { _ = try keys.open(box, for: "claim 2") }?.code == .unreadable)
        }
    }

    @Test func whatWasChangedDoesNotOpen() async throws {
        try await withKeys { folder in
            let keys = try PersonKeys(folder: "\(folder)/keys")
            let box = try keys.seal("ada", for: "claim 1")

            for index in box.indices {
                var changed = box
                changed[index] ^= 1
                #expect(throws: KeyRingError.self) { _ = try keys.open(changed, for: "claim 1") }
            }
            for length in 0..<box.count {
                #expect(throws: KeyRingError.self) { _ = try keys.open(Array(box.prefix(length)), for: "claim 1") }
            }
        }
    }

    @Test func anotherKeyIsNamedAndTheTextIsNot() async throws {
        try await withKeys { folder in
            _ = try KeyRing.create(folder: "\(folder)/other", now: Self.moment)
            let box = try PersonKeys(folder: "\(folder)/keys").seal("ada@example.com", for: "claim 1")
            let others = try PersonKeys(folder: "\(folder)/other")
            let error = #expect(throws: KeyRingError.self) { _ = try others.open(box, for: "claim 1") }

            #expect(error?.code == .unreadable && error?.description.contains("person.key") == true)
            #expect(error?.description.contains("ada") == false)
        }
    }

    @Test func aBackupOpensAndHashesTheSame() async throws {
        try await withKeys { folder in
            let keys = try PersonKeys(folder: "\(folder)/keys")
            let box = try keys.seal("ada", for: "claim 1")
            var ring = try KeyRing(folder: "\(folder)/keys")
            try ring.backUp(to: "\(folder)/safe", now: Self.moment)
            let copy = try PersonKeys(folder: "\(folder)/safe")

            #expect(try copy.open(box, for: "claim 1") == "ada")
            #expect(copy.hash("person", "user:1") == keys.hash("person", "user:1"))
            #expect(try mode("\(folder)/safe/person.key") == 0o600)
        }
    }

    @Test func aFileThatIsOpenToOthersOrNoKeyIsRefused() async throws {
        try await withKeys { folder in
            let path = "\(folder)/keys/person.key"
            #expect(try mode(path) == 0o600)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let exposed = #expect(throws: KeyRingError.self) { _ = try PersonKeys(folder: "\(folder)/keys") }
            try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let nonsense = #expect(throws: KeyRingError.self) { _ = try PersonKeys(folder: "\(folder)/keys") }

            #expect(exposed?.code == .exposed && exposed?.description.contains("chmod 600") == true)
            #expect(nonsense?.code == .unreadable)
        }
    }

    /// A folder of an earlier build: `habeas keys rotate` gives it the key, and a later rotation leaves that alone.
    @Test func rotationMakesItOnceWhereThereWasNone() async throws {
        try await withKeys { folder in
            let path = "\(folder)/keys/person.key"
            try FileManager.default.removeItem(atPath: path)
            let missing = #expect(throws: KeyRingError.self) { _ = try PersonKeys(folder: "\(folder)/keys") }
            var ring = try KeyRing(folder: "\(folder)/keys")
            try ring.rotate(now: Self.moment)
            let made = try PersonKeys(folder: "\(folder)/keys").hash("person", "user:1")
            try ring.rotate(now: Self.moment)

            #expect(missing?.code == .missing && missing?.description.contains("habeas keys rotate") == true)
            #expect(try PersonKeys(folder: "\(folder)/keys").hash("person", "user:1") == made)
            #expect(ring.backedUpAt == nil)
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
