/// The id of one request: a UUID of version 7 (RFC 9562 §5.7), so ids sort by time.
package struct RequestID: Hashable, Sendable, CustomStringConvertible {
    /// Lower-case canonical text, 36 characters.
    package let text: String

    /// A fresh id for `now`.
    package init(now: Instant, using random: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, now.microseconds / 1000))
        let high = milliseconds << 16 | 0x7000 | random.next(upperBound: 0x1000 as UInt64)
        let low = 0x8000_0000_0000_0000 | random.next() >> 2
        text = Self.canonical(high: high, low: low)
    }

    /// Parses canonical text; nil when it is no UUID.
    package init?(_ text: String) {
        let lowered = text.lowercased()
        guard lowered.isUUID else { return nil }
        self.text = lowered
    }

    /// The last eight hexadecimal digits: random, so it names an archive without telling anything.
    package var shortText: String { String(text.suffix(8)) }

    package var description: String { text }

    private static func canonical(high: UInt64, low: UInt64) -> String {
        let digits = high.hex(16) + low.hex(16)
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}

extension UInt64 {
    fileprivate func hex(_ width: Int) -> String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}

extension String {
    /// Whether this is a UUID in its canonical 8-4-4-4-12 form, in either case.
    package var isUUID: Bool {
        let groups = split(separator: "-", omittingEmptySubsequences: false)
        return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
            && groups.allSatisfy { $0.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit } }
    }
}
