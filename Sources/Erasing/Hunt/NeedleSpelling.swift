internal import Foundation
internal import RowEncoding

/// One way in which a needle may stand somewhere.
struct NeedleSpelling: Hashable {
    /// What must not stand beside it, lest it is part of something else.
    enum Edges { case mail, text, number, none }

    let pattern: BytePattern
    let edges: Edges
    /// Where in groups of base64 it stands; nil when it is written plainly.
    let base64: Base64Place?

    private init(_ bytes: [UInt8], ignoresCase: Bool = true, _ edges: Edges, base64: Base64Place? = nil) {
        pattern = BytePattern(bytes, ignoresCase: ignoresCase)
        self.edges = edges
        self.base64 = base64
    }

    /// All spellings of a needle that is strong enough.
    static func all(of needle: Needle) -> Set<NeedleSpelling> {
        switch needle.form {
        case .uuid: uuid(needle.value)
        case .number: [NeedleSpelling(Array(needle.value.drop { $0 == "0" }.utf8), .number)]
        case .mail: texts(needle.value, .mail).union(base64(needle.value, .mail))
        case .text: texts(needle.value, .text).union(base64(needle.value, .text))
        }
    }

    /// Letters of base64 have no case of their own: the text as it is, and in small letters.
    private static func base64(_ text: String, _ edges: Edges) -> Set<NeedleSpelling> {
        let spellings = Set([text, text.lowercased()]).flatMap { Base64Place.spellings(of: $0) }
        return Set(spellings.map { NeedleSpelling($0.letters, ignoresCase: false, edges, base64: $0.place) })
    }

    // MARK: UUID

    private static func uuid(_ text: String) -> Set<NeedleSpelling> {
        guard let raw = uuidBytes(text) else { return [] }
        let hex = Array(raw.map { String(UInt16(0x100) + UInt16($0), radix: 16).dropFirst() }.joined().utf8)
        let dashes = [8, 4, 4, 4, 12]
        var dashed: [UInt8] = []
        var rest = hex[...]
        for count in dashes {
            dashed += (dashed.isEmpty ? [] : Array("-".utf8)) + rest.prefix(count)
            rest = rest.dropFirst(count)
        }
        // Sixteen bytes of a counting or zero UUID are what much else consists of; as text it is unmistakable.
        let isPlain = Set(raw).count < 5
        let texts = [NeedleSpelling(hex, .none), NeedleSpelling(dashed, .none)]
        let bytes = isPlain ? [] : [NeedleSpelling(raw, ignoresCase: false, .none)]
        return base64(String(decoding: dashed, as: UTF8.self), .none).union(texts + bytes)
    }

    /// The sixteen bytes of a UUID in any form that PostgreSQL reads.
    static func uuidBytes(_ text: String) -> [UInt8]? {
        var digits = text.utf8.filter { $0 != UInt8(ascii: "-") }
        if digits.first == UInt8(ascii: "{") && digits.last == UInt8(ascii: "}") {
            digits = digits.dropFirst().dropLast()
        }
        guard digits.count == 32 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            guard let high = hexValue(digits[digits.startIndex + index]),
                let low = hexValue(digits[digits.startIndex + index + 1])
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    // MARK: text

    /// Cases and normal forms of letters beyond ASCII, and the escapes of JSON, URLs and HTML.
    private static func texts(_ text: String, _ edges: Edges) -> Set<NeedleSpelling> {
        let cases = [text, text.lowercased(), text.uppercased(), text.capitalized]
        let forms = cases.flatMap {
            [$0, $0.precomposedStringWithCanonicalMapping, $0.decomposedStringWithCanonicalMapping]
        }
        let written = forms.flatMap { [$0, jsonEscaped($0), percentEscaped($0), htmlEscaped($0)] }
        // Case apart, most of them are the same.
        let folded = written.map { $0.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
        return Set(folded.map { NeedleSpelling($0, edges) })
    }

    /// As ASCII-only JSON writers do it (RFC 8259, 7).
    private static func jsonEscaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": escaped += "\\\(scalar)"
            case _ where scalar.isASCII: escaped.unicodeScalars.append(scalar)
            default:
                for unit in String(scalar).utf16 {
                    escaped += "\\u" + String(0x10000 + Int(unit), radix: 16).dropFirst()
                }
            }
        }
        return escaped
    }

    /// As form fields do it (RFC 3986, 2.3: what isn't unreserved).
    private static func percentEscaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character)) {
                escaped.append(character)
            } else {
                escaped += "%" + String(0x100 + Int(byte), radix: 16).dropFirst()
            }
        }
        return escaped
    }

    private static func htmlEscaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("'", with: "&#39;").replacing("@", with: "&#64;")
    }
}
