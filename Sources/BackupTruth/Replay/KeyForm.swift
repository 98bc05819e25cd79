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

    private static let hyphen = UInt8(ascii: "-")

    /// All digits at once: this runs for every row of the largest tables.
    private static func writeUUID(_ value: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Bool {
        guard value.count == 16 else { return false }
        let bytes = unsafe value.loadUnaligned(as: SIMD16<UInt8>.self)
        var digits = SIMD32<UInt8>()
        digits.evenHalf = digit(bytes &>> 4)
        digits.oddHalf = digit(bytes & 15)
        unsafe withUnsafeBytes(of: digits) { digits in
            unsafe text.append(contentsOf: digits[0..<8])
            for start in [8, 12, 16] {
                text.append(hyphen)
                unsafe text.append(contentsOf: digits[start..<start + 4])
            }
            text.append(hyphen)
            unsafe text.append(contentsOf: digits[20..<32])
        }
        return true
    }

    /// The hexadecimal digits of numbers below 16.
    private static func digit(_ numbers: SIMD16<UInt8>) -> SIMD16<UInt8> {
        let isLetter = (numbers &+ 6) &>> 4
        return numbers &+ UInt8(ascii: "0") &+ isLetter &* (UInt8(ascii: "a") - UInt8(ascii: "0") - 10)
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
