/// Cells of RFC 4180, told apart from null, and harmless to spreadsheets.
enum CSVText {
    /// Writes one cell. True when it got a leading `'`.
    ///
    /// Null is an empty cell, so an empty string is written `""`. What a spreadsheet would run (`=`, `+`, `-`, `@`, tab
    /// or CR first) gets a leading `'` unless the column is numeric.
    static func write(
        _ value: UnsafeRawBufferPointer, isNumeric: Bool, into out: inout OutputBuffer
    ) throws -> Bool {
        let isGuarded = !isNumeric && value.first.map(isFormulaStart) ?? false
        guard isGuarded || value.isEmpty || needsQuotes(value) else {
            try out.append(value)
            return false
        }
        try out.append(isGuarded ? "\"'" : "\"")
        var rest = value
        while let quote = rest.firstIndex(of: 0x22) {
            try out.append(UnsafeRawBufferPointer(rebasing: rest[...quote]))
            try out.append("\"")
            rest = UnsafeRawBufferPointer(rebasing: rest[(quote + 1)...])
        }
        try out.append(rest)
        try out.append("\"")
        return isGuarded
    }

    private static func isFormulaStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: true
        default: false
        }
    }

    /// Quotes, commas, line ends, and spaces at the edges that readers might trim.
    private static func needsQuotes(_ value: UnsafeRawBufferPointer) -> Bool {
        if value.first == 0x20 || value.last == 0x20 { return true }
        return value.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
    }
}
