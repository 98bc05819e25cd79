/// Reads CSV strictly (RFC 4180): quoted fields with doubled quotes, CRLF or LF, a byte order mark at the start.
package struct CSVReader: Sequence, IteratorProtocol {
    /// A record and where it begins.
    package struct Record: Sendable, Equatable {
        /// The line it begins on, from 1.
        package let line: Int
        package let fields: [String]
    }

    /// What is wrong with the text; nothing after it can be read.
    package private(set) var problem: TableProblem?
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    private static let (comma, quote, feed, cr) = (UInt8(0x2c), UInt8(0x22), UInt8(0x0a), UInt8(0x0d))

    /// Records of a text; blank lines are left out.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
    }

    /// The next record; nil at the end, or where something is wrong.
    package mutating func next() -> Record? {
        skipBlankLines()
        guard problem == nil, position < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            guard let field = position < bytes.count && bytes[position] == Self.quote ? quoted() : plain() else {
                return nil
            }
            guard let text = String(validating: field, as: UTF8.self) else { return fail("no UTF-8", start) }
            fields.append(text)
            guard position < bytes.count, bytes[position] == Self.comma else { break }
            position += 1
        }
        endLine()
        return Record(line: start, fields: fields)
    }

    private mutating func plain() -> [UInt8]? {
        let start = position
        while position < bytes.count, ![Self.comma, Self.feed].contains(bytes[position]) {
            if bytes[position] == Self.cr, position + 1 < bytes.count, bytes[position + 1] == Self.feed { break }
            guard bytes[position] != Self.quote else {
                return fail("a quote in the middle of a field", line)
            }
            position += 1
        }
        return Array(bytes[start..<position])
    }

    private mutating func quoted() -> [UInt8]? {
        let start = line
        var field: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == Self.quote else {
                if byte == Self.feed { line += 1 }
                field.append(byte)
                continue
            }
            guard position < bytes.count, bytes[position] == Self.quote else {
                let isEnd = position == bytes.count || [Self.comma, Self.feed, Self.cr].contains(bytes[position])
                return isEnd ? field : fail("text after a closing quote", line)
            }
            field.append(Self.quote)
            position += 1
        }
        return fail("a quote that is never closed", start)
    }

    private mutating func endLine() {
        if position < bytes.count, bytes[position] == Self.cr { position += 1 }
        guard position < bytes.count else { return }
        guard bytes[position] == Self.feed else {
            problem = TableProblem(line: line, message: "a carriage return without a line feed")
            return
        }
        position += 1
        line += 1
    }

    private mutating func skipBlankLines() {
        while position < bytes.count {
            if bytes[position...].starts(with: [Self.cr, Self.feed]) {
                position += 2
            } else if bytes[position] == Self.feed {
                position += 1
            } else {
                return
            }
            line += 1
        }
    }

    private mutating func fail<Value>(_ message: String, _ line: Int) -> Value? {
        problem = TableProblem(line: line, message: message)
        return nil
    }
}

/// What is wrong with a table, and on which line.
package struct TableProblem: Error, Sendable, Equatable, CustomStringConvertible {
    package let line: Int
    package let message: String

    /// `line 4: the regime is missing`.
    package var description: String { "line \(line): \(message)" }
}

/// Writes CSV as spreadsheets read it: quotes only where a field needs them, LF at the end of a line.
package enum CSVWriter {
    /// A record, with its line's end.
    package static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\n" }

    /// One field.
    package static func field(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
