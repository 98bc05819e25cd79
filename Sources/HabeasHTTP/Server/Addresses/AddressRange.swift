/// A range of addresses in CIDR form, such as `10.0.0.0/8` or `fd00::/8`; a bare address is a range of one.
package struct AddressRange: Hashable, Sendable {
    private let base: IPAddress
    private let bits: UInt64

    /// Parses `address/bits` or `address`; nil when it is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let base = IPAddress(parts[0]) else { return nil }
        let width: UInt64 = base.isIPv4 ? 32 : 128
        var bits = width
        if parts.count == 2 {
            guard let given = UInt64(parts[1]), given <= width else { return nil }
            bits = given
        }
        self.base = base
        self.bits = bits + (base.isIPv4 ? 96 : 0)
    }

    /// Whether the address lies in the range.
    package func contains(_ address: IPAddress) -> Bool {
        Self.agree(base.high, address.high, bits: min(bits, 64))
            && Self.agree(base.low, address.low, bits: bits > 64 ? bits - 64 : 0)
    }

    private static func agree(_ left: UInt64, _ right: UInt64, bits: UInt64) -> Bool {
        bits == 0 || (left ^ right) >> (64 - bits) == 0
    }
}
