/// A position in PostgreSQL's write-ahead log (`pg_lsn`).
package struct LogPosition: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Bytes from the beginning of the log.
    package let bytes: UInt64

    /// A position from its number of bytes.
    package init(bytes: UInt64) { self.bytes = bytes }

    /// Parses what PostgreSQL prints, such as `0/37014A28`; nil when it is anything else.
    package init?(_ text: some StringProtocol) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, let high = Self.half(halves[0]), let low = Self.half(halves[1]) else { return nil }
        bytes = UInt64(high) << 32 | UInt64(low)
    }

    private static func half(_ digits: some StringProtocol) -> UInt32? {
        guard (1...8).contains(digits.utf8.count), digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            return nil
        }
        return UInt32(digits, radix: 16)
    }

    /// As PostgreSQL prints it.
    package var description: String {
        "\(String(bytes >> 32, radix: 16, uppercase: true))/\(String(bytes & 0xffff_ffff, radix: 16, uppercase: true))"
    }

    package static func < (left: LogPosition, right: LogPosition) -> Bool { left.bytes < right.bytes }
}
