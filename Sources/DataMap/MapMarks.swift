/// A mark that `habeas map init` left behind a value: a guess to confirm, or something only a person can know.
package struct MapMark: Sendable, Hashable {
    /// What kind of mark it is, with its words.
    package enum Note: Sendable, Hashable {
        /// The value is a guess, and why.
        case guess(String)
        /// The value is a placeholder, and what to decide.
        case decide(String)

        /// The comment as it stands in the map.
        package var text: String {
            switch self {
            case .guess(let why): "guess: \(YAMLText.comment(why))"
            case .decide(let question): "decide: \(YAMLText.comment(question))"
            }
        }

        /// Whether a person must say what it is.
        package var isDecision: Bool { if case .decide = self { true } else { false } }
    }

    /// What it says.
    package let note: Note
    /// Its line, counted from 1.
    package let line: Int
    /// The key it stands behind, from the document's root: `collections.orders.paths`; empty for a line of its own at the
    /// end of the file.
    package let path: String

    /// Whether it is about whose rows they are: the people, the ways to them, tables left out or undecided.
    package var isAboutRows: Bool {
        guard let key = path.split(separator: ".").last else { return true }
        return path.hasPrefix("subjects.") || path.hasPrefix("not_included") || key == "paths" || key == "row_security"
    }
}

/// Finds the marks that are still in a map's text.
package enum MapMarks {
    /// Every `# guess: …` and `# decide: …`, in order.
    package static func marks(in yaml: String) -> [MapMark] {
        var marks: [MapMark] = []
        var place = MapPlace()
        var number = 0
        for line in yaml.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let bytes = Array(line)
            let start = commentStart(bytes)
            let content = bytes[..<(start ?? bytes.count)]
            place.read(content)
            guard let start, let note = note(bytes[(start + 1)...]) else { continue }
            let indent = bytes.prefix { $0 == space }.count
            marks.append(
                MapMark(note: note, line: number, path: place.path(ofLineAt: indent, isBlank: start == indent)))
        }
        return marks
    }

    /// A warning for each, to show beside what the comparison with the catalogue found; those about whose rows they are
    /// come first.
    package static func findings(in yaml: String) -> [MapFinding] {
        let marks = marks(in: yaml)
        return (marks.filter(\.isAboutRows) + marks.filter { !$0.isAboutRows }).map { mark in
            MapFinding(
                severity: .warning, code: .unconfirmedGuess,
                object: "line \(mark.line)" + (mark.path.isEmpty ? "" : ", \(mark.path)"), message: mark.note.text,
                mend: mark.note.isDecision
                    ? "write what is right, then delete the comment" : "look at it, then delete the comment")
        }
    }

    private static let space = UInt8(ascii: " ")

    /// Where the line's comment begins: a `#` at the start or behind a space, outside quotes.
    private static func commentStart(_ bytes: [UInt8]) -> Int? {
        var quote: UInt8?
        var previous = space
        var lastInk = UInt8(ascii: ":")
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if let open = quote {
                if open == UInt8(ascii: "\"") && byte == UInt8(ascii: "\\") {
                    index += 2
                    continue
                }
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "#") && (previous == space || previous == 9) {
                return index
            } else if opensQuote(byte, after: lastInk) {
                quote = byte
            }
            previous = byte
            if byte != space { lastInk = byte }
            index += 1
        }
        return nil
    }

    /// A quote opens only where a value may begin; elsewhere it is an apostrophe.
    private static func opensQuote(_ byte: UInt8, after ink: UInt8) -> Bool {
        (byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'"))
            && [":", "-", "[", "{", ",", "?"].contains(Character(Unicode.Scalar(ink)))
    }

    private static func note(_ comment: ArraySlice<UInt8>) -> MapMark.Note? {
        let text = String(decoding: comment.drop { $0 == space }, as: UTF8.self)
        for (word, make) in [("guess: ", MapMark.Note.guess), ("decide: ", MapMark.Note.decide)]
        where text.hasPrefix(word) {
            var rest = text.dropFirst(word.count)
            while rest.last?.isWhitespace == true { rest.removeLast() }
            return make(String(rest))
        }
        return nil
    }
}

/// Where in a block-style document a line stands, by indentation.
private struct MapPlace {
    private var keys: [(indent: Int, name: String)] = []
    private var items: [Int: Int] = [:]

    /// Takes in a line without its comment.
    mutating func read(_ line: ArraySlice<UInt8>) {
        let indent = line.prefix { $0 == UInt8(ascii: " ") }.count
        let rest = line.dropFirst(indent)
        guard let first = rest.first else { return }
        keys.removeAll { $0.indent >= indent }
        if first == UInt8(ascii: "-") {
            let number = items[indent, default: 0]
            items[indent] = number + 1
            keys.append((indent, "[\(number)]"))
        } else if let key = Self.key(rest) {
            items = items.filter { $0.key <= indent }
            if let number = items[indent], number > 0 { items[indent] = nil }
            keys.append((indent, key))
        }
    }

    /// The keys down to a line; for a comment alone on its line, the key that holds it.
    func path(ofLineAt indent: Int, isBlank: Bool) -> String {
        keys.filter { isBlank ? $0.indent < indent : $0.indent <= indent }.map(\.name).joined(separator: ".")
            .replacing(".[", with: "[")
    }

    private static func key(_ line: ArraySlice<UInt8>) -> String? {
        guard let first = line.first else { return nil }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            guard let end = line.dropFirst().firstIndex(of: first) else { return nil }
            return String(decoding: line[(line.startIndex + 1)..<end], as: UTF8.self)
        }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return String(decoding: line[..<colon], as: UTF8.self)
    }
}
