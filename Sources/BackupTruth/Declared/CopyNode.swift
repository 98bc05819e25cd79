internal import RightsCore
internal import Yams

/// A place in the list of copies, read strictly: wrong kinds and unknown keys are errors with line and column.
struct CopyNode {
    let node: Node
    let path: String

    func fail(_ message: String) -> BackupError {
        BackupError(.invalid, "\(path): \(message)", line: node.mark?.line, column: node.mark?.column)
    }

    func entries() throws(BackupError) -> [(name: String, value: CopyNode)] {
        guard let mapping = node.mapping else { throw fail("expected names of copies and what they are") }
        return mapping.map { key, value in
            let name = key.scalar?.string ?? ""
            return (name, CopyNode(node: value, path: "\(path).\(name)"))
        }
    }

    func items() throws(BackupError) -> [CopyNode] {
        guard let sequence = node.sequence else { throw fail("expected a list") }
        return sequence.enumerated().map { CopyNode(node: $1, path: "\(path)[\($0)]") }
    }

    func checkKeys(_ known: Set<String>) throws(BackupError) {
        guard let mapping = node.mapping else { throw fail("expected keys and values") }
        for (key, _) in mapping {
            let name = key.scalar?.string ?? ""
            if !known.contains(name) {
                let place = CopyNode(node: key, path: path)
                throw place.fail("unknown key “\(name)”; known are \(known.sorted().joined(separator: ", "))")
            }
        }
    }

    subscript(_ key: String) -> CopyNode? {
        guard let value = node.mapping?[Node(key)] else { return nil }
        return CopyNode(node: value, path: "\(path).\(key)")
    }

    func required(_ key: String) throws(BackupError) -> CopyNode {
        guard let value = self[key] else { throw fail("“\(key)” is missing") }
        return value
    }

    func text() throws(BackupError) -> String {
        guard let text = node.scalar?.string, node.null == nil, !text.isEmpty else { throw fail("expected text") }
        return text
    }

    func number(_ range: ClosedRange<Int>) throws(BackupError) -> Int {
        guard let number = Int(try text()), range.contains(number) else {
            throw fail("expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number of days, such as `7 days`.
    func days(_ range: ClosedRange<Int>) throws(BackupError) -> Int {
        let words = try text().split(separator: " ")
        guard words.count == 2, let number = Int(words[0]), ["day", "days"].contains(words[1]), range.contains(number)
        else { throw fail("expected days from \(range.lowerBound) to \(range.upperBound), such as “7 days”") }
        return number
    }

    func date() throws(BackupError) -> CivilDate {
        guard let date = CivilDate(try text()) else { throw fail("expected a day, such as 2026-12-31") }
        return date
    }

    func choice<Value: RawRepresentable & CaseIterable>(
        _ type: Value.Type
    ) throws(BackupError) -> Value where Value.RawValue == String {
        guard let value = Value(rawValue: try text()) else {
            throw fail("expected one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    /// A name that stands in arguments of programs: nothing that a shell, also a remote one, would take for more.
    func name() throws(BackupError) -> String { try plain("-_.", "letters, digits, “-”, “_” and “.”") }

    /// An absolute path that may stand in arguments of programs.
    func absolutePath() throws(BackupError) -> String {
        let path = try plain("-_./+@:,", "an absolute path of letters, digits and “-_./+@:,”")
        guard path.hasPrefix("/") else { throw fail("expected an absolute path") }
        return path
    }

    private func plain(_ others: String, _ said: String) throws(BackupError) -> String {
        let text = try text()
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            "a"..."z" ~= scalar || "A"..."Z" ~= scalar || "0"..."9" ~= scalar || others.unicodeScalars.contains(scalar)
        }
        guard isPlain, !text.hasPrefix("-"), text.utf8.count <= 512 else { throw fail("expected \(said)") }
        return text
    }

    /// A program with its arguments, as a list.
    func command() throws(BackupError) -> [String] {
        let words = try items().map { item throws(BackupError) in try item.text() }
        guard let first = words.first, !first.hasPrefix("-") else { throw fail("expected a program and its arguments") }
        return words
    }
}
