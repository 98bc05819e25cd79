/// A column as it is written.
package struct EncodedColumn: Sendable {
    /// Its JSON key and CSV heading.
    package let name: String
    /// How its bytes are read.
    package let form: ValueForm

    /// A column by name and form.
    package init(name: String, form: ValueForm) {
        self.name = name
        self.form = form
    }
}

/// The fields of a row that are not written: first those that tie it to what encloses it, then its own key.
package struct RowShape: Sendable {
    /// Fields that must equal the enclosing row's key (or the subject's).
    package let linkFields: Int
    /// Fields that its own children refer to.
    package let keyFields: Int
    /// The columns written.
    package let columns: [EncodedColumn]

    /// A shape by its parts.
    package init(linkFields: Int, keyFields: Int, columns: [EncodedColumn]) {
        self.linkFields = linkFields
        self.keyFields = keyFields
        self.columns = columns
    }
}

/// Why encoding stopped.
package enum RowStep: Sendable {
    /// A row that may have children was written, without its closing brace.
    case openRow
    /// The next row belongs to something else.
    case otherLink
    /// The batch is used up.
    case endOfBatch
    /// The stream's trailer was met.
    case endOfData
}

/// The text form in which an encoder writes rows.
package enum RowSyntax: Sendable { case json, csv }

/// Turns binary COPY rows into JSON objects or CSV records, straight from the bytes.
package struct RowEncoder: Sendable {
    private let shape: RowShape
    private let syntax: RowSyntax
    /// `"name":` for each column, a comma before all but the first.
    private let keys: [[UInt8]]
    /// Rows written so far.
    package private(set) var rows: Int64 = 0
    /// `json` values written as strings because a reader might not take them.
    package private(set) var stringifiedValues: Int64 = 0
    /// Cells that got a leading `'`.
    package private(set) var guardedCells: Int64 = 0
    /// The key of the row written last, as it stands in the stream; its children carry the same bytes.
    package private(set) var key: [UInt8] = []

    /// An encoder for rows of one shape.
    package init(_ shape: RowShape, syntax: RowSyntax) {
        self.shape = shape
        self.syntax = syntax
        keys = shape.columns.enumerated().map { index, column in
            Array((index == 0 ? "" : ",").utf8) + JSONName.encoded(column.name) + Array(":".utf8)
        }
    }

    /// The bytes that link fields of these texts have in a stream.
    package static func link(_ texts: [String]) -> [UInt8] {
        texts.flatMap { text in
            withUnsafeBytes(of: Int32(text.utf8.count).bigEndian) { Array($0) } + Array(text.utf8)
        }
    }

    /// Writes the CSV header record.
    package func writeHeader(into out: inout OutputBuffer) throws {
        for (index, column) in shape.columns.enumerated() {
            if index > 0 { try out.append(",") }
            _ = try Array(column.name.utf8).withUnsafeBytes { try CSVText.write($0, isNumeric: false, into: &out) }
        }
        try out.append("\r\n")
    }

    /// Writes rows while their link is `link`, up to the end of the batch; one row at a time when rows have children.
    ///
    /// - Parameter isFirst: whether no row of the enclosing array was written; set to false by the first.
    /// - Throws: `RowError`, or what the buffer's drain throws.
    package mutating func encode(
        _ batch: RawSpan, at cursor: inout RowCursor, link: [UInt8], isFirst: inout Bool, into out: inout OutputBuffer
    ) throws -> RowStep {
        var position = cursor
        defer { cursor = position }
        var encoder = self
        defer { self = encoder }
        return try batch.withUnsafeBytes { bytes in
            try position.skipHeader(bytes)
            while true {
                guard position.offset + 2 <= bytes.count else { return .endOfBatch }
                let step = try encoder.encodeRow(bytes, at: &position.offset, link, &isFirst, into: &out)
                if let step { return step }
            }
        }
    }

    private mutating func encodeRow(
        _ bytes: UnsafeRawBufferPointer, at offset: inout Int, _ link: [UInt8], _ isFirst: inout Bool,
        into out: inout OutputBuffer
    ) throws -> RowStep? {
        let count = Int(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int16.self)))
        if count == -1 { return .endOfData }
        guard count == shape.linkFields + shape.keyFields + shape.columns.count else { throw RowError.wrongShape }
        var next = offset + 2
        let linkEnd = try Self.skip(shape.linkFields, bytes, from: next)
        guard shape.linkFields == 0 || bytes[next..<linkEnd].elementsEqual(link) else { return .otherLink }
        next = linkEnd
        if shape.keyFields > 0 {
            let keyEnd = try Self.skip(shape.keyFields, bytes, from: next)
            key = Array(bytes[next..<keyEnd])
            next = keyEnd
        }
        switch syntax {
        case .json: try writeJSON(bytes, from: &next, &isFirst, into: &out)
        case .csv: try writeCSV(bytes, from: &next, into: &out)
        }
        offset = next
        rows += 1
        return shape.keyFields > 0 && syntax == .json ? .openRow : nil
    }

    private static func skip(_ fields: Int, _ bytes: UnsafeRawBufferPointer, from start: Int) throws(RowError) -> Int {
        var offset = start
        for _ in 0..<fields { _ = try RowField.read(bytes, at: &offset) }
        return offset
    }

    private mutating func writeJSON(
        _ bytes: UnsafeRawBufferPointer, from offset: inout Int, _ isFirst: inout Bool, into out: inout OutputBuffer
    ) throws {
        try out.append(isFirst ? "\n{" : ",\n{")
        isFirst = false
        for index in shape.columns.indices {
            try keys[index].withUnsafeBytes { try out.append($0) }
            let field = try RowField.read(bytes, at: &offset)
            if field.isNull {
                try out.append("null")
            } else {
                let isAsStored = try ValueText.writeJSON(
                    field.bytes(of: bytes), shape.columns[index].form, into: &out)
                if !isAsStored { stringifiedValues += 1 }
            }
        }
        if shape.keyFields == 0 { try out.append("}") }
    }

    private mutating func writeCSV(
        _ bytes: UnsafeRawBufferPointer, from offset: inout Int, into out: inout OutputBuffer
    ) throws {
        for index in shape.columns.indices {
            if index > 0 { try out.append(",") }
            let field = try RowField.read(bytes, at: &offset)
            if field.isNull { continue }
            let isGuarded = try ValueText.writeCSV(field.bytes(of: bytes), shape.columns[index].form, into: &out)
            if isGuarded { guardedCells += 1 }
        }
        try out.append("\r\n")
    }
}

/// A JSON string made once, for a key.
package enum JSONName {
    /// The name as a JSON string with quotes.
    package static func encoded(_ name: String) -> [UInt8] {
        var encoded: [UInt8] = [0x22]
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": encoded += Array("\\\"".utf8)
            case "\\": encoded += Array("\\\\".utf8)
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                encoded += Array("\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8)
            default: encoded += Array(String(Character(scalar)).utf8)
            }
        }
        return encoded + [0x22]
    }
}
