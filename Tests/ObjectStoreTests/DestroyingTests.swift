import Foundation
import PostgresTestKit
import Testing

@testable import ObjectStore

/// Destroying ends the key first; whatever a killed process left, the next one finishes, and nothing else is touched.
@Suite struct DestroyingTests {
    /// The key file as a process leaves it that was killed in a state.
    private func leave(_ state: String, _ name: String, in sample: SealedSample) throws {
        var key = try JSONSerialization.jsonObject(with: try sample.file("\(name).key")) as? [String: Any] ?? [:]
        key["state"] = state
        if state == "destroyed" { key["wrapped_key"] = nil }
        try sample.write(try JSONSerialization.data(withJSONObject: key), to: "\(name).key")
    }

    @Test func destroyingTakesBothAndMayBeRepeated() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            try sample.seal([2], as: "b")
            #expect(try sample.store.destroy("a") == Destruction(key: .removed, object: .removed))
            #expect(try sample.store.destroy("a") == Destruction(key: .absent, object: .absent))
            #expect(try sample.names == ["b", "b.key"])
            #expect(try sample.content("b") == [2])
        }
    }

    @Test func aDestructionThatWasKilledIsFinished() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            try leave("destroyed", "a", in: sample)
            let error = #expect(throws: SealError.self) { _ = try sample.open("a") }
            #expect(error?.code == .destroyed)
            #expect(try sample.store.destroy("a") == Destruction(key: .absent, object: .removed))
            #expect(try sample.names.isEmpty)

            try sample.seal([1], as: "a")
            try leave("destroyed", "a", in: sample)
            try FileManager.default.removeItem(atPath: sample.path("a"))
            try sample.seal([3], as: "a")
            #expect(try sample.content("a") == [3])
        }
    }

    @Test func whatIsNotKnownToBeSealedIsNotDestroyed() async throws {
        try await SealedSample.with { sample in
            try sample.write(Data("(a letter)".utf8), to: "letter")
            let error = #expect(throws: SealError.self) { _ = try sample.store.destroy("letter") }
            #expect(error?.code == .notSealed)
            #expect(try sample.names == ["letter"])
        }
    }

    @Test func aKeyWhoseObjectWasMovedIsKeptUntilItIsDestroyed() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            let moved = try sample.file("a")
            try FileManager.default.removeItem(atPath: sample.path("a"))
            #expect(try sample.store.list() == [SealedEntry(name: "a", state: .keyOnly)])
            let error = #expect(throws: SealError.self) { try sample.seal([2], as: "a") }
            #expect(error?.code == .strayKey)
            try sample.write(moved, to: "a")
            #expect(try sample.content("a") == [1])
            try FileManager.default.removeItem(atPath: sample.path("a"))
            #expect(try sample.store.destroy("a") == Destruction(key: .removed, object: .absent))
            #expect(try sample.names.isEmpty)
        }
    }

    /// Killed between the key's name and the object's: the key says so, and the next of that name takes its place.
    @Test func aCreationThatWasKilledDoesNotDisturbTheNext() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            try leave("naming", "a", in: sample)
            try FileManager.default.moveItem(atPath: sample.path("a"), toPath: sample.path(".habeas-partial-1-2"))
            try sample.seal([2], as: "a")
            #expect(try sample.content("a") == [2])
            #expect(try sample.store.list() == [SealedEntry(name: "a", state: .whole)])
            #expect(try sample.names == ["a", "a.key"])
        }
    }

    @Test func listingClearsWhatKilledProcessesLeft() async throws {
        try await SealedSample.with { sample in
            for name in ["a", "b", "c", "d"] { try sample.seal([1], as: name) }
            try leave("destroyed", "a", in: sample)
            try leave("naming", "b", in: sample)
            try FileManager.default.moveItem(atPath: sample.path("b"), toPath: sample.path(".habeas-partial-1-2"))
            try leave("naming", "c", in: sample)
            try sample.write(Data("somebody else's".utf8), to: "server.key")
            try sample.write(Data("plain".utf8), to: "plain.zip")

            let entries = try sample.store.list()

            #expect(entries == [SealedEntry(name: "c", state: .whole), SealedEntry(name: "d", state: .whole)])
            #expect(try sample.names == ["c", "c.key", "d", "d.key", "plain.zip", "server.key"])
            #expect(try sample.content("c") == [1])
        }
    }

    @Test func aCopyOfAKeyDestroysNothingBesideIt() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            try FileManager.default.copyItem(atPath: sample.path("a.key"), toPath: sample.path("letter.key"))
            try sample.write(Data("plain".utf8), to: "letter")
            let error = #expect(throws: SealError.self) { try sample.store.destroy("letter") }
            #expect(error?.code == .badKeyFile)
            #expect(try sample.names == ["a", "a.key", "letter", "letter.key"])
        }
    }

    @Test func aRenamedObjectCanBeDestroyed() async throws {
        try await SealedSample.with { sample in
            try sample.seal([1], as: "a")
            for ending in ["", ".key"] {
                try FileManager.default.moveItem(atPath: sample.path("a\(ending)"), toPath: sample.path("b\(ending)"))
            }
            #expect(try sample.store.destroy("b") == Destruction(key: .removed, object: .removed))
            #expect(try sample.names.isEmpty)
        }
    }
}
