/// A small seeded generator of random numbers (Steele, Lea and Flood, 2014).
struct SplitMix64: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Numbers of one row: the same whenever the row is written, and independent of all others.
    init(seed: UInt64, _ purpose: Purpose, person: Int, ordinal: Int) {
        let place = UInt64(person) &<< 32 ^ UInt64(ordinal)
        var outer = SplitMix64(seed: seed ^ purpose.rawValue &* 0xd6e8_feb8_6659_fd93)
        state = SplitMix64.mix(outer.next() ^ SplitMix64.mix(place))
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        return SplitMix64.mix(state)
    }

    /// A number from zero up to, but not including, the bound.
    mutating func below(_ bound: Int) -> Int { Int(next() >> 32) % bound }

    /// A number of the range.
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// One of the values.
    mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

    /// True once in so many times.
    mutating func happens(oneIn times: Int) -> Bool { below(times) == 0 }

    /// Lower-case hexadecimal digits, sixteen for each word.
    mutating func hex(words: Int) -> String {
        var text = ""
        for _ in 0..<words {
            let digits = String(next(), radix: 16)
            text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return text
    }

    /// Random bytes.
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }

    private static func mix(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word &>> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word &>> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word &>> 31)
    }
}
