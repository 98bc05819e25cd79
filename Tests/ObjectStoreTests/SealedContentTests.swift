import Crypto
import Foundation
import PostgresTestKit
import Testing

@testable import ObjectStore

/// What is sealed comes back whole, from any offset; what isn't what was sealed never does.
@Suite struct SealedContentTests {
    private static let first = SealedSample.first
    private static let further = SealedSample.further
    static let sizes = [
        0, 1, 17, first - 1, first, first + 1, first + further - 1, first + further, first + further + 1,
        first + 3 * further, 3_500_000,
    ]

    @Test(arguments: sizes) func comesBackWhole(size: Int) async throws {
        try await SealedSample.with { sample in
            let bytes = SealedSample.bytes(size)
            try sample.seal(bytes, as: "object")

            #expect(try sample.content("object") == bytes)
            #expect(try sample.open("object").bytes == UInt64(size))
            let segments = max(1, (size + 40 + Self.further - 1) / Self.further)
            #expect(try sample.open("object").segments == UInt64(segments))
            #expect(try sample.file("object").count == size + 40 + 16 * segments)
        }
    }

    @Test(arguments: [1, 7, 4096, first, 1 << 21]) func theSizeOfThePiecesDoesNotMatter(pieces: Int) async throws {
        try await SealedSample.with { sample in
            let bytes = SealedSample.bytes(pieces == 1 ? 70_000 : 2_200_000)
            try sample.seal(bytes, as: "object", pieces: pieces)
            #expect(try sample.content("object") == bytes)
        }
    }

    @Test func anyRangeIsReadWithoutWhatComesBefore() async throws {
        try await SealedSample.with { sample in
            let size = Self.first + 2 * Self.further + 12_345
            let bytes = SealedSample.bytes(size)
            try sample.seal(bytes, as: "object")
            let reader = try sample.open("object")
            var random = SystemRandomNumberGenerator()
            for _ in 0..<300 {
                let start = Int.random(in: 0...size, using: &random)
                let length = Int.random(in: 0...(Bool.random() ? 300 : 1_500_000), using: &random)
                let end = min(size, start + length)
                #expect(try reader.read(start..<(start + length)) == Array(bytes[start..<end]))
            }
            for edge in [Self.first, Self.first + Self.further, size] {
                #expect(try reader.read((edge - 1)..<(edge + 1)) == Array(bytes[(edge - 1)..<min(size, edge + 1)]))
            }
            #expect(try reader.read(size..<(size + 10)).isEmpty)
            #expect(try reader.read((size + 5_000_000)..<(size + 5_000_010)).isEmpty)
        }
    }

    @Test func readingOneRangeTouchesNoOtherSegment() async throws {
        try await SealedSample.with { sample in
            let bytes = SealedSample.bytes(Self.first + 2 * Self.further)
            try sample.seal(bytes, as: "object")
            var file = try sample.file("object")
            file[100] ^= 1
            try sample.write(file, to: "object")
            let reader = try sample.open("object")
            #expect(try reader.read(Self.first..<(Self.first + 10)) == Array(bytes[Self.first..<(Self.first + 10)]))
            #expect(throws: SealError.self) { _ = try reader.read(0..<1) }
        }
    }

    // MARK: tampering

    /// One flipped bit, wherever it is: header, ciphertext, tag, of the first, a middle and the last segment.
    @Test func anyFlippedBitIsFound() async throws {
        try await SealedSample.with { sample in
            try sample.seal(SealedSample.bytes(Self.first + Self.further + 500), as: "object")
            let good = try sample.file("object")
            let segment = 1 << 20
            let offsets = [
                0, 1, 32, 33, 39, 40, 5000, segment - 17, segment - 1, segment, 2 * segment - 1, 2 * segment,
            ]
            for offset in offsets + [good.count - 17, good.count - 16, good.count - 1] {
                var bad = good
                bad[offset] ^= 0x10
                try sample.write(bad, to: "object")
                let error = #expect(throws: SealError.self) { _ = try sample.content("object") }
                #expect(error?.code == .damaged, "\(offset)")
            }
        }
    }

    @Test func theDamagedSegmentIsNamed() async throws {
        try await SealedSample.with { sample in
            try sample.seal(SealedSample.bytes(Self.first + Self.further + 500), as: "object")
            var bad = try sample.file("object")
            bad[1 << 20 + 7] ^= 1
            try sample.write(bad, to: "object")
            let error = #expect(throws: SealError.self) { _ = try sample.content("object") }
            #expect(error?.description.contains("segment 2 of 3, bytes 1048576-2097151,") == true)
        }
    }

    @Test(arguments: [
        0, 39, 40, 55, 56, 1000, 1 << 20 - 1, 1 << 20, 1 << 20 + 16, 1 << 20 + 17, 2 << 20, 2 << 20 + 499,
    ])
    func anythingCutOffIsFound(length: Int) async throws {
        try await SealedSample.with { sample in
            try sample.seal(SealedSample.bytes(Self.first + Self.further + 500), as: "object")
            try sample.write(try sample.file("object").prefix(length), to: "object")
            let error = #expect(throws: SealError.self) { _ = try sample.open("object") }
            #expect(error?.code == .truncated || error?.code == .damaged)
            if length > 0 && length % (1 << 20) == 0 {
                #expect(error?.description.contains("was cut off: it ends after segment \(length >> 20)") == true)
            }
        }
    }

    @Test func droppedReorderedRepeatedAndAddedSegmentsAreFound() async throws {
        try await SealedSample.with { sample in
            try sample.seal(SealedSample.bytes(Self.first + 3 * Self.further), as: "object")
            let good = try sample.file("object")
            let parts = (0..<4).map { Data(good[($0 << 20)..<(($0 + 1) << 20)]) }
            let orders: [[Int]] = [
                [0, 1, 3], [0, 2, 3], [0, 2, 1, 3], [0, 1, 1, 3], [0, 1, 1, 2, 3], [0, 1, 2, 3, 3], [0, 1, 2, 2],
                [1, 2, 3], [3], [0, 3], [0, 1, 2],
            ]
            for order in orders {
                try sample.write(order.reduce(Data()) { $0 + parts[$1] }, to: "object")
                #expect(throws: SealError.self, "\(order)") { _ = try sample.content("object") }
            }
            try sample.write(good + Data([0]), to: "object")
            #expect(throws: SealError.self) { _ = try sample.open("object") }
            try sample.write(good, to: "object")
            #expect(try sample.content("object").count == Self.first + 3 * Self.further)
        }
    }

    // MARK: nonces

    @Test func noTwoObjectsAndNoTwoSegmentsShareANonce() throws {
        let key = SymmetricKey(size: .bits256)
        let one = SegmentCipher(key, associatedData: [1])
        #expect(one.header != SegmentCipher(key, associatedData: [1]).header)
        var seen: Set<[UInt8]> = []
        let segments: [UInt64] = [0, 1, 255, 256, 65_536, 1 << 24, (1 << 32) - 1]
        for segment in segments {
            for isLast in [false, true] { #expect(seen.insert(try one.nonce(segment, isLast: isLast)).inserted) }
        }
        #expect(try one.nonce(0x0102_0304, isLast: true).suffix(5) == [1, 2, 3, 4, 1])
    }

    @Test func thereIsNoSegmentBeyondThe32Bits() throws {
        let cipher = SegmentCipher(SymmetricKey(size: .bits256), associatedData: [])
        let error = #expect(throws: SealError.self) { _ = try cipher.nonce(1 << 32, isLast: true) }
        #expect(error?.code == .tooLarge)
        #expect(SegmentLayout(sealedBytes: 1 << 52)?.segments == 1 << 32)
        #expect(SegmentLayout(sealedBytes: 1 << 52 + 17) == nil)
    }

    /// A sink that fails once can't make the sealer use a number a second time.
    @Test func aFailedWriteDoesNotRepeatANonce() throws {
        struct Full: Error {}
        let cipher = SegmentCipher(SymmetricKey(size: .bits256), associatedData: [])
        var sealer = SegmentSealer(cipher)
        let bytes = SealedSample.bytes(Self.further + 1)
        var sealed: [Data] = []
        bytes.withUnsafeBytes { bytes in
            #expect(throws: Full.self) { try sealer.write(bytes) { _ in throw Full() } }
            #expect(throws: Never.self) { try sealer.write(bytes) { sealed.append(Data($0)) } }
        }
        var room = Data(count: SegmentCipher.room) + (sealed.first ?? Data())
        #expect(cipher.open(&room, segment: 0, isLast: false) == nil)
        #expect(cipher.open(&room, segment: 1, isLast: false) != nil)
    }
}
