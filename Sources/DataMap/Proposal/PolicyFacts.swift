/// What row-security policies read to know the person: settings and claims, and the column each is compared with.
struct PolicyFacts {
    /// One comparison of a column with a setting.
    struct Vote: Hashable {
        let table: TableName
        let column: Identifier?
        let scope: RowSecurityScope
    }

    let votes: [Vote]
    /// Tables whose policies show rows beyond what a setting or another table asks for: `true`, or one thing or another.
    let open: Set<TableName>
    /// Tables under row security.
    let secured: Set<TableName>

    init(_ tables: [CatalogueTable]) {
        var votes: [Vote] = []
        var open: Set<TableName> = []
        var read: [String: PolicyExpression] = [:]
        for table in tables where table.hasRowSecurity {
            for policy in table.policies {
                guard let text = policy.expression else { continue }
                let expression = read[text] ?? PolicyExpression(text, functions: policy.functions)
                read[text] = expression
                votes += expression.comparisons.map { Vote(table: table.name, column: $0.column, scope: $0.scope) }
                if policy.isPermissive && expression.showsMore { open.insert(table.name) }
            }
        }
        self.votes = votes
        self.open = open
        secured = Set(tables.filter(\.hasRowSecurity).map(\.name))
    }
}

/// A policy's condition as the server prints it, read for settings.
struct PolicyExpression {
    /// Each setting or claim with the column it is compared with, where one stands beside it.
    let comparisons: [(column: Identifier?, scope: RowSecurityScope)]
    /// Whether rows may show that aren't the person's own.
    let showsMore: Bool

    init(_ text: String, functions: [String: String] = [:]) {
        let tokens = Self.tokens(text)
        let inside = functions.compactMapValues { Self.firstScope(in: Self.tokens($0)) }
        var comparisons: [(column: Identifier?, scope: RowSecurityScope)] = []
        for index in tokens.indices {
            guard let scope = Self.scope(tokens, index) ?? tokens[index].called.flatMap({ inside[$0] }) else {
                continue
            }
            comparisons.append((Self.column(tokens, index), scope))
        }
        self.comparisons = comparisons
        let words = tokens.compactMap(\.word).map { $0.lowercased() }
        let ways = comparisons.count + words.count { $0 == "select" }
        showsMore = words == ["true"] || words.count { $0 == "or" } >= max(1, ways)
    }

    /// The setting that a function reads first.
    private static func firstScope(in tokens: [Token]) -> RowSecurityScope? {
        for index in tokens.indices {
            if let scope = scope(tokens, index) { return scope }
        }
        return nil
    }

    private enum Token: Equatable {
        case name(String)
        case string(String)
        case symbol(String)

        var word: String? { if case .name(let text) = self { text } else { nil } }
        /// The last part of a dotted name, as a function is called.
        var called: String? { word?.split(separator: ".").last.map(String.init) }
        var text: String? { if case .string(let text) = self { text } else { nil } }
    }

    /// Names, strings and operators; parentheses, commas and casts dropped.
    private static func tokens(_ text: String) -> [Token] {
        var tokens: [Token] = []
        var rest = text[...]
        while let character = rest.first {
            switch character {
            case "'": tokens.append(.string(quoted(&rest, "'")))
            case "\"": name(quoted(&rest, "\""), &rest, &tokens)
            case _ where character.isLetter || character == "_":
                let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "$" }
                rest = rest.dropFirst(word.count)
                name(String(word), &rest, &tokens)
            case ":" where rest.hasPrefix("::"):
                rest = rest.dropFirst(2).drop { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." || $0 == "\"" }
            case "(", ")", ",", " ", "\n": rest.removeFirst()
            default:
                let symbol = rest.prefix { "=<>-#~!@%^&|*/+.".contains($0) }
                tokens.append(.symbol(symbol.isEmpty ? String(character) : String(symbol)))
                rest = rest.dropFirst(max(1, symbol.count))
            }
        }
        return tokens
    }

    /// A dotted name is one token, its last part kept apart from functions of a schema: `auth.uid`.
    private static func name(_ word: String, _ rest: inout Substring, _ tokens: inout [Token]) {
        if tokens.last == .symbol("."), case .name(let first)? = tokens.dropLast().last {
            tokens.removeLast(2)
            tokens.append(.name("\(first).\(word)"))
        } else {
            tokens.append(.name(word))
        }
    }

    private static func quoted(_ rest: inout Substring, _ mark: Character) -> String {
        var text = ""
        rest.removeFirst()
        while let character = rest.popFirst() {
            if character == mark {
                guard rest.first == mark else { break }
                rest.removeFirst()
            }
            text.append(character)
        }
        return text
    }

    /// The setting that is read at a token, if one is.
    private static func scope(_ tokens: [Token], _ index: Int) -> RowSecurityScope? {
        switch tokens[index] {
        case .name("current_setting"), .name("pg_catalog.current_setting"):
            guard index + 1 < tokens.count, let setting = tokens[index + 1].text, setting.contains(".") else {
                return nil
            }
            return claim(tokens, after: index + 1).map { .claims(setting: setting, claim: $0) } ?? .setting(setting)
        case .name("auth.uid"): return .claims(setting: "request.jwt.claims", claim: "sub")
        case .name("auth.jwt"):
            return claim(tokens, after: index).map { .claims(setting: "request.jwt.claims", claim: $0) }
        default: return nil
        }
    }

    /// The claim taken out of a setting's JSON: `->> 'sub'` before the comparison.
    private static func claim(_ tokens: [Token], after index: Int) -> String? {
        for position in tokens.indices.dropFirst(index + 1).prefix(4) {
            if tokens[position] == .symbol("->>") {
                return position + 1 < tokens.count ? tokens[position + 1].text : nil
            }
            if tokens[position] == .symbol("=") || tokens[position] == .symbol("->") { return nil }
        }
        return nil
    }

    private static let wrappers: Set<String> = ["nullif", "coalesce", "select", "as", "uid", "true", "any", "array"]

    /// The column on the other side of the `=`: before the setting, else behind it.
    private static func column(_ tokens: [Token], _ index: Int) -> Identifier? {
        var position = index - 1
        while position >= 0, let word = tokens[position].word, wrappers.contains(word.lowercased()) { position -= 1 }
        if position >= 1, tokens[position] == .symbol("="), let word = tokens[position - 1].word { return last(word) }
        for position in tokens.indices.dropFirst(index + 1) {
            switch tokens[position] {
            case .symbol("="):
                return position + 1 < tokens.count ? tokens[position + 1].word.flatMap(last) : nil
            case .name(let word) where !wrappers.contains(word.lowercased()): return nil
            default: continue
            }
        }
        return nil
    }

    private static func last(_ word: String) -> Identifier? {
        word.split(separator: ".").last.map { Identifier(String($0)) }
    }
}
