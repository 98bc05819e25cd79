/// 32 bytes of a hash or a keyed hash.
package struct Hash256: Hashable, Sendable, CustomStringConvertible {
    /// The bytes.
    package let bytes: [UInt8]

    /// Takes 32 bytes; nil when there are more or fewer.
    package init?(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        if self.bytes.count != 32 { return nil }
    }

    /// Parses 64 hexadecimal digits.
    package init?(hex: some StringProtocol) {
        guard let bytes = [UInt8](hex: hex) else { return nil }
        self.init(bytes)
    }

    /// 64 hexadecimal digits in lower case.
    package var hex: String { bytes.hex }
    package var description: String { hex }
}

extension [UInt8] {
    /// Lower-case hexadecimal digits.
    package var hex: String {
        var text: [UInt8] = []
        text.reserveCapacity(count * 2)
        let digits = Array<UInt8>("0123456789abcdef".utf8)
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Parses hexadecimal digits of either case; nil when there is anything else, or half a byte.
    package init?(hex: some StringProtocol) {
        self = []
        var high: UInt8?
        for character in hex {
            guard let digit = character.hexDigitValue, character.isASCII else { return nil }
            if let first = high {
                append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        if high != nil { return nil }
    }
}
