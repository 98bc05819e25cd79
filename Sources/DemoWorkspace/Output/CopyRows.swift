/// Rows in COPY's text format, written column by column.
struct CopyRows {
    /// The lines so far.
    private(set) var bytes: [UInt8] = []
    private let columns: Int
    private var column = 0

    init(columns: Int) { self.columns = columns }

    mutating func null() { plain(#"\N"#) }

    /// A value that needs no escaping: numbers, dates, uuids, prose of one line.
    mutating func plain(_ value: String) {
        separate()
        bytes.append(contentsOf: value.utf8)
    }

    /// Such a value, or null.
    mutating func plain(_ value: String?) {
        if let value { plain(value) } else { null() }
    }

    /// Any text, or null.
    mutating func text(_ value: String?) {
        guard let value else { return null() }
        separate()
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): bytes.append(contentsOf: #"\\"#.utf8)
            case UInt8(ascii: "\n"): bytes.append(contentsOf: #"\n"#.utf8)
            case UInt8(ascii: "\r"): bytes.append(contentsOf: #"\r"#.utf8)
            case UInt8(ascii: "\t"): bytes.append(contentsOf: #"\t"#.utf8)
            default: bytes.append(byte)
            }
        }
    }

    mutating func integer(_ value: Int) { plain(String(value)) }

    mutating func boolean(_ value: Bool?) { plain(value.map { $0 ? "t" : "f" }) }

    /// A `bytea`, or null.
    mutating func binary(_ value: [UInt8]?) {
        guard let value else { return null() }
        plain(#"\\x"#)
        for byte in value {
            bytes.append(Self.digits[Int(byte >> 4)])
            bytes.append(Self.digits[Int(byte & 15)])
        }
    }

    /// Ends the row, which must have all its columns.
    mutating func endRow() {
        precondition(column == columns, "a row has the columns of its table")
        column = 0
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The lines so far; starts anew.
    mutating func take() -> [UInt8] {
        let lines = bytes
        bytes = []
        bytes.reserveCapacity(lines.count + 65_536)
        return lines
    }

    private static let digits = Array("0123456789abcdef".utf8)

    private mutating func separate() {
        if column > 0 { bytes.append(UInt8(ascii: "\t")) }
        column += 1
    }
}
