internal import ObjectStore

/// Reads a file line by line, a window at a time.
struct LineReader {
    struct Line {
        let bytes: [UInt8]
        /// From 1.
        let number: Int
        let offset: Int
        /// Whether a line feed follows.
        let isEnded: Bool
        /// Where the next line begins.
        var end: Int { offset + bytes.count + (isEnded ? 1 : 0) }
    }

    /// Longer than any line of ours: more is handed out in pieces, none of which can be read.
    private static let longest = 64 << 10
    private static let window = 256 << 10

    private let file: AppendFile
    private let end: Int
    private var buffer: [UInt8] = []
    private var start = 0
    private var offset: Int
    private var number: Int

    /// Lines from a place on, of what lies before `end`.
    init(_ file: AppendFile, from offset: Int = 0, line number: Int = 1, to end: Int) {
        self.file = file
        self.end = end
        self.offset = offset
        self.number = number
    }

    /// The next line; nil at the end.
    mutating func next() throws(ErasureLedgerError) -> Line? {
        var searched = start
        while true {
            if let feed = buffer[searched...].firstIndex(of: LedgerLine.newline) {
                return take(to: feed, isEnded: true)
            }
            searched = buffer.count
            if buffer.count - start > Self.longest { return take(to: buffer.count, isEnded: false) }
            guard try refill() else { return buffer.count == start ? nil : take(to: buffer.count, isEnded: false) }
            searched -= discarded
        }
    }

    /// How many bytes the last refill threw away.
    private var discarded = 0

    private mutating func refill() throws(ErasureLedgerError) -> Bool {
        let place = offset + buffer.count - start
        guard place < end else { return false }
        let more: [UInt8]
        do { more = try file.read(at: place, atMost: min(Self.window, end - place)) } catch {
            throw ErasureLedgerError(reading: error)
        }
        discarded = start
        buffer = Array(buffer[start...]) + more
        start = 0
        return !more.isEmpty
    }

    private mutating func take(to place: Int, isEnded: Bool) -> Line {
        let line = Line(bytes: Array(buffer[start..<place]), number: number, offset: offset, isEnded: isEnded)
        offset = line.end
        start = place + (isEnded ? 1 : 0)
        if isEnded { number += 1 }
        return line
    }
}
