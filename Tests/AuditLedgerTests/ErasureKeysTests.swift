import AuditLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// The keys of erasures.
@Suite struct ErasureKeysTests {
    private static let moment = Instant(microseconds: 1_790_000_000_000_000)
    private static let names = ["ledger.key", "erasure.key", "suppression.key"]

    private func withKeys(_ body: (_ folder: String) async throws -> Void) async throws {
        try await withFolder { folder in
            _ = try KeyRing.create(folder: "\(folder)/keys", now: Self.moment)
            try await body(folder)
        }
    }

    @Test func theyAreMadeWithTheFirstKeysForTheirOwnerAlone() async throws {
        try await withKeys { folder in
            let keys = try ErasureKeys(folder: "\(folder)/keys")

            #expect(keys.entries.map(\.name) == Self.names && Set(keys.entries.map(\.id)).count == 3)
            #expect(keys.entries.map(\.id).allSatisfy { $0.utf8.count == 16 })
            #expect(keys.subjectKeyID == keys.entries[1].id && keys.suppressionKeyID == keys.entries[2].id)
            for name in Self.names { #expect(try mode("\(folder)/keys/\(name)") == 0o600) }
        }
    }

    @Test func hashesAreOfTheirPurposeKindAndKey() async throws {
        try await withKeys { folder in
            let keys = try ErasureKeys(folder: "\(folder)/keys")
            _ = try KeyRing.create(folder: "\(folder)/other", now: Self.moment)
            let others = try ErasureKeys(folder: "\(folder)/other")
            let hash = keys.subjectHash(kind: "user", key: "1")

            #expect(try ErasureKeys(folder: "\(folder)/keys").subjectHash(kind: "user", key: "1") == hash)
            #expect(
                keys.subjectHash(kind: "user", key: "2") != hash && keys.subjectHash(kind: "guest", key: "1") != hash)
            #expect(keys.recordHash(collection: "user", key: "1") != hash)
            #expect(keys.suppressionHash(kind: "user", "1") != hash)
            #expect(others.subjectHash(kind: "user", key: "1") != hash)
        }
    }

    /// HMAC and NFC by Python, which knows nothing of ours.
    @Test func hashesAreWhatTheDocumentationSays() async throws {
        try await withKeys { folder in
            let script = """
                import base64, hashlib, hmac, sys, unicodedata
                def key(name): return base64.b64decode(open(f"{sys.argv[1]}/{name}.key").read())
                def mac(k, *parts): return hmac.new(key(k), b"\\0".join(p.encode() for p in parts), hashlib.sha256).hexdigest()
                def nfc(text): return unicodedata.normalize("NFC", text)
                print(mac("erasure", "habeas/erasure/v1", "user", "7f1c"))
                print(mac("erasure", "habeas/erasure-record/v1", "contacts", "42"))
                print(mac("suppression", "habeas/suppression/v1", "email", nfc("\\u00c4da@Example.COM").lower()))
                print(mac("suppression", "habeas/suppression/v1", "phone", "+49 AB"))
                print(mac("ledger", "habeas erasure ledger key")[:16])
                print(mac("erasure", "habeas erasure key")[:16])
                print(mac("suppression", "habeas suppression key")[:16])
                """
            let outcome = try await Program.run("python3", ["-c", script, "\(folder)/keys"])
            let keys = try ErasureKeys(folder: "\(folder)/keys")
            // The A with a combining mark, white space around it.
            let address = " \u{41}\u{308}da@Example.COM\n"
            let ours = [
                keys.subjectHash(kind: "user", key: "7f1c").hex,
                keys.recordHash(collection: "contacts", key: "42").hex,
                keys.suppressionHash(kind: "email", address).hex, keys.suppressionHash(kind: "phone", "+49 AB ").hex,
            ]

            #expect(
                outcome.output.split(separator: "\n").map(String.init) == ours + keys.entries.map(\.id), "\(outcome)")
        }
    }

    @Test(
        arguments: zip(
            ["Ada@Example.com", "\tada@example.com \n", "A\u{308}da@x.org", "\u{c4}DA@x.org", "STRASSE@x.org"],
            ["ada@example.com", "ada@example.com", "\u{e4}da@x.org", "\u{e4}da@x.org", "strasse@x.org"]))
    func addressesAreNormalized(given: String, wanted: String) {
        #expect(Array(ErasureKeys.normalized(given, kind: "email").utf8) == Array(wanted.utf8))
    }

    @Test func onlyAddressesLoseTheirCapitals() {
        #expect(ErasureKeys.normalized(" AbC ", kind: "external_id") == "AbC")
    }

    // MARK: the folder

    @Test func aBackupHoldsThemAll() async throws {
        try await withKeys { folder in
            var ring = try KeyRing(folder: "\(folder)/keys")
            try ring.backUp(to: "\(folder)/safe", now: Self.moment)
            let (keys, copy) = (try ErasureKeys(folder: "\(folder)/keys"), try ErasureKeys(folder: "\(folder)/safe"))

            #expect(copy.entries == keys.entries && copy.ledger == keys.ledger)
            for name in Self.names { #expect(try mode("\(folder)/safe/\(name)") == 0o600) }
        }
    }

    /// A folder of an earlier build: `habeas keys rotate` makes them, wants a new backup, and later leaves them alone.
    @Test(arguments: names) func rotationMakesWhatIsMissingOnce(name: String) async throws {
        try await withKeys { folder in
            var ring = try KeyRing(folder: "\(folder)/keys")
            try ring.backUp(to: "\(folder)/safe", now: Self.moment)
            let before = try ErasureKeys(folder: "\(folder)/keys").entries
            try FileManager.default.removeItem(atPath: "\(folder)/keys/\(name)")
            let missing = #expect(throws: KeyRingError.self) { _ = try ErasureKeys(folder: "\(folder)/keys") }
            try ring.rotate(now: Self.moment)
            let made = try ErasureKeys(folder: "\(folder)/keys").entries
            try ring.rotate(now: Self.moment)

            #expect(missing?.code == .missing && missing?.description.contains(name) == true)
            #expect(try ErasureKeys(folder: "\(folder)/keys").entries == made)
            #expect(zip(before, made).filter { $0 != $1 }.map(\.0.name) == [name])
            #expect(ring.backedUpAt == nil)
        }
    }

    @Test(arguments: names) func aFileThatIsOpenToOthersOrNoKeyIsRefused(name: String) async throws {
        try await withKeys { folder in
            let path = "\(folder)/keys/\(name)"
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            let exposed = #expect(throws: KeyRingError.self) { _ = try ErasureKeys(folder: "\(folder)/keys") }
            try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let nonsense = #expect(throws: KeyRingError.self) { _ = try ErasureKeys(folder: "\(folder)/keys") }

            #expect(exposed?.code == .exposed && nonsense?.code == .unreadable)
        }
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
