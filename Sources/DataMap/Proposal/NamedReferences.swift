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
    /// Unique columns of people that say more than “name” or “code”.
    private let otherKeys: [TableName: [StudiedColumn]]
    /// Tables by the name of a column that is a unique key of theirs.
    private let byUniqueColumn: [Identifier: [TableName]]
    /// Tables that have two names of a person, with the column that holds the shorter.
    private let shortNames: [(table: TableName, column: Identifier)]

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
        otherKeys = Dictionary(
            people.map { name in
                let columns = study[name]?.columns.filter { column in
                    !Self.generic.contains(column.words.squashed) && study[name]?.table.isUnique([column.name]) == true
                }
                return (name, columns ?? [])
            }
        ) { first, _ in first }
        let keys = study.names.flatMap { name in
            (study[name]?.table.uniqueKeys ?? []).filter { $0.count == 1 }.flatMap { $0 }.map {
                (column: $0, table: name)
            }
        }
        byUniqueColumn = Dictionary(grouping: keys, by: \.column).mapValues { $0.map(\.table) }
        shortNames = study.names.compactMap { study[$0] }.flatMap { table in
            Self.shortNames(of: table).map { (table.table.name, $0) }
        }
    }

    /// Columns that hold the shorter of two names: `user_id` beside `full_user_id`.
    private static func shortNames(of table: StudiedTable) -> [Identifier] {
        let full = table.columns.filter {
            $0.isText && $0.words.list.first == "full" && table.table.isUnique([$0.name])
        }
        return full.compactMap { full in
            table.columns.first {
                $0.isText && $0.words.list == Array(full.words.list.dropFirst()) && table.table.isUnique([$0.name])
            }?.name
        }
    }

    /// References of a table that no foreign key makes.
    func links(of table: StudiedTable) -> [NamedLink] {
        let bound = Set(table.links.flatMap(\.hop.from))
        let toSeveral = people.compactMap { study[$0] }.compactMap { toCompositeKey(of: $0, table) }
        guard toSeveral.isEmpty else { return toSeveral }
        let short = Self.shortNames(of: table)
        return table.columns.compactMap { column in
            guard !bound.contains(column.name), !short.contains(column.name),
                let link = toShortName(column, table) ?? toPerson(column, table) ?? toTable(column, table)
                    ?? toUniqueColumn(column, table),
                !Self.isPolymorphic(column, in: table)
            else { return nil }
            return link
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
        guard let keys = otherKeys[target.table.name], !keys.isEmpty else { return nil }
        let stem = Self.stem(column.words.list)
        let known = keys.first { stem == $0.words.list || stem == [target.noun] + $0.words.list }
        return known.flatMap { link(column, table, target, $0.name, "its name; no foreign key stands behind it") }
    }

    /// Names that many tables have for themselves.
    private static let generic: Set<String> = ["id", "uuid", "name", "code", "number", "key", "title", "slug", "email"]

    private func byKey(
        _ column: StudiedColumn, _ table: StudiedTable, _ target: StudiedTable, nouns: Set<String>
    ) -> NamedLink? {
        guard let key = target.key.first, target.key.count == 1 else { return nil }
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
        let key = target.key
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
        let isHolder = words.allSatisfy { holders.contains($0) }
        let isName =
            isHolder || (ContactWords.isUserName(column) && words.count < 3) || Self.isNameOfPerson(words, holders)
        for (identifier, kind) in known.sorted(by: { $0.key < $1.key }) {
            guard target.table.isUnique([identifier]) else { continue }
            if (kind == "email" && isEmail) || (kind == "username" && isName) {
                return link(column, table, target, identifier, "its name; no foreign key stands behind it")
            }
        }
        if isName, target.key.count == 1, let key = target.key.first, target.column(key)?.isText == true {
            return link(column, table, target, key, "its name; no foreign key stands behind it")
        }
        guard isHolder, let email = known.filter({ $0.value == "email" }).keys.sorted().first,
            target.table.isUnique([email])
        else { return nil }
        return link(column, table, target, email, "its name; no foreign key stands behind it, is it an e-mail address?")
    }

    /// `user_name`, `sender`, `creator`: what a person is called, or who did something.
    private static func isNameOfPerson(_ words: [String], _ holders: Set<String>) -> Bool {
        let people = holders.union(["sender", "creator"])
        return words.contains(where: people.contains) && words.allSatisfy { people.contains($0) || $0 == "name" }
    }

    /// `user_localpart` refers to the shorter of a person's two names.
    private func toShortName(_ column: StudiedColumn, _ table: StudiedTable) -> NamedLink? {
        guard column.isText, column.words.has("localpart"),
            let short = shortNames.first(where: { $0.table != table.table.name }),
            let target = study[short.table]
        else { return nil }
        return link(column, table, target, short.column, "its name; no foreign key stands behind it")
    }

    // MARK: other tables

    /// A column that another table has as a unique key, under the same name: `cart_id`, `media_id`.
    private func toUniqueColumn(_ column: StudiedColumn, _ table: StudiedTable) -> NamedLink? {
        guard column.words.list.count > 1, Self.stem(column.words.list) != column.words.list,
            let tables = byUniqueColumn[column.name], !table.table.isUnique([column.name])
        else { return nil }
        let others = tables.filter { $0 != table.table.name }
        guard others.count == 1, let name = others.first, let target = study[name] else { return nil }
        return link(
            column, table, target, column.name,
            "a key of \(name.name.text) has its name; no foreign key stands behind it")
    }

    /// `order_id` refers to `orders`, of the same schema first.
    private func toTable(_ column: StudiedColumn, _ table: StudiedTable) -> NamedLink? {
        let stem = Self.stem(column.words.list)
        guard stem != column.words.list, !stem.isEmpty else { return nil }
        let found = (byName[stem.joined()] ?? []).filter { $0 != table.table.name }
        let inSchema = found.filter { $0.schema == table.table.name.schema }
        let whole = inSchema.filter { study[$0]?.singular == stem }
        let near = whole.count == 1 ? whole : inSchema
        guard let name = near.first ?? found.first, near.count < 2, let target = study[name] else { return nil }
        let key = target.table.isUnique([column.name]) ? [column.name] : target.table.identity
        guard key.count == 1 else { return nil }
        return link(column, table, target, key[0], "its name; no foreign key stands behind it")
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
