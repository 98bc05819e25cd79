internal import RightsCore

extension String {
    /// The text as an unstructured header value: itself when it is short ASCII, encoded words otherwise.
    func unstructured(after column: Int) -> String {
        let isPlain = utf8.allSatisfy { (0x20...0x7E).contains($0) } && column + utf8.count <= 76
        // What only looks encoded must be encoded, or a reader decodes it; blanks at the ends get lost.
        return isPlain && !contains("=?") && first != " " && last != " " ? self : encodedWords(after: column)
    }

    /// The text as the display name before an address: a quoted string, or encoded words.
    func phrase(after column: Int) -> String {
        guard utf8.allSatisfy({ (0x20...0x7E).contains($0) }), column + utf8.count <= 70, !contains("=?") else {
            return encodedWords(after: column)
        }
        let escaped = flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"\(String(escaped))\""
    }

    /// RFC 2047, the Q encoding in UTF-8: words of at most 75 characters, none of which splits a character's bytes.
    private func encodedWords(after column: Int) -> String {
        var words: [String] = []
        var word = ""
        // "=?UTF-8?Q?" and "?=" take twelve.
        var room = 76 - column - 12
        for scalar in unicodeScalars {
            let unit = String(scalar).utf8.map { byte in
                byte.isLetterOrDigit
                    ? String(UnicodeScalar(byte)) : byte == UInt8(ascii: " ") ? "_" : QuotedPrintable.escape(byte)
            }.joined()
            if word.utf8.count + unit.utf8.count > room {
                words.append(word)
                word = ""
                room = 75 - 12
            }
            word += unit
        }
        words.append(word)
        return words.map { "=?UTF-8?Q?\($0)?=" }.joined(separator: "\r\n ")
    }
}
