import Crypto
import Foundation
import ObjectStore
import PostgresTestKit

/// Sealed objects of a test: a folder, a wrapping key, and content that is the same for the same seed.
struct SealedSample {
    let folder: String
    let wrapping = WrappingKey(id: "0123456789abcdef", key: SymmetricKey(size: .bits256))
    /// Content of the first segment when it is full, and of each further one.
    static let first = (1 << 20) - 40 - 16
    static let further = (1 << 20) - 16

    var store: SealedFolder { SealedFolder(folder) }

    /// Bytes without a pattern, quickly made.
    static func bytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        var bytes = [UInt8](repeating: 0, count: count)
        for index in bytes.indices {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            bytes[index] = UInt8(truncatingIfNeeded: state >> 56)
        }
        return bytes
    }

    /// Seals bytes in pieces of a size.
    func seal(_ bytes: [UInt8], as name: String, pieces: Int = 65_537) throws {
        let writer = try store.create(name, wrappedBy: wrapping)
        var offset = 0
        while offset < bytes.count {
            let end = min(offset + pieces, bytes.count)
            try writer.write(Array(bytes[offset..<end]).span.bytes)
            offset = end
        }
        try writer.finish()
        try writer.publish()
    }

    func open(_ name: String) throws -> SealedReader { try store.open(name) { _ in wrapping } }

    /// The whole content of an object.
    func content(_ name: String) throws -> [UInt8] {
        let reader = try open(name)
        var bytes: [UInt8] = []
        try reader.forEachSegment { segment in segment.withUnsafeBytes { bytes += $0 } }
        return bytes
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func file(_ name: String) throws -> Data { try Data(contentsOf: URL(filePath: path(name))) }

    func write(_ data: Data, to name: String) throws { try data.write(to: URL(filePath: path(name))) }

    var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: folder).sorted() } }

    /// Lends a sample in a folder of its own.
    static func with<Value>(_ body: (SealedSample) async throws -> sending Value) async throws -> sending Value {
        try await withFolder { folder in try await body(SealedSample(folder: folder)) }
    }
}

extension SealedReader {
    /// A range of the content.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        let count = try bytes.withUnsafeMutableBytes { try read(at: UInt64(range.lowerBound), into: $0) }
        return Array(bytes[..<count])
    }
}
