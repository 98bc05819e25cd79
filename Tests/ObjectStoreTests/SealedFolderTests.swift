import Crypto
import Foundation
import PostgresTestKit
import Testing

@testable import ObjectStore

/// Object and key lie beside each other, belong together, and go together.
@Suite struct SealedFolderTests {
    @Test func objectAndKeyAreForTheOwnerAloneAndNothingElseIsLeft() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1, 2, 3], as: "a.zip")
            #expect(try sample.names == ["a.zip", "a.zip.key"])
            for name in try sample.names {
                let mode = try FileManager.default.attributesOfItem(atPath: sample.path(name))[.posixPermissions]
                #expect(mode as? Int == 0o600)
            }
        }
    }

    @Test func theContentIsNeverOnDiskInTheClear() async throws {
        try await SealedSample.with { sample in
            let canary = Array("ada@example.com writes to grace".utf8)
            let writer = try sample.store.create("a.zip", wrappedBy: sample.wrapping)
            for _ in 0..<100_000 { try writer.write(canary.span.bytes) }
            let partial = try #require(try sample.names.first { $0.hasPrefix(".habeas-partial") })
            let half = try sample.file(partial)
            #expect(half.count >= 2 << 20 && half.range(of: Data("ada@example".utf8)) == nil)
            #expect(try !sample.names.contains { $0.hasPrefix("a.zip") })
            try writer.finish()
            try writer.publish()
            for name in try sample.names { #expect(try sample.file(name).range(of: Data("ada@example".utf8)) == nil) }
        }
    }

    @Test func nothingIsOverwritten() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a.zip")
            let error = #expect(throws: NewFileError.self) { try sample.seal([2], as: "a.zip") }
            #expect(error?.reason == .exists)
            #expect(try sample.content("a.zip") == [1])
        }
    }

    /// Two writers want one name: the first wins with its own key, the second leaves nothing.
    @Test func theLaterOfTwoLeavesTheEarlierWhole() async throws {
        try await SealedSample.with { sample in
            let writers = try (0..<2).map { _ in try sample.store.create("a.zip", wrappedBy: sample.wrapping) }
            for (number, writer) in writers.enumerated() {
                try writer.write([UInt8(number)].span.bytes)
                try writer.finish()
            }
            try writers[0].publish()
            let error = #expect(throws: NewFileError.self) { try writers[1].publish() }
            #expect(error?.reason == .exists)
            writers[1].abandon()
            #expect(try sample.content("a.zip") == [0])
            #expect(try sample.names == ["a.zip", "a.zip.key"])
        }
    }

    @Test(arguments: ["", ".", "..", "x.key", ".habeas-partial-1", String(repeating: "n", count: 252)])
    func someNamesAreRefused(name: String) async throws {
        try await SealedSample.with { sample in
            let error = #expect(throws: SealError.self) { try sample.seal([1], as: name) }
            #expect(error?.code == .badName)
            let names = try sample.names
            #expect(names.isEmpty)
        }
    }

    @Test(arguments: ["ada.zip", "ü ñ 漢字 🗝.zip", "-rf", "a\"b\\c\n.zip", String(repeating: "n", count: 251)])
    func mostNamesAreFine(name: String) async throws {
        try await SealedSample.with { sample in
            try sample.seal([1, 2], as: name)
            #expect(try sample.content(name) == [1, 2])
        }
    }

    // MARK: keys

    private func code(_ sample: SealedSample, _ name: String) -> SealError.Code? {
        do { _ = try sample.content(name) } catch { return (error as? SealError)?.code }
        return nil
    }

    @Test func objectsAndKeysCanNotBeSwapped() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            try sample.seal([2], as: "b")
            let (a, b) = (try sample.file("a"), try sample.file("b"))
            let (keyA, keyB) = (try sample.file("a.key"), try sample.file("b.key"))

            try sample.write(b, to: "a")
            #expect(code(sample, "a") == .damaged)
            try sample.write(keyB, to: "a.key")
            #expect(code(sample, "a") == .otherObject)
            // The name in the key file is bound to the wrapped key, so editing it doesn't help.
            let edited = String(decoding: keyB, as: UTF8.self).replacing("\"b\"", with: "\"a\"")
            try sample.write(Data(edited.utf8), to: "a.key")
            #expect(code(sample, "a") == .keyRefused)
            try sample.write(a, to: "a")
            try sample.write(keyA, to: "a.key")
            #expect(try sample.content("a") == [1])
        }
    }

    @Test func aRenamedObjectSaysWhoseKeyItHas() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            for ending in ["", ".key"] {
                try FileManager.default.moveItem(atPath: sample.path("a\(ending)"), toPath: sample.path("b\(ending)"))
            }
            let error = #expect(throws: SealError.self) { _ = try sample.open("b") }
            #expect(error?.code == .otherObject && error?.description.contains("“a”, not of “b”") == true)
        }
    }

    @Test func theKeyOfAnEarlierObjectOfTheSameNameOpensNothing() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            let key = try sample.file("a.key")
            #expect(try sample.store.destroy("a") == Destruction(key: .removed, object: .removed))
            try sample.seal([2], as: "a")
            try sample.write(key, to: "a.key")
            #expect(code(sample, "a") == .damaged)
        }
    }

    @Test func anotherWrappingKeyOpensNothing() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            let other = WrappingKey(id: sample.wrapping.id, key: SymmetricKey(size: .bits256))
            let error = #expect(throws: SealError.self) { _ = try sample.store.open("a") { _ in other } }
            #expect(error?.code == .keyRefused)
        }
    }

    @Test(arguments: [
        "", "{}", "{\"format\":\"habeas-sealed-object-key\",\"version\":2}", "-----BEGIN PRIVATE KEY-----",
    ])
    func otherFilesAreNoKeyFiles(text: String) async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            try sample.write(Data(text.utf8), to: "a.key")
            #expect(code(sample, "a") == .badKeyFile)
            let error = #expect(throws: SealError.self) { _ = try sample.store.destroy("a") }
            #expect(error?.code == .notSealed)
            #expect(try sample.names == ["a", "a.key"])
        }
    }

    @Test func aMissingHalfIsNamed() async throws {
        try await SealedSample.with { sample in
            #expect(code(sample, "a") == .noObject)
            try sample.seal([1], as: "a")
            try FileManager.default.removeItem(atPath: sample.path("a.key"))
            #expect(code(sample, "a") == .noKey)
        }
    }
}
