/// Parses JSON by the letter (RFC 8259), and refuses what readers disagree about: a name twice in an object, half of a
/// surrogate pair, text that isn't UTF-8. Errors tell where, never what was there.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private let depthLimit: Int

    private init(_ bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    /// The value of a whole text.
    static func parse(_ bytes: [UInt8], depthLimit: Int = 32) throws(Problem) -> JSONValue {
        var parser = JSONParser(bytes, depthLimit: depthLimit)
        parser.skipSpace()
        let value = try parser.value()
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.fault("something follows the value") }
        return value
    }

    private mutating func value() throws(Problem) -> JSONValue {
        switch current {
        case UInt8(ascii: "{"): return try nested { parser throws(Problem) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(Problem) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw fault("the text ends where a value is due")
        default: return .number(try number())
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(Problem) -> JSONValue
    ) throws(Problem) -> JSONValue {
        depth += 1
        guard depth <= depthLimit else { throw fault("values are nested too deeply") }
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(Problem) -> JSONValue {
        var members: [(name: String, value: JSONValue)] = []
        var names: Set<String> = []
        position += 1
        skipSpace()
        if take("}") { return .object([]) }
        repeat {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw fault("a name in quotes is due") }
            let name = try string()
            guard names.insert(name).inserted else {
                throw Problem(.duplicateField, "\(FieldPath.quoted(name)) comes twice in one object, \(place)")
            }
            skipSpace()
            guard take(":") else { throw fault("a colon is due") }
            skipSpace()
            members.append((name, try value()))
            skipSpace()
        } while take(",")
        guard take("}") else { throw fault("a comma or a closing brace is due") }
        return .object(members)
    }

    private mutating func array() throws(Problem) -> JSONValue {
        var values: [JSONValue] = []
        position += 1
        skipSpace()
        if take("]") { return .array([]) }
        repeat {
            skipSpace()
            values.append(try value())
            skipSpace()
        } while take(",")
        guard take("]") else { throw fault("a comma or a closing bracket is due") }
        return .array(values)
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(Problem) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw fault("no value begins like this") }
        position += text.utf8.count
        return value
    }

    private mutating func number() throws(Problem) -> String {
        let start = position
        _ = take("-")
        if !take("0") {
            guard digits() > 0 else { throw fault("no value begins like this") }
        }
        if take(".") {
            guard digits() > 0 else { throw fault("a digit is due") }
        }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            guard digits() > 0 else { throw fault("a digit is due") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = current, byte.isDigit { position += 1 }
        return position - start
    }
}

// Texts, and where we are.
extension JSONParser {
    private mutating func string() throws(Problem) -> String {
        var text: [UInt8] = []
        position += 1
        while let byte = current {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw fault("the text isn't UTF-8") }
                return string
            case UInt8(ascii: "\\"): text += try escape()
            case ..<0x20: throw fault("a control character has to be escaped")
            default: text.append(byte)
            }
        }
        throw fault("a text isn't closed")
    }

    private static let escapes: [UInt8: UInt8] = [
        0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d, 0x74: 0x09,
    ]

    private mutating func escape() throws(Problem) -> [UInt8] {
        guard let byte = current else { throw fault("a text isn't closed") }
        position += 1
        if let plain = Self.escapes[byte] { return [plain] }
        guard byte == UInt8(ascii: "u") else { throw fault("no such escape") }
        var scalar = UInt32(try codeUnit())
        if (0xd800..<0xdc00).contains(scalar), take("\\"), take("u") {
            let low = UInt32(try codeUnit())
            guard (0xdc00..<0xe000).contains(low) else { throw fault("half of a surrogate pair") }
            scalar = 0x10000 + (scalar - 0xd800) << 10 + (low - 0xdc00)
        }
        guard let character = Unicode.Scalar(scalar) else { throw fault("half of a surrogate pair") }
        return Array(String(character).utf8)
    }

    private mutating func codeUnit() throws(Problem) -> UInt16 {
        let end = position + 4
        guard end <= bytes.count, bytes[position..<end].allSatisfy(\.isHexDigit),
            let unit = UInt16(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
        else { throw fault("four hexadecimal digits are due") }
        position = end
        return unit
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard current == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private var place: String {
        let before = bytes[..<min(position, bytes.count)]
        let line = before.count { $0 == 0x0a } + 1
        let column = before.count - (before.lastIndex(of: 0x0a).map { $0 + 1 } ?? 0) + 1
        return "line \(line), byte \(column)"
    }

    private func fault(_ text: String) -> Problem { Problem(.malformedJSON, "\(text), at \(place)") }
}
