/// A function or procedure of the product's, as its text says.
struct Routine: Sendable {
    let schema: String
    let name: String
    let language: String
    let source: String
    /// Whether it may change anything: one that isn't volatile can't write (CREATE FUNCTION, STABLE).
    let isVolatile: Bool
    /// The extension that brought it; empty when none did.
    let package: String
}

/// Which functions of triggers might copy a row that goes, or let it stay, by their texts and those of what they call.
struct Suspicions {
    private let routines: [String: [Routine]]

    init(routines: [Routine]) { self.routines = Dictionary(grouping: routines, by: \.name) }

    /// Why a trigger's function might; nil when its text shows that it doesn't.
    func suspicion(of trigger: Routine) -> String? {
        if trigger.schema == "habeas_local" { return nil }
        let name = "\(trigger.schema).\(trigger.name)"
        switch trigger.language {
        case "internal": return trigger.schema == "pg_catalog" ? nil : "nobody can read what its function does"
        case "plpgsql", "sql":
            return suspicion(of: trigger, visited: [name]).map { "its function \(name) \($0)" }
        default: return "its function \(name) is written in \(trigger.language)"
        }
    }

    private func suspicion(of routine: Routine, visited: Set<String>) -> String? {
        let text = RoutineText(routine.source)
        if let word = Self.copying.first(where: text.words.contains) { return "uses \(word.uppercased())" }
        if text.raisesOld { return "writes OLD into a message, and so into the server's log" }
        for call in text.calls {
            for called in routines[call.name] ?? [] where call.schema == nil || call.schema == called.schema {
                let name = "\(called.schema).\(called.name)"
                guard !visited.contains(name), called.isVolatile, called.schema != "habeas_local",
                    !Self.harmless.contains(called.package)
                else { continue }
                guard ["plpgsql", "sql"].contains(called.language) else {
                    return "calls \(name), which is written in \(called.language)"
                }
                if let why = suspicion(of: called, visited: visited.union([name])) {
                    return "calls \(name), which \(why)"
                }
            }
        }
        return nil
    }

    /// Extensions whose functions make values and keep none.
    private static let harmless: Set<String> = ["uuid-ossp", "pgcrypto"]

    /// Words by which a function writes elsewhere, tells others, or runs what can't be seen.
    private static let copying = [
        "insert", "update", "delete", "merge", "copy", "execute", "perform", "call", "create", "do", "notify",
        "pg_notify",
        "dblink", "lo_from_bytea", "pg_logical_emit_message",
    ]
}

/// What the text of a function says, its comments and constants apart.
struct RoutineText {
    /// Words, in lower case unless they are quoted, and marks.
    private var tokens: [Token] = []

    private enum Token: Equatable {
        case word(String)
        case mark(Character)
    }

    /// A function that is called, by the schema it is written with.
    struct Call: Hashable {
        let schema: String?
        let name: String
    }

    init(_ source: String) {
        var rest = Substring(source)
        while let character = rest.first {
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*") {
                rest = Self.after("*/", in: rest.dropFirst(2))
            } else if character == "'" {
                rest = constant(rest.dropFirst())
            } else if character == "$", let tag = Self.dollarTag(rest) {
                rest = Self.after(tag, in: rest.dropFirst(tag.count))
            } else if character == "\"" {
                let name = rest.dropFirst().prefix { $0 != "\"" }
                tokens.append(.word(String(name)))
                rest = rest.dropFirst(name.count + 2)
            } else if Self.isOfWord(character) {
                let word = rest.prefix(while: Self.isOfWord)
                tokens.append(.word(word.lowercased()))
                rest = rest.dropFirst(word.count)
            } else {
                if !character.isWhitespace { tokens.append(.mark(character)) }
                rest = rest.dropFirst()
            }
        }
    }

    /// All words.
    var words: Set<String> {
        Set(tokens.compactMap { if case .word(let word) = $0 { word } else { nil } })
    }

    /// Every name before a parenthesis: calls, and words of the language that look so.
    var calls: Set<Call> {
        var calls: Set<Call> = []
        for index in tokens.indices.dropFirst() where tokens[index] == .mark("(") {
            guard case .word(let name) = tokens[index - 1] else { continue }
            var schema: String?
            if index >= 3, tokens[index - 2] == .mark("."), case .word(let word) = tokens[index - 3] { schema = word }
            calls.insert(Call(schema: schema, name: name))
        }
        return calls
    }

    /// Whether a RAISE names the row that goes.
    var raisesOld: Bool {
        tokens.split(separator: .mark(";")).contains { statement in
            guard let raise = statement.firstIndex(of: .word("raise")) else { return false }
            return statement[raise...].contains(.word("old"))
        }
    }

    // MARK: reading

    /// What follows a constant; in one that begins with E a backslash hides what follows it.
    private mutating func constant(_ start: Substring) -> Substring {
        let isEscaped = tokens.last == .word("e")
        var rest = start
        while let character = rest.first {
            rest = rest.dropFirst()
            if isEscaped && character == "\\" {
                rest = rest.dropFirst()
            } else if character == "'" {
                guard rest.first == "'" else { break }
                rest = rest.dropFirst()
            }
        }
        return rest
    }

    private static func after(_ end: String, in text: Substring) -> Substring {
        var rest = text
        while !rest.isEmpty && !rest.hasPrefix(end) { rest = rest.dropFirst() }
        return rest.dropFirst(end.count)
    }

    /// `$$` or `$word$` at the beginning; nil for anything else, such as `$1`.
    private static func dollarTag(_ text: Substring) -> String? {
        let name = text.dropFirst().prefix(while: isOfWord)
        guard text.dropFirst(name.count + 1).first == "$", name.first?.isNumber != true else { return nil }
        return "$\(name)$"
    }

    private static func isOfWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }
}
