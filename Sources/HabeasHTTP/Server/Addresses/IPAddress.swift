/// An IPv4 or IPv6 address as a value; IPv4 is kept in its mapped form `::ffff:a.b.c.d`.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// The upper 64 bits: network and subnet of an IPv6 address.
    package let high: UInt64
    /// The lower 64 bits.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Parses the text of an address, with or without a zone (`%eth0`) and brackets; nil when it is none.
    package init?(_ text: some StringProtocol) {
        var rest = text[...]
        if rest.hasPrefix("["), rest.hasSuffix("]") { rest = rest.dropFirst().dropLast() }
        guard rest.utf8.count <= 64 else { return nil }
        let parts = rest.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first, let words = Self.words(of: String(address)) else { return nil }
        high = words[0..<4].reduce(0) { $0 << 16 | UInt64($1) }
        low = words[4..<8].reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// Whether this is an IPv4 address.
    package var isIPv4: Bool { high == 0 && low >> 32 == 0xffff }

    /// What counts as one client: an IPv4 address, or an IPv6 network of 64 bits, since one customer has all of it.
    package var client: IPAddress { isIPv4 ? self : IPAddress(high: high, low: 0) }

    package var description: String {
        if isIPv4 { return (0..<4).map { String(low >> (24 - 8 * UInt64($0)) & 0xff) }.joined(separator: ".") }
        return [high, low].flatMap { half in (0..<4).map { String(half >> (48 - 16 * UInt64($0)) & 0xffff, radix: 16) }
        }
        .joined(separator: ":")
    }

    private static func words(of text: String) -> [UInt16]? {
        if !text.contains(":") { return dotted(text).map { [0, 0, 0, 0, 0, 0xffff, $0.0, $0.1] } }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        switch halves.count {
        case 1:
            guard let words = groups(text), words.count == 8 else { return nil }
            return words
        case 2:
            guard let front = groups(halves[0]), let back = groups(halves[1]), front.count + back.count < 8 else {
                return nil
            }
            return front + Array(repeating: 0, count: 8 - front.count - back.count) + back
        default: return nil
        }
    }

    /// The 16-bit groups between colons; the last may be a dotted IPv4 address.
    private static func groups(_ text: some StringProtocol) -> [UInt16]? {
        if text.isEmpty { return [] }
        var words: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let pair = dotted(part) else { return nil }
                words += [pair.0, pair.1]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(\.isHexDigit),
                    let word = UInt16(part, radix: 16)
                else { return nil }
                words.append(word)
            }
        }
        return words
    }

    private static func dotted(_ text: some StringProtocol) -> (UInt16, UInt16)? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt16? in
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(\.isDigit), let byte = UInt8(part) else {
                return nil
            }
            return UInt16(byte)
        }
        guard parts.count == 4, bytes.count == 4 else { return nil }
        return (bytes[0] << 8 | bytes[1], bytes[2] << 8 | bytes[3])
    }
}

extension UInt8 {
    /// `0`…`9`.
    var isDigit: Bool { (0x30...0x39).contains(self) }
    /// `0`…`9`, `a`…`f`, `A`…`F`.
    var isHexDigit: Bool { isDigit || (0x61...0x66).contains(self) || (0x41...0x46).contains(self) }
}
