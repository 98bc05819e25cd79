/// A kind of person as it is proposed.
struct SubjectProposal {
    let name: String
    let table: TableName
    let key: [Identifier]
    /// What is doubtful about the key.
    let keyMark: MapMark.Note?
    let identifiers: [(name: String, column: Identifier)]
    /// Whether every identifier is unique by the catalogue.
    let areUnique: Bool
    /// How row security learns who is meant, in flow style, with its mark.
    let rowSecurity: (value: String, mark: MapMark.Note?)
    /// Why this table; nil when it was named by whoever asked.
    let reason: String?

    /// Columns by which people are found, each with its sort.
    var kindsOfIdentifiers: [Identifier: String] {
        Dictionary(identifiers.map { ($0.column, $0.name.hasSuffix("email") ? "email" : "username") }) { first, _ in
            first
        }
    }
}

/// Makes proposals for the tables of people that were found.
struct SubjectProposer {
    private let study: Study
    private var names = UniqueNames(longest: 60)
    private var identifierNames: Set<String> = []

    init(_ study: Study) { self.study = study }

    mutating func propose(_ table: StudiedTable, reason: String?) -> SubjectProposal {
        let name = names.make(
            [table.noun, table.singular.joined(separator: "_"), "person"].first { !$0.isEmpty } ?? "person")
        identifierNames.insert(name)
        let (columns, areUnique) = identifierColumns(table)
        var identifiers: [(name: String, column: Identifier)] = []
        for (word, column) in columns {
            let free = [word, "\(name)_\(word)", "\(name)_\(column.text.lowercased())"].first {
                !identifierNames.contains($0)
            }
            guard let free, !free.contains(":") else { continue }
            identifierNames.insert(free)
            identifiers.append((free, column))
        }
        return SubjectProposal(
            name: name, table: table.table.name, key: key(table),
            keyMark: table.isKeyTotal
                ? nil : .guess("unique, but not declared NOT NULL; rows without it would be nobody's"),
            identifiers: identifiers, areUnique: areUnique,
            rowSecurity: rowSecurity(table), reason: reason)
    }

    /// One column where one tells people apart, though the primary key may have more.
    private func key(_ table: StudiedTable) -> [Identifier] {
        let identity = table.key
        guard identity.count > 1 else { return identity }
        let single = table.table.uniqueKeys.filter { $0.count == 1 }.flatMap { $0 }.filter { column in
            (table.table.column(column)?.isNotNull ?? false) && identity.contains(column)
        }
        return single.sorted().first.map { [$0] } ?? identity
    }

    // MARK: identifiers

    private func identifierColumns(_ table: StudiedTable) -> ([(String, Identifier)], Bool) {
        let unique = table.columns.filter { table.table.isUnique([$0.name]) }
        var found: [(String, Identifier)] = []
        let emails = table.columns.filter(ContactWords.isEmail)
        let uniqueEmails = emails.filter { table.table.isUnique([$0.name]) }
        for email in uniqueEmails.isEmpty ? Array(emails.prefix(1)) : uniqueEmails {
            found.append(("email", email.name))
        }
        let logins = unique.filter { column in
            ContactWords.isUserName(column) && !ContactWords.isEmail(column)
                || (column.isText && column.words.list == ["name"])
        }
        for login in logins { found.append(("username", login.name)) }
        for phone in unique.filter(ContactWords.isPhone) { found.append(("phone", phone.name)) }
        let numbers = unique.filter { column in
            column.words.list.count > 1 && ["number", "no", "nr", "nummer", "code"].contains(column.words.last)
                && column.words.hasAny(
                    PersonWords.nouns.union(["account", "membership", "medical", "record", "personnel"]))
                && !SecretNames.isLikelySecret(column.column, words: column.words)
        }
        for number in numbers { found.append((number.words.list.joined(separator: "_"), number.name)) }
        var seen = Set(table.key.count == 1 ? table.key : [])
        let distinct = found.filter { seen.insert($0.1).inserted }
        return (distinct, distinct.allSatisfy { table.table.isUnique([$0.1]) })
    }

    // MARK: row security

    private func rowSecurity(_ table: StudiedTable) -> (value: String, mark: MapMark.Note?) {
        guard !study.policies.secured.isEmpty else { return ("none", nil) }
        var points: [RowSecurityScope: Int] = [:]
        var columns: [RowSecurityScope: Set<Identifier>] = [:]
        for vote in study.policies.votes {
            let weight = weight(vote, table)
            guard weight > 0 else { continue }
            points[vote.scope, default: 0] += weight
            if vote.table == table.table.name, let column = vote.column {
                columns[vote.scope, default: []].insert(column)
            }
        }
        let ranked = points.sorted { ($0.value, $1.key.words) > ($1.value, $0.key.words) }
        guard let best = ranked.first else { return unknown(table) }
        var parts = best.key.parts
        var words = ["the policies read it"]
        if let from = columns[best.key]?.subtracting(table.keyColumns).sorted().first,
            columns[best.key]?.isDisjoint(with: table.keyColumns) ?? false, table.table.column(from) != nil
        {
            parts.append("from: \(YAMLText.scalar(from.text))")
            words = ["the policies compare it with “\(from.text)”"]
        }
        if !study.policies.open.isEmpty {
            parts.append("shows: more")
            let open = study.policies.open.sorted().prefix(3).map { "\($0)" }.joined(separator: ", ")
            words.append("policies of \(open) may show more than a person's own rows")
        }
        let others = Set(study.policies.votes.map(\.scope)).subtracting([best.key])
        if !others.isEmpty {
            words.append("they read too: " + others.map(\.words).sorted().prefix(3).joined(separator: ", "))
        }
        return ("{ \(parts.joined(separator: ", ")) }", .guess(words.joined(separator: "; ")))
    }

    /// How much a comparison says that the setting holds this kind's key.
    private func weight(_ vote: PolicyFacts.Vote, _ table: StudiedTable) -> Int {
        guard let column = vote.column else { return 0 }
        if vote.table == table.table.name { return table.keyColumns.contains(column) ? 10 : 5 }
        guard let other = study[vote.table] else { return 0 }
        if other.links.contains(where: { $0.to == table.table.name && $0.hop.from.contains(column) }) { return 5 }
        let words = NameWords(column)
        return words.hasAny([table.noun, "user", "owner"]) && !words.hasAny(["tenant", "org", "organization"]) ? 1 : 0
    }

    private func unknown(_ table: StudiedTable) -> (value: String, mark: MapMark.Note?) {
        let names = study.policies.secured.sorted().prefix(3).map { "\($0)" }.joined(separator: ", ")
        return (
            "none",
            .decide(
                "row security is on for \(names); which setting tells its policies the person? Then { setting: app.user_id }"
            )
        )
    }
}

extension RowSecurityScope {
    /// Key and value pairs in flow style.
    fileprivate var parts: [String] {
        switch self {
        case .none: []
        case .setting(let setting): ["setting: \(YAMLText.scalar(setting))"]
        case .claims(let setting, let claim):
            ["setting: \(YAMLText.scalar(setting))", "claim: \(YAMLText.scalar(claim))"]
        }
    }

    /// For people.
    fileprivate var words: String {
        switch self {
        case .none: "none"
        case .setting(let setting): setting
        case .claims(let setting, let claim): "\(claim) of \(setting)"
        }
    }
}

/// Names of `a-z`, digits and `_`, each made once.
struct UniqueNames {
    private let longest: Int
    private var taken: Set<String> = []

    init(longest: Int) { self.longest = longest }

    /// A name as near to `wish` as is free.
    mutating func make(_ wish: String) -> String {
        let base = Self.slug(wish, separator: "_", longest: longest)
        var name = base
        var number = 2
        while !taken.insert(name).inserted {
            let suffix = "_\(number)"
            name = base.prefix(longest - suffix.count) + suffix
            number += 1
        }
        return name
    }

    /// The letters and digits of a text, what is between them as one separator.
    static func slug(_ text: String, separator: Character, longest: Int) -> String {
        var slug = ""
        var isPending = false
        for scalar in text.unicodeScalars {
            let letters = folded(scalar)
            if letters.isEmpty {
                isPending = !slug.isEmpty
            } else {
                if isPending { slug.append(separator) }
                isPending = false
                slug += letters
            }
        }
        slug = String(slug.prefix(longest))
        while slug.last == separator { slug.removeLast() }
        return slug.isEmpty ? "table" : slug
    }

    private static func folded(_ scalar: Unicode.Scalar) -> String {
        let lower = scalar.properties.lowercaseMapping
        switch lower {
        case "ä": return "ae"
        case "ö": return "oe"
        case "ü": return "ue"
        case "ß": return "ss"
        case "é", "è", "ê", "ë": return "e"
        case "á", "à", "â", "ã", "å": return "a"
        case "ó", "ò", "ô", "õ": return "o"
        case "ç": return "c"
        case "ñ": return "n"
        case "í", "ì", "î": return "i"
        case "ú", "ù", "û": return "u"
        default:
            return lower.unicodeScalars.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) } ? lower : ""
        }
    }
}
