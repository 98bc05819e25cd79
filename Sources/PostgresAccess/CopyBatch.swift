internal import CLibpq

/// A run of whole rows in PostgreSQL's binary COPY form, as they came from the server.
///
/// Small rows are gathered; a row of `adoptionBound` bytes or more keeps libpq's own memory, so it is never copied.
package final class CopyBatch: Sendable {
    /// Rows are gathered until a batch holds this many bytes.
    static let target = 128 * 1024
    /// Rows of this many bytes travel alone.
    static let adoptionBound = 64 * 1024

    private struct Memory: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
        let count: Int
        let isAdopted: Bool
    }
    // Written once before it is shared, freed once in deinit.
    private let memory: Memory

    init(gathering bytes: [UInt8]) {
        let start = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
        bytes.withUnsafeBytes { start.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(start), byteCount: $0.count) }
        memory = Memory(start: start, count: bytes.count, isAdopted: false)
    }

    init(adopting start: UnsafeMutablePointer<CChar>, count: Int) {
        memory = Memory(start: UnsafeMutableRawPointer(start), count: count, isAdopted: true)
    }

    deinit {
        if memory.isAdopted { PQfreemem(memory.start) } else { memory.start.deallocate() }
    }

    /// Bytes in the batch.
    package var count: Int { memory.count }

    /// Lends the bytes.
    package func withBytes<Value, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Value) throws(Failure) -> Value {
        let span = RawSpan(_unsafeStart: UnsafeRawPointer(memory.start), byteCount: memory.count)
        return try body(span)
    }
}
