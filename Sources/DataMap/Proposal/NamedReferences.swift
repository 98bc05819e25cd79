/// A reference that only names speak of, with the reason for believing it.
struct NamedLink: Hashable {
    let link: Link
    let reason: String
}

/// Finds columns that are named like references without a foreign key behind them.
struct NamedReferences {
    private let study: Study
    private let people: [TableName]
    /// Columns by which each kind of person is found, beside the key.
    private let identifiers: [TableName: [Identifier: String]]
    /// Tables by what one row of them is called.
    private let byName: [String: [TableName]]

    init(_ study: Study, people: [TableName], identifiers: [TableName: [Identifier: String]]) {
        self.study = study
        self.people = people
        self.identifiers = identifiers
        var byName: [String: [TableName]] = [:]
        for name in study.names {
            guard let table = study[name] else { continue }
            for stem in Set([table.singular.joined(), table.noun]) { byName[stem, default: []].append(name) }
        }
        self.byName = byName
    }

    /// References of a table that no foreign key makes.
    func links(of table: StudiedTable) -> [NamedLink] {
        let bound = Set(table.links.flatMap(\.hop.from))
        let toSeveral = people.compactMap { study[$0] }.compactMap { toCompositeKey(of: $0, table) }
        guard toSeveral.isEmpty else { return toSeveral }
        return table.columns.filter { !bound.contains($0.name) && !Self.isPolymorphic($0, in: table) }.compactMap {
            toPerson($0, table) ?? toTable($0, table)
        }
    }

    /// Whether another column says which table this one refers to: `owner_id` beside `owner_type`.
    static func isPolymorphic(_ column: StudiedColumn, in table: StudiedTable) -> Bool {
        let stem = Self.stem(column.words.list)
        guard !stem.isEmpty, stem != column.words.list else { return false }
        return table.columns.contains { [stem + ["type"], stem + ["class"], stem + ["kind"]].contains($0.words.list) }
    }

    /// The words without those that say “key”.
    private static func stem(_ words: [String]) -> [String] {
        var words = words
        while let last = words.last, ["id", "uuid", "guid", "key", "ref", "fk", "no"].contains(last) {
            words.removeLast()
        }
        if words.count == 1, let word = words.first, words[0].count > 3 {
            for ending in ["uuid", "guid", "id"] where word.hasSuffix(ending) {
                return [String(word.dropLast(ending.count))]
            }
        }
        return words
    }

    // MARK: people

    private func toPerson(_ column: StudiedColumn, _ table: StudiedTable) -> NamedLink? {
        let targets = people.filter { $0 != table.table.name }.compactMap { study[$0] }
        for target in targets {
            if let link = byKey(column, table, target, nouns: [target.noun]) { return link }
        }
        if let first = targets.first, let link = byKey(column, table, first, nouns: ["owner", "user"]) { return link }
        for target in targets {
            if let link = byIdentifier(column, table, target) ?? byOtherKey(column, table, target) { return link }
        }
        return nil
    }

    /// `account_ref` refers to the unique column `account` of a person.
    private func byOtherKey(
        _ column: StudiedColumn, _ table: StudiedTable, _ target: StudiedTable
    ) -> NamedLink? {
        let stem = Self.stem(column.words.list)
        let known = target.columns.first { other in
            let words = other.words.list
            guard target.table.isUnique([other.name]), !Self.generic.contains(other.words.squashed) else {
                return false
            }
            return stem == words || stem == [target.noun] + words
        }
        return known.flatMap { link(column, table, target, $0.name, "its name; no foreign key stands behind it") }
    }

    /// Names that many tables have for themselves.
    private static let generic: Set<String> = ["id", "uuid", "name", "code", "number", "key", "title", "slug", "email"]

    /// References to people alone, for tables that lead to one only in a roundabout way.
    func linksToPeople(of table: StudiedTable) -> [NamedLink] {
        links(of: table).filter { people.contains($0.link.to) }
    }

    private func byKey(
        _ column: StudiedColumn, _ table: StudiedTable, _ target: StudiedTable, nouns: Set<String>
    ) -> NamedLink? {
        guard let key = target.table.identity.first, target.table.identity.count == 1 else { return nil }
        let stem = Self.stem(column.words.list)
        guard let last = stem.last, nouns.contains(last), !Self.isText(column, stem) else { return nil }
        return link(column, table, target, key, "its name; no foreign key stands behind it")
    }

    /// `user`, `owner` as text is likelier a name than a key.
    private static func isText(_ column: StudiedColumn, _ stem: [String]) -> Bool {
        column.isText && stem == column.words.list
    }

    /// A key of several columns: those of the same names, and one called after the person, such as `user_id` for `id`.
    private func toCompositeKey(of target: StudiedTable, _ table: StudiedTable) -> NamedLink? {
        let key = target.table.identity
        guard key.count > 1, target.table.name != table.table.name else { return nil }
        var from: [Identifier] = []
        var isNamed = false
        for part in key {
            guard let found = target.table.column(part) else { return nil }
            let other = StudiedColumn(column: found, words: NameWords(part))
            let column = table.columns.first { column in
                let isPerson = Self.stem(other.words.list).isEmpty && Self.stem(column.words.list).last == target.noun
                if isPerson { isNamed = true }
                return (isPerson || column.words.list == other.words.list && part.text != "id")
                    && Self.comparison(column, other) == false
            }
            guard let column else { return nil }
            from.append(column.name)
        }
        guard isNamed else { return nil }
        let hop = Hop(from: from, to: target.table.name, key: key, flags: [.unenforced])
        let link = Link(
            from: table.table.name, hop: hop,
            isNullable: from.contains { !(table.table.column($0)?.isNotNull ?? false) },
            isUnique: table.table.isUnique(from))
        return NamedLink(link: link, reason: "“\(link.columns)”: their names; no foreign key stands behind them")
    }

    private func byIdentifier(_ column: StudiedColumn, _ table: StudiedTable, _ target: StudiedTable) -> NamedLink? {
        guard column.isText, let known = identifiers[target.table.name] else { return nil }
        let words = column.words.list
        let holders: Set<String> = ["user", "owner", "author", target.noun]
        let isEmail =
            ContactWords.isEmail(column)
            && words.allSatisfy {
                holders.contains($0) || ["email", "e", "mail", "address", "emailaddress"].contains($0)
            }
        let isName =
            words.allSatisfy { holders.contains($0) } || (ContactWords.isUserName(column) && words.count < 3)
        for (identifier, kind) in known.sorted(by: { $0.key < $1.key }) {
            guard target.table.isUnique([identifier]) else { continue }
            if (kind == "email" && isEmail) || (kind == "username" && isName) {
                return link(column, table, target, identifier, "its name; no foreign key stands behind it")
            }
        }
        guard isName, let email = known.filter({ $0.value == "email" }).keys.sorted().first,
            target.table.isUnique([email])
        else { return nil }
        return link(column, table, target, email, "its name; no foreign key stands behind it, is it an e-mail address?")
    }

    // MARK: other tables

    /// `order_id` refers to `orders`, of the same schema first.
    private func toTable(_ column: StudiedColumn, _ table: StudiedTable) -> NamedLink? {
        let stem = Self.stem(column.words.list)
        guard stem != column.words.list, !stem.isEmpty else { return nil }
        let found = (byName[stem.joined()] ?? []).filter { $0 != table.table.name }
        let near = found.filter { $0.schema == table.table.name.schema }
        guard let name = near.first ?? found.first, near.count < 2, let target = study[name],
            let key = target.table.identity.first, target.table.identity.count == 1
        else { return nil }
        return link(column, table, target, key, "its name; no foreign key stands behind it")
    }

    /// The reference, if the two types can be compared at all.
    private func link(
        _ column: StudiedColumn, _ table: StudiedTable, _ target: StudiedTable, _ key: Identifier, _ reason: String
    ) -> NamedLink? {
        guard let found = target.table.column(key) else { return nil }
        let other = StudiedColumn(column: found, words: NameWords(key))
        guard let asText = Self.comparison(column, other) else { return nil }
        let hop = Hop(
            from: [column.name], to: target.table.name, key: [key],
            flags: asText ? [.asText, .unenforced] : [.unenforced])
        let link = Link(
            from: table.table.name, hop: hop, isNullable: !column.column.isNotNull,
            isUnique: table.table.isUnique([column.name]))
        return NamedLink(link: link, reason: "“\(column.name.text)”: \(reason)")
    }

    /// Whether two columns are compared as text; nil when they can't be the same.
    private static func comparison(_ left: StudiedColumn, _ right: StudiedColumn) -> Bool? {
        if left.column.baseType == right.column.baseType || (left.isWhole && right.isWhole) { return false }
        let plain = { (column: StudiedColumn) in column.isText && column.column.baseType != "citext" }
        if plain(left) && plain(right) { return false }
        let isComparable = { (column: StudiedColumn) in
            column.isText || column.isWhole || ["uuid", "numeric"].contains(column.column.baseType)
        }
        guard isComparable(left), isComparable(right), left.isText || right.isText || left.isWhole == right.isWhole
        else {
            return nil
        }
        return true
    }
}
