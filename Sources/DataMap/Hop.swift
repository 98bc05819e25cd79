/// One step of a path from a row towards its data subject: columns of this table equal a key of the next.
package struct Hop: Hashable, Sendable, CustomStringConvertible {
    /// Columns of the table the step starts from.
    package let from: [Identifier]
    /// The table it leads to.
    package let to: TableName
    /// Columns of `to`, one for each of `from`.
    package let key: [Identifier]
    /// Whether the two sides are compared as text, because their types differ.
    package let isComparedAsText: Bool
    /// Whether the map says that no foreign key stands behind this step.
    package let isUnenforced: Bool

    /// A step by its parts.
    package init(
        from: [Identifier], to: TableName, key: [Identifier], isComparedAsText: Bool = false, isUnenforced: Bool = false
    ) {
        self.from = from
        self.to = to
        self.key = key
        self.isComparedAsText = isComparedAsText
        self.isUnenforced = isUnenforced
    }

    /// Parses `column -> schema.table(key)`, several columns as `(a, b)`, then `as text` and `unenforced` if so.
    package init?(_ text: String) {
        let sides = text.components(separatedBy: "->")
        guard sides.count == 2, let open = sides[1].lastIndex(of: "("), let close = sides[1].lastIndex(of: ")"),
            open < close, let to = TableName(sides[1][..<open].trimmed),
            let flags = Self.flags(sides[1][sides[1].index(after: close)...])
        else { return nil }
        let from = Self.columns(sides[0].trimmed.strippingParentheses)
        let key = Self.columns(String(sides[1][sides[1].index(after: open)..<close]))
        guard !from.isEmpty, from.count == key.count else { return nil }
        self.init(
            from: from, to: to, key: key, isComparedAsText: flags.contains("as text"),
            isUnenforced: flags.contains("unenforced"))
    }

    package var description: String {
        let flags = (isComparedAsText ? " as text" : "") + (isUnenforced ? " unenforced" : "")
        return "\(Self.list(from)) -> \(to)(\(key.map(\.text).joined(separator: ", ")))\(flags)"
    }

    private static func list(_ columns: [Identifier]) -> String {
        columns.count == 1 ? columns[0].text : "(\(columns.map(\.text).joined(separator: ", ")))"
    }

    private static func columns(_ text: String) -> [Identifier] {
        text.split(separator: ",").map { Identifier($0.trimmed.strippingQuotes) }
    }

    private static func flags(_ text: Substring) -> Set<String>? {
        switch text.trimmed {
        case "": []
        case "as text": ["as text"]
        case "unenforced": ["unenforced"]
        case "as text unenforced": ["as text", "unenforced"]
        default: nil
        }
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        let start = firstIndex { !isSpace($0) } ?? endIndex
        let end = lastIndex { !isSpace($0) }.map { index(after: $0) } ?? start
        return String(self[start..<end])
    }

    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[startIndex...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}

extension String {
    fileprivate var strippingParentheses: String {
        hasPrefix("(") && hasSuffix(")") ? String(dropFirst().dropLast()) : self
    }

    fileprivate var strippingQuotes: String {
        hasPrefix("\"") && hasSuffix("\"") && count > 1 ? String(dropFirst().dropLast()) : self
    }
}
