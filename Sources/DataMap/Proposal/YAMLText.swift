/// Text as YAML writes it: plain where every reader agrees that it is text, else in double quotes.
enum YAMLText {
    /// A value or key on one line.
    static func scalar(_ text: String) -> String { isPlain(text) ? text : quoted(text) }

    /// A list on one line.
    static func list(_ items: [String]) -> String { "[\(items.joined(separator: ", "))]" }

    /// Text for a comment: on one line, without what YAML forbids even there.
    static func comment(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars { line.unicodeScalars.append(isPrintable(scalar) ? scalar : " ") }
        return line.split(separator: " ").joined(separator: " ")
    }

    /// Words that some reader takes for something else than text (YAML 1.1 and 1.2).
    private static let words: Set<String> = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "nan", "inf"]

    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first) || first == UInt8(ascii: "_"),
            text.utf8.last != UInt8(ascii: " ")
        else { return false }
        let rest = text.utf8.allSatisfy { byte in
            isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: " ")]
                    .contains(byte)
        }
        return rest && !words.contains(text.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where isPrintable(scalar): quoted.unicodeScalars.append(scalar)
            default: quoted += escaped(scalar.value)
            }
        }
        return quoted + "\""
    }

    private static func escaped(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        let (mark, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        return "\\\(mark)" + String(repeating: "0", count: width - digits.count) + digits
    }

    /// What YAML takes as it is, line breaks and marks of order apart (YAML 1.2, c-printable).
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
