/// Quoted-printable text: RFC 2045 §6.7.
enum QuotedPrintable {
    /// The text with CRLF line ends, ASCII, no line longer than 76 characters.
    static func encode(_ text: String) -> String {
        let plain = text.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" })
        return plain.map { line in
            encodeLine(Array(String(line.last == "\r" ? line.dropLast() : line).utf8))
        }.joined(separator: "\r\n")
    }

    private static func encodeLine(_ bytes: [UInt8]) -> String {
        var text = ""
        var width = 0
        for (place, byte) in bytes.enumerated() {
            let unit = isLiteral(byte, endsLine: place == bytes.count - 1) ? String(UnicodeScalar(byte)) : escape(byte)
            let isLast = place == bytes.count - 1
            // The last unit may fill the line; any other leaves room for the `=` of a soft line end.
            if width + unit.utf8.count > (isLast ? 76 : 75) {
                text += "=\r\n"
                width = 0
            }
            text += unit
            width += unit.utf8.count
        }
        return text
    }

    private static func isLiteral(_ byte: UInt8, endsLine: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "="): false
        case 0x21...0x7E: true
        // Blanks at the end of a line get lost on the way.
        case UInt8(ascii: " "), UInt8(ascii: "\t"): !endsLine
        default: false
        }
    }

    /// `=` and two upper-case hexadecimal digits.
    static func escape(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "=0\(digits)" : "=\(digits)"
    }
}
