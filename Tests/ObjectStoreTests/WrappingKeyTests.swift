import AuditLedger
import Foundation
import ObjectStore
import PostgresTestKit
import RightsCore
import Testing

/// The wrapping keys of the keys' folder, and Tink as judge of what is sealed under them.
@Suite struct WrappingKeyTests {
    private static let moment = Instant(microseconds: 1_790_000_000_000_000)

    /// Lends keys and a folder for objects.
    private func withKeys(
        _ body: (_ ring: KeyRing, _ store: SealedFolder, _ folder: String) async throws -> Void
    ) async throws {
        try await withFolder { folder in
            let ring = try KeyRing.create(folder: "\(folder)/keys", now: Self.moment)
            try FileManager.default.createDirectory(atPath: "\(folder)/objects", withIntermediateDirectories: false)
            try await body(ring, SealedFolder("\(folder)/objects"), folder)
        }
    }

    private func seal(_ bytes: [UInt8], as name: String, _ store: SealedFolder, _ ring: KeyRing) throws {
        let writer = try store.create(name, wrappedBy: try ring.wrapping.active())
        try writer.write(bytes.span.bytes)
        try writer.finish()
        try writer.publish()
    }

    private func content(_ name: String, _ store: SealedFolder, _ ring: KeyRing) throws -> [UInt8] {
        let reader = try store.open(name) { try ring.wrapping.key($0) }
        return try reader.read(0..<Int(reader.bytes))
    }

    @Test func newObjectsUseTheNewestKeyAndOldOnesStillOpen() async throws {
        try await withKeys { ring, store, folder in
            try seal([1], as: "old", store, ring)
            var rotated = ring
            try rotated.rotate(now: Self.moment)
            try seal([2], as: "new", store, rotated)

            let keys = try ["old", "new"].map { try store.open($0) { try rotated.wrapping.key($0) }.wrappingKey }
            #expect(keys[0] == ring.wrapping.entries[0].id && keys[1] == rotated.wrapping.entries[0].id)
            #expect(keys[0] != keys[1])
            #expect(rotated.wrapping.entries.map(\.status) == ["active", "retired"])
            let reread = try KeyRing(folder: "\(folder)/keys")
            #expect(try content("old", store, reread) == [1] && content("new", store, reread) == [2])
        }
    }

    @Test func aBackupOpensWhatWasSealed() async throws {
        try await withKeys { ring, store, folder in
            try seal([1], as: "a", store, ring)
            var ring = ring
            try ring.backUp(to: "\(folder)/safe", now: Self.moment)
            try FileManager.default.removeItem(atPath: "\(folder)/keys")
            #expect(try content("a", store, try KeyRing(folder: "\(folder)/safe")) == [1])
        }
    }

    @Test func aKeyThatIsMissingExposedOrAnotherIsNamed() async throws {
        try await withKeys { ring, store, folder in
            try seal([1], as: "a", store, ring)
            let id = ring.wrapping.entries[0].id
            let path = "\(folder)/keys/\(id).wrapping"
            let stranger = try KeyRing.create(folder: "\(folder)/strange", now: Self.moment)
            let unknown = #expect(throws: KeyRingError.self) { _ = try content("a", store, stranger) }
            #expect(unknown?.code == .unknownWrappingKey && unknown?.description.contains(id) == true)

            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            #expect(#expect(throws: KeyRingError.self) { _ = try content("a", store, ring) }?.code == .exposed)

            let other = stranger.wrapping.entries[0].id
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: "\(folder)/strange/\(other).wrapping", toPath: path)
            #expect(#expect(throws: KeyRingError.self) { _ = try content("a", store, ring) }?.code == .unreadable)
            try FileManager.default.removeItem(atPath: path)
            #expect(#expect(throws: KeyRingError.self) { _ = try content("a", store, ring) }?.code == .unreadable)
        }
    }

    /// A folder of keys made before there were wrapping keys: signing works, sealing says what to do, rotating does it.
    @Test func aFolderWithoutWrappingKeysGetsOneByRotating() async throws {
        try await withKeys { ring, _, folder in
            try FileManager.default.removeItem(atPath: "\(folder)/keys/wrapping.json")
            var older = try KeyRing(folder: "\(folder)/keys")
            #expect(try older.sign([1]).count == 64)
            let error = #expect(throws: KeyRingError.self) { _ = try older.wrapping.active() }
            #expect(error?.code == .missing && error?.description.contains("habeas keys rotate") == true)
            try older.rotate(now: Self.moment)
            _ = try older.wrapping.active()
        }
    }

    @Test func whatIsPublishedSaysNothingOfTheWrappingKeys() async throws {
        try await withKeys { ring, _, _ in
            let published = String(decoding: try ring.published(), as: UTF8.self)
            #expect(!published.contains(ring.wrapping.entries[0].id))
        }
    }

    // MARK: Tink

    private static let sizes = [
        0, 1, SealedSample.first - 1, SealedSample.first, SealedSample.first + 1,
        SealedSample.first + SealedSample.further, 3_500_000,
    ]

    private func judge(_ arguments: String...) async throws {
        let outcome = try await Program.run(
            Checkout.python, ["\(Checkout.path)/Tests/Judges/seals.py"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors.suffix(2000))")
    }

    @Test(arguments: sizes) func tinkOpensWhatWeSealAndWeOpenWhatTinkSeals(size: Int) async throws {
        try await withKeys { ring, store, folder in
            let bytes = SealedSample.bytes(size)
            let key = "\(folder)/keys/\(ring.wrapping.entries[0].id).wrapping"
            try seal(bytes, as: "ours ü.zip", store, ring)
            try await judge("open", "\(store.path)/ours ü.zip", key, "\(folder)/plain")
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/plain")) == Data(bytes))

            try await judge("seal", "\(folder)/plain", "\(store.path)/theirs ü.zip", key)
            #expect(try content("theirs ü.zip", store, ring) == bytes)
        }
    }
}
