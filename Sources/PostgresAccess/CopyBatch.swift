internal import CLibpq

/// A run of whole rows in PostgreSQL's binary COPY form, as they came from the server.
///
/// Small rows are gathered; a row of `adoptionBound` bytes or more keeps libpq's own memory, so it is never copied.
package final class CopyBatch: Sendable {
    /// Rows are gathered until a batch holds this many bytes.
    static let target = 256 * 1024
    /// Rows of this many bytes travel alone.
    static let adoptionBound = 64 * 1024

    private struct Memory: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
        let count: Int
        let isAdopted: Bool
    }
    // Written once before it is shared, freed once in deinit.
    private let memory: Memory

    /// Whether the copy's end is known to follow; when it isn't known, the next batch may still be none.
    package let isLast: Bool

    /// Takes over the rows gathered.
    init(gathered rows: consuming RowGatherer, isLast: Bool) {
        let (start, count) = rows.takeMemory()
        self.isLast = isLast
        memory = Memory(start: start, count: count, isAdopted: false)
    }

    init(adopting start: UnsafeMutablePointer<CChar>, count: Int) {
        isLast = false
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

/// Small rows on their way into one batch: room for a batch and the last row that fills it.
struct RowGatherer: ~Copyable {
    private var start: UnsafeMutableRawPointer?
    private(set) var count = 0

    /// Copies one row of fewer than `CopyBatch.adoptionBound` bytes.
    mutating func append(_ row: UnsafeMutablePointer<CChar>, count rowCount: Int) {
        let place =
            start ?? .allocate(byteCount: CopyBatch.target + CopyBatch.adoptionBound, alignment: 16)
        start = place
        (place + count).copyMemory(from: row, byteCount: rowCount)
        count += rowCount
    }

    fileprivate consuming func takeMemory() -> (UnsafeMutableRawPointer, Int) {
        guard let memory = start else { preconditionFailure("a batch holds a row") }
        let held = count
        start = nil
        discard self
        return (memory, held)
    }

    deinit { start?.deallocate() }
}
