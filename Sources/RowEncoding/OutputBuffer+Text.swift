extension OutputBuffer {
    /// Appends text as a JSON string with quotes.
    package mutating func append(json text: String) throws {
        var text = text
        try text.withUTF8 { try JSONText.writeString(UnsafeRawBufferPointer($0), into: &self) }
    }

    /// Appends text as a cell of CSV; nothing for null. True when it got a leading `'`, lest a spreadsheet run it.
    package mutating func append(cell text: String?) throws -> Bool {
        guard var text else { return false }
        return try text.withUTF8 { try CSVText.write(UnsafeRawBufferPointer($0), isNumeric: false, into: &self) }
    }
}
