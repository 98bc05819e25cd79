/// One step of a path from a row towards its data subject: columns of this table equal a key of the next.
package struct Hop: Hashable, Sendable, CustomStringConvertible {
    /// Columns of the table the step starts from.
    package let from: [Identifier]
    /// The table it leads to.
    package let to: TableName
    /// Columns of `to`, one for each of `from`.
    package let key: [Identifier]
    /// What the map says of it besides.
    package let flags: Set<HopFlag>

    /// A step by its parts.
    package init(from: [Identifier], to: TableName, key: [Identifier], flags: Set<HopFlag> = []) {
        self.from = from
        self.to = to
        self.key = key
        self.flags = flags
    }

    /// Parses `column -> schema.table(key)`, several columns as `(a, b)`, then flags; odd names in double quotes.
    package init?(_ text: String) {
        var scanner = HopScanner(text)
        guard let from = scanner.columns(), scanner.take("->"), let to = scanner.table(),
            let key = scanner.parenthesized(), from.count == key.count, let flags = scanner.flags()
        else { return nil }
        self.init(from: from, to: to, key: key, flags: flags)
    }

    /// Whether the two sides are compared as text, because their types differ.
    package var isComparedAsText: Bool { flags.contains(.asText) }
    /// Whether the map says that no foreign key stands behind this step.
    package var isUnenforced: Bool { flags.contains(.unenforced) }
    /// Whether the step, which leads to its own table, is taken any number of times.
    package var isRepeated: Bool { flags.contains(.repeated) }

    package var description: String {
        let flags = HopFlag.allCases.filter(flags.contains).map { " \($0.rawValue)" }.joined()
        let left = from.count == 1 ? from[0].written : "(\(Self.list(from)))"
        return "\(left) -> \(to.written)(\(Self.list(key)))\(flags)"
    }

    private static func list(_ columns: [Identifier]) -> String { columns.map(\.written).joined(separator: ", ") }
}

/// What a map may say behind a step.
package enum HopFlag: String, Sendable, CaseIterable {
    /// The two sides are compared as text, because their types differ.
    case asText = "as text"
    /// No foreign key stands behind the step.
    case unenforced
    /// The step leads to its own table and is taken any number of times, none included: from any row of a tree to its
    /// root.
    case repeated
}

/// Reads the parts of a step from left to right.
private struct HopScanner {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    private mutating func skipSpace() { rest = rest.drop(while: \.isWhitespace) }

    mutating func take(_ word: String) -> Bool {
        skipSpace()
        guard rest.hasPrefix(word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
    }

    /// A name in double quotes (a quote in it twice), or one that ends before `stop`.
    private mutating func name(before stop: (Substring) -> Bool) -> Identifier? {
        skipSpace()
        var text = ""
        guard rest.first == "\"" else {
            while let character = rest.first, !stop(rest) {
                text.append(character)
                rest = rest.dropFirst()
            }
            while text.last?.isWhitespace ?? false { text.removeLast() }
            return text.isEmpty ? nil : Identifier(text)
        }
        rest = rest.dropFirst()
        while let character = rest.first {
            rest = rest.dropFirst()
            if character == "\"" {
                guard rest.first == "\"" else { return text.isEmpty ? nil : Identifier(text) }
                rest = rest.dropFirst()
            }
            text.append(character)
        }
        return nil
    }

    /// One column, or several in parentheses.
    mutating func columns() -> [Identifier]? {
        skipSpace()
        if rest.first == "(" { return parenthesized() }
        return name { $0.hasPrefix("->") }.map { [$0] }
    }

    mutating func parenthesized() -> [Identifier]? {
        guard take("(") else { return nil }
        var columns: [Identifier] = []
        repeat {
            guard let column = name(before: { $0.hasPrefix(",") || $0.hasPrefix(")") }) else { return nil }
            columns.append(column)
        } while take(",")
        return take(")") ? columns : nil
    }

    mutating func table() -> TableName? {
        guard let schema = name(before: { $0.hasPrefix(".") }), take("."),
            let table = name(before: { $0.hasPrefix("(") })
        else { return nil }
        return TableName(schema: schema, name: table)
    }

    /// What stands behind the key, in any order; nil when there is anything else.
    mutating func flags() -> Set<HopFlag>? {
        var flags: Set<HopFlag> = []
        while let flag = HopFlag.allCases.first(where: { take($0.rawValue) }) { flags.insert(flag) }
        skipSpace()
        return rest.isEmpty ? flags : nil
    }
}
