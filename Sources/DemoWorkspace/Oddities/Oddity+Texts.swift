extension Oddity {
    static let emoji = [
        "🙂", "family 👨‍👩‍👧‍👦 of four", "flag 🏳️‍🌈 by joiners", "👍🏽 skin tone", "🇩🇪🇯🇵🇰🇪", "𝒜𝒹𝒶 in script letters",
        "𠜎𠜱𠝹 outside the basic plane", "\u{FEFF}byte order mark first", "replacement \u{FFFD} character",
        "last code point \u{10FFFF}", "zero\u{200B}width\u{200D}joiner\u{200C}", "keycap 7️⃣ and ©️ and ☎︎",
        "zalgo h\u{301}\u{323}\u{30A}\u{35C}e\u{316}\u{489}", "soft\u{AD}hyphen and no-break\u{A0}space",
    ]

    static let rightToLeft = [
        "שָׁלוֹם עוֹלָם", "مرحبًا بالعالم", "Ada אדה and آدا", "السَّلَامُ عَلَيْكُمْ ١٢٣", "abc \u{200F}אבג\u{200E} def",
        "photo\u{202E}gpj.exe", "isolate \u{2066}left\u{2069} \u{2067}ימין\u{2069}", "\u{202B}embedded\u{202C}",
        "עִבְרִית (with brackets) [1]", "فارسی، ۱۴۰۵",
    ]

    static let normalForms = [
        "Zo\u{EB}", "Zoe\u{308}", "\u{C5}ngstr\u{F6}m", "A\u{30A}ngstro\u{308}m", "\u{212B}ngstr\u{F6}m", "\u{1E69}",
        "s\u{323}\u{307}", "s\u{307}\u{323}", "\u{D55C}\u{AE00}", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}",
        "\u{FB01}ligature", "filigature", "\u{2126} and \u{3A9}", "İstanbul ıI", "straße STRASSE",
    ]

    static let lineSeparators = [
        "line\u{2028}separator", "paragraph\u{2029}separator", "next\u{85}line", "vertical\u{0B}tab", "form\u{0C}feed",
        "\u{2028}", "\u{2029}\u{2029}", "ends in one\u{2028}", "</script>\u{2028}<!--",
    ]

    static let controlCharacters =
        [
            String(String.UnicodeScalarView((1...31).map { Unicode.Scalar(UInt8($0)) })), "delete \u{7F}",
            "tab\there", "new\nline", "carriage\rreturn", "both\r\nof them", "\n", "\r", "\t", "back\\slash", "\\",
            "\\.", "\\N", "\\\\", "double\"quote", "'single'", "\"", "''", "\u{1B}[31mred\u{1B}[0m",
            "\u{1B}]0;title\u{07}", "\u{80}\u{9F} upper controls", "bell\u{07}", "a,b;c|d", "%s%n{}$1",
            "end\u{1A}of file",
        ]

    static let csvFormulas = [
        "=cmd|' /C calc'!A0", "-5", "+49 30 1234", "@x", "\tleading tab", "\rleading return", "line\n\"quoted\"\nlines",
        "", " ", "  leading spaces", "trailing spaces  ", "NULL", "\\N", "null", "\"already quoted\"", "a,b", "a;b",
        "=HYPERLINK(\"http://example.com\",\"here\")", "=1+1", "-", "00123", "1e5", "2026-01-02", "TRUE", "=\"001\"",
        "\u{FF1D}1+1", "\r\n", ",", "\"", "''",
    ]

    /// A mebibyte, and just beyond the sizes at which buffers tend to end.
    static let longTexts = [1_048_576, 65_537, 8193].map { length in
        String(repeating: "A long line goes on. ", count: length / 21) + String(repeating: "é", count: length % 21)
    }
}
