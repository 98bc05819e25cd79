internal import DataMap
internal import SubjectAccess

/// How a key's column comes over the wire: what is read in binary is written here as PostgreSQL writes it in text, since
/// the text is what was hashed.
enum KeyForm: Sendable, Hashable {
    case uuid, int2, int4, int8, text

    init(_ column: CatalogueColumn) {
        switch column.baseType {
        case "uuid": self = .uuid
        case "int2": self = .int2
        case "int4": self = .int4
        case "int8": self = .int8
        default: self = .text
        }
    }

    /// What is selected of a column.
    func expression(_ column: Identifier) -> String {
        let name = "t0.\(column.quoted)"
        return self == .text ? "\(name)::text" : name
    }

    /// Appends the text of a value's bytes; false for bytes that are none of this form.
    func write(_ value: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Bool {
        switch self {
        case .text: unsafe text.append(contentsOf: value)
        case .uuid: return unsafe Self.writeUUID(value, to: &text)
        case .int2: return unsafe Self.writeNumber(value, of: Int16.self, to: &text)
        case .int4: return unsafe Self.writeNumber(value, of: Int32.self, to: &text)
        case .int8: return unsafe Self.writeNumber(value, of: Int64.self, to: &text)
        }
        return true
    }

    private static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    private static func writeUUID(_ value: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Bool {
        guard value.count == 16 else { return false }
        for place in 0..<16 {
            if place == 4 || place == 6 || place == 8 || place == 10 { text.append(UInt8(ascii: "-")) }
            let byte = unsafe value[place]
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return true
    }

    private static func writeNumber<Number: FixedWidthInteger>(
        _ value: UnsafeRawBufferPointer, of type: Number.Type, to text: inout [UInt8]
    ) -> Bool {
        guard value.count == MemoryLayout<Number>.size else { return false }
        let number = unsafe Number(bigEndian: value.loadUnaligned(as: type))
        if number < 0 { text.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = text.count
        repeat {
            text.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        text[start...].reverse()
        return true
    }
}
