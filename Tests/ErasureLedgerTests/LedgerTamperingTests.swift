import ErasureLedger
import Foundation
import PostgresTestKit
import RightsCore
import Testing

/// What was changed, removed or put back is found.
@Suite struct LedgerTamperingTests {
    /// Every byte of every file changed, one at a time: the line is named, and nothing is appended to such a ledger.
    @Test func anyChangedByteIsFoundAndItsLineNamed() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(5, in: folder, fileLimit: 1000)
            let files = try LedgerSample.files(folder)
            #expect(files.count == 3)
            for path in files {
                let whole = try LedgerSample.read(path)
                var line = 1
                for place in whole.indices {
                    var bytes = whole
                    bytes[place] ^= 1
                    try LedgerSample.write(bytes, to: path)
                    let finding = try LedgerSample.verify(folder).findings.first
                    #expect(
                        finding?.line == line && finding?.file.map { path.hasSuffix($0) } == true,
                        "byte \(place) of \(path): \(String(describing: finding))")
                    if place % 7 == 0 || whole[place] == 10 {
                        await #expect(throws: ErasureLedgerError.self, "byte \(place) of \(path)") {
                            try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
                        }
                    }
                    if whole[place] == 10 { line += 1 }
                }
                try LedgerSample.write(whole, to: path)
            }
            #expect(try LedgerSample.verify(folder).isSound)
        }
    }

    /// Without the key everything but the codes is judged: a line that was changed doesn't fit the one after it.
    @Test func theChainAloneFindsAChangeBeforeTheEnd() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(3, in: folder)
            let path = try LedgerSample.files(folder)[0]
            let sound = try #require(try LedgerVerifier.verify(folder: folder, key: nil))
            let text = String(decoding: try LedgerSample.read(path), as: UTF8.self)
            try LedgerSample.write(text.replacing("product_deletion", with: "retention_purged").utf8, to: path)
            let report = try #require(try LedgerVerifier.verify(folder: folder, key: nil))

            #expect(sound.isSound && !sound.isComplete)
            #expect(report.findings.map(\.code) == [.unlinked] && report.findings.first?.line == 4)
            #expect(try LedgerSample.verify(folder).findings.first?.code == .altered)
        }
    }

    @Test func aRemovedDoubledOrMovedLineIsFound() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(4, in: folder)
            let path = try LedgerSample.files(folder)[0]
            let lines = try LedgerSample.read(path).split(separator: 10)
            func finding(_ changed: [ArraySlice<UInt8>]) throws -> LedgerFinding? {
                try LedgerSample.write(changed.flatMap { $0 + [10] }, to: path)
                return try LedgerSample.verify(folder).findings.first
            }
            let removed = try finding([lines[0], lines[1], lines[3], lines[4]])
            let doubled = try finding([lines[0], lines[1], lines[2], lines[2], lines[3], lines[4]])
            let swapped = try finding([lines[0], lines[1], lines[3], lines[2], lines[4]])
            let whole = try finding(lines)

            #expect(removed?.code == .missing && removed?.line == 3)
            #expect(doubled?.code == .repeated && doubled?.line == 4)
            #expect(swapped?.code == .missing && swapped?.line == 3)
            #expect(whole == nil)
        }
    }

    // MARK: files

    @Test(arguments: [0, 1]) func aMissingFileIsFound(index: Int) async throws {
        try await withFolder { folder in
            try await LedgerSample.make(9, in: folder, fileLimit: 1200)
            let files = try LedgerSample.files(folder)
            try FileManager.default.removeItem(atPath: files[index])
            let report = try LedgerSample.verify(folder)
            let error = await #expect(throws: ErasureLedgerError.self) {
                try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            }

            #expect(report.findings.map(\.code) == [.fileMissing])
            #expect(report.findings.first?.file.map { files[index + 1].hasSuffix($0) } == true)
            #expect(error?.code == .damaged)
        }
    }

    @Test func aFileUnderAnotherNameIsFound() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(2, in: folder)
            try FileManager.default.moveItem(
                atPath: "\(folder)/ledger-000000000001.jsonl", toPath: "\(folder)/ledger-000000000003.jsonl")

            #expect(try LedgerSample.verify(folder).findings.first?.code == .fileMissing)
        }
    }

    @Test func oneFileIsJudgedAlone() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(9, in: folder, fileLimit: 1200)
            let middle = try LedgerSample.files(folder)[2]
            let report = try LedgerVerifier.verify(file: middle, key: LedgerSample.key)

            #expect(report.isSound && report.first.map { $0 > 1 } == true)
            #expect(try LedgerVerifier.recognises(LedgerSample.read(middle)))
            #expect(!LedgerVerifier.recognises(Array(#"{"header":{}}"#.utf8)) && !LedgerVerifier.recognises([]))
        }
    }

    @Test func anotherKeyOrVersionIsNamed() async throws {
        try await withFolder { folder in
            try await LedgerSample.make(2, in: folder)
            let key = await #expect(throws: ErasureLedgerError.self) {
                try await ErasureLedger.open(folder: folder, key: LedgerSample.otherKey)
            }
            let report = try #require(try LedgerVerifier.verify(folder: folder, key: LedgerSample.otherKey))
            let path = try LedgerSample.files(folder)[0]
            let text = String(decoding: try LedgerSample.read(path), as: UTF8.self)
            try LedgerSample.write(
                text.replacing("habeas-erasure-ledger-1", with: "habeas-erasure-ledger-2").utf8, to: path)
            let version = await #expect(throws: ErasureLedgerError.self) {
                try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            }

            #expect(key?.code == .otherKey && report.findings.first?.code == .otherKey)
            #expect(version?.code == .otherVersion)
            #expect(try LedgerSample.verify(folder).findings.first?.code == .otherVersion)
        }
    }

    // MARK: rewound and lost

    @Test func aLedgerThatLacksTheKnownEntryIsRefused() async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            try await LedgerSample.make(3, in: folder)
            let old = try LedgerSample.read(try LedgerSample.files(folder)[0])
            let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            _ = try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment)
            let known = try await ledger.head()
            _ = try await ErasureLedger.open(folder: folder, key: LedgerSample.key, known: known)
            for seq in 1...4 {
                let entry = try await ledger.entries(from: seq).first { _ in true }?.first
                try await ledger.check(LedgerHead(seq: seq, hash: try #require(entry).hash))
            }

            try LedgerSample.write(old, to: try LedgerSample.files(folder)[0])
            try await expectRewound(folder, known)
            #expect(try LedgerSample.verify(folder).isSound)
            #expect(try LedgerSample.verify(folder, known: known).findings.map(\.code) == [.headMissing])

            // The same number, another history.
            let other = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            _ = try await other.append(try LedgerSample.draft(person: "2"), at: LedgerSample.moment)
            try await expectRewound(folder, known)
            #expect(try LedgerSample.verify(folder, known: known).findings.map(\.code) == [.headMissing])

            try FileManager.default.removeItem(atPath: folder)
            try await expectRewound(folder, known)
            #expect(!FileManager.default.fileExists(atPath: folder))
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            try await expectRewound(folder, known)
            #expect(try LedgerSample.files(folder).isEmpty)
        }
    }

    private func expectRewound(_ folder: String, _ known: LedgerHead) async throws {
        let error = await #expect(throws: ErasureLedgerError.self) {
            try await ErasureLedger.open(folder: folder, key: LedgerSample.key, known: known)
        }
        #expect(
            error?.code == .rewound && error?.description.contains("entry 4") == true, "\(String(describing: error))")
    }

    @Test(arguments: ["shortened", "replaced", "removed", "folder removed"])
    func aLedgerThatChangesWhileItIsOpenIsRefused(how: String) async throws {
        try await withFolder { parent in
            let folder = "\(parent)/ledger"
            let ledger = try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            for _ in 0..<3 { _ = try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment) }
            let path = try LedgerSample.files(folder)[0]
            let bytes = try LedgerSample.read(path)
            switch how {
            case "shortened": truncate(path, off_t(bytes.count - 1))
            case "replaced":
                try LedgerSample.write(bytes, to: "\(path).copy")
                rename("\(path).copy", path)
            case "removed": try FileManager.default.removeItem(atPath: path)
            default: try FileManager.default.removeItem(atPath: folder)
            }
            let error = await #expect(throws: ErasureLedgerError.self) {
                try await ledger.append(try LedgerSample.draft(), at: LedgerSample.moment)
            }
            #expect(error?.code == .rewound)
        }
    }

    @Test func aFolderWithNothingButATornLineIsNoFreshStart() async throws {
        try await withFolder { folder in
            try LedgerSample.write([123], to: "\(folder)/torn-1-7.part")
            let error = await #expect(throws: ErasureLedgerError.self) {
                try await ErasureLedger.open(folder: folder, key: LedgerSample.key)
            }
            #expect(error?.code == .rewound)
        }
    }

    @Test func whereNothingIsNothingIsJudged() async throws {
        try await withFolder { parent in
            let missing = try LedgerVerifier.verify(folder: "\(parent)/none", key: LedgerSample.key)
            let empty = try LedgerVerifier.verify(folder: parent, key: LedgerSample.key)

            #expect(missing?.entries == nil && empty?.entries == nil)
        }
    }
}
