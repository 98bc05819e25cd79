package import AuditLedger
package import RightsCore

/// Many keyed hashes, found by their first eight bytes in a table with free places beside (open addressing).
package struct HashIndex: Sendable {
    private let hashes: [Hash256]
    /// The first eight bytes of each hash at its place.
    private var starts: [UInt64]
    /// One more than the place in `hashes`; zero where nothing is.
    private var numbers: [UInt32]
    private let mask: Int

    /// An index of hashes that are all different.
    package init(_ list: [Hash256]) {
        var capacity = 16
        while capacity < list.count * 4 { capacity *= 2 }
        hashes = list
        starts = [UInt64](repeating: 0, count: capacity)
        numbers = [UInt32](repeating: 0, count: capacity)
        mask = capacity - 1
        for (number, hash) in hashes.enumerated() {
            let start = hash.bytes.prefix(8).enumerated().reduce(UInt64(0)) {
                $0 | UInt64($1.element) << (8 * $1.offset)
            }
            var place = Int(truncatingIfNeeded: start) & mask
            while numbers[place] != 0 { place = (place + 1) & mask }
            starts[place] = start
            numbers[place] = UInt32(number + 1)
        }
    }

    /// The number of a hash in the list; nil when it isn't there.
    package func number(of digest: KeyedDigest) -> Int? {
        var place = Int(truncatingIfNeeded: digest.start) & mask
        while numbers[place] != 0 {
            if starts[place] == digest.start, digest.hash == hashes[Int(numbers[place]) - 1] {
                return Int(numbers[place]) - 1
            }
            place = (place + 1) & mask
        }
        return nil
    }
}
