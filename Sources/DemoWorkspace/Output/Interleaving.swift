/// Deals out turns so that everybody's are spread evenly over the whole: physical order mixes owners.
///
/// A person's k-th of n turns has its place at about k/n; a binary heap always knows whose turn is next.
struct Interleaving {
    /// Whose turn it is, and which one.
    struct Turn {
        let index: Int
        let ordinal: Int
        let count: Int
        /// From 0 at the begin to 2³² at the end.
        let position: UInt32
    }

    private struct Entry {
        var position: UInt64
        let index: Int
        let offset: UInt64
        var ordinal = 0

        func precedes(_ other: Entry) -> Bool {
            position == other.position ? index < other.index : position < other.position
        }
    }

    private let counts: [Int]
    private var heap: [Entry] = []

    init(counts: [Int], seed: UInt64) {
        self.counts = counts
        var random = SplitMix64(seed: seed)
        for index in counts.indices {
            let offset = random.next() >> 32
            guard counts[index] > 0 else { continue }
            heap.append(Entry(position: offset / UInt64(counts[index]), index: index, offset: offset))
        }
        for place in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sink(place) }
    }

    mutating func next() -> Turn? {
        guard var entry = heap.first else { return nil }
        let count = counts[entry.index]
        let position = UInt32(truncatingIfNeeded: entry.position)
        let turn = Turn(index: entry.index, ordinal: entry.ordinal, count: count, position: position)
        entry.ordinal += 1
        if entry.ordinal < count {
            entry.position = (UInt64(entry.ordinal) << 32 + entry.offset) / UInt64(count)
            heap[0] = entry
        } else {
            let last = heap.removeLast()
            if heap.isEmpty { return turn }
            heap[0] = last
        }
        sink(0)
        return turn
    }

    private mutating func sink(_ start: Int) {
        var place = start
        let entry = heap[start]
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].precedes(heap[child]) { child += 1 }
            guard heap[child].precedes(entry) else { break }
            heap[place] = heap[child]
            place = child
        }
        heap[place] = entry
    }
}
