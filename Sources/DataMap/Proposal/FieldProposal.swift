/// What is proposed for one column.
struct FieldProposal: Hashable {
    let column: Identifier
    /// The value in flow style.
    let value: String
    let mark: MapMark.Note?
    /// Whether its value stays in the database.
    let isSecret: Bool
}

/// What is to be said of a table's references to people beside its paths.
struct ReferenceNotes {
    /// Columns that begin no path, with the reason.
    var noPaths: [Identifier: String] = [:]
    /// Columns whose path may be wrong; a person who takes it out must say why.
    var questioned: [Identifier: String] = [:]
}

/// Proposes the rule of each column of one table.
struct FieldProposer {
    private let table: StudiedTable
    private let isPeople: Bool
    private let origin: Origin
    private let category: String
    private let references: Set<Identifier>
    private let notes: ReferenceNotes

    init(_ table: StudiedTable, isPeople: Bool, origin: Origin, category: String, notes: ReferenceNotes) {
        self.notes = notes
        self.table = table
        self.isPeople = isPeople
        self.origin = origin
        self.category = category
        references = Set(table.table.foreignKeys.flatMap(\.from))
    }

    /// One rule a column, in the table's order; names that differ only in case get names of their own.
    var fields: [FieldProposal] {
        var taken: Set<String> = []
        let all = Set(table.columns.map { $0.name.text.lowercased() })
        return table.columns.map { column in
            let text = column.name.text
            guard !taken.insert(text.lowercased()).inserted else { return field(column, name: nil) }
            var number = 2
            while all.contains("\(text)_\(number)".lowercased()) || taken.contains("\(text)_\(number)".lowercased()) {
                number += 1
            }
            taken.insert("\(text)_\(number)".lowercased())
            return field(column, name: "\(text)_\(number)")
        }
    }

    private func field(_ column: StudiedColumn, name: String?) -> FieldProposal {
        if isSecret(column) {
            let isBackup = SecretNames.mayBeOwnBackup(table: table.words)
            return proposal(
                column, [("name", name.map(YAMLText.scalar)), ("never_export", YAMLText.quotedAlways("a secret"))],
                .guess(isBackup ? "its name; a backup of the person's own is theirs, say not_secret then" : "its name"),
                isSecret: true)
        }
        let guess = guess(column)
        var parts: [(String, String?)] = [("name", name.map(YAMLText.scalar))]
        parts.append(("origin", guess.isObserved && origin != .observed ? "observed" : nil))
        parts.append(("third_party", guess.isThirdParty ? "true" : nil))
        let undisclosable = UndisclosableNames.kind(column.column, words: column.words)
        parts.append(("never_disclose", undisclosable?.rawValue))
        parts.append(("not_a_path", notes.noPaths[column.name].map(YAMLText.quotedAlways)))
        var note = guess.reason.map(MapMark.Note.guess)
        if undisclosable != nil { note = .guess("its name; some laws want it described, not handed out") }
        if let reason = notes.noPaths[column.name] ?? notes.questioned[column.name] { note = .guess(reason) }
        if parts.allSatisfy({ $0.1 == nil }) {
            return FieldProposal(
                column: column.name, value: YAMLText.scalar(guess.category), mark: note, isSecret: false)
        }
        if name != nil && note == nil { note = .guess("another column has the same name in other letters") }
        if guess.category != category { parts.insert(("category", YAMLText.scalar(guess.category)), at: 0) }
        return proposal(column, parts, note, isSecret: false)
    }

    private func isSecret(_ column: StudiedColumn) -> Bool {
        SecretNames.isLikelySecret(column.column, words: column.words)
            || (!references.contains(column.name)
                && SecretNames.isLikelySecret(column.column, words: column.words, table: table.words))
    }

    private func proposal(
        _ column: StudiedColumn, _ parts: [(String, String?)], _ note: MapMark.Note?, isSecret: Bool
    ) -> FieldProposal {
        let text = parts.compactMap { key, value in value.map { "\(key): \($0)" } }.joined(separator: ", ")
        return FieldProposal(column: column.name, value: "{ \(text) }", mark: note, isSecret: isSecret)
    }

    // MARK: guessing

    private struct Guess {
        var category: String
        var isObserved = false
        var isThirdParty = false
        /// Why; nil for what the keys say, and for what is simply of the collection's own category.
        var reason: String?
    }

    private func guess(_ column: StudiedColumn) -> Guess {
        if table.keyColumns.contains(column.name) { return Guess(category: "identifier") }
        if references.contains(column.name) { return Guess(category: "reference") }
        if let contact = contact(column) { return contact }
        if FieldWords.isOnline(column) {
            return Guess(category: "online identifiers", isObserved: true, reason: "its name or type")
        }
        if let category = FieldWords.category(column) {
            return Guess(category: category, isThirdParty: isAboutOthers(column), reason: "its name or type")
        }
        if FieldWords.isObserved(column) {
            return Guess(category: category, isObserved: true, reason: origin == .observed ? nil : "its name and type")
        }
        if FieldWords.isPreference(column) && category != "preferences" {
            return Guess(category: "preferences", reason: "its name")
        }
        if isNamedReference(column) { return Guess(category: "reference", reason: "its name") }
        if !FieldWords.isFileKey(column) && SecretNames.mayBeSecret(column.column, words: column.words) {
            return Guess(category: category, reason: "exported; its name may mean a secret")
        }
        return Guess(category: category)
    }

    private func contact(_ column: StudiedColumn) -> Guess? {
        let isThirdParty = isAboutOthers(column)
        if ContactWords.isEmail(column) || ContactWords.isPhone(column) || ContactWords.isPostal(column) {
            return Guess(category: "contact data", isThirdParty: isThirdParty, reason: "its name")
        }
        if ContactWords.isPersonName(column, rowsArePeople: isPeople || table.theme.isAboutOthers)
            || ContactWords.isUserName(column) || (isOthersColumn(column) && column.words.last == "name")
        {
            return Guess(category: "name", isThirdParty: isThirdParty, reason: "its name")
        }
        return nil
    }

    private func isAboutOthers(_ column: StudiedColumn) -> Bool {
        !isPeople && (table.theme.isAboutOthers || isOthersColumn(column)) && !isOwn(column)
            || isPeople && column.words.hasAny(Self.relatives)
    }

    private func isOwn(_ column: StudiedColumn) -> Bool { column.words.hasAny(Self.own) }

    /// A column about somebody the row names beside its person.
    private func isOthersColumn(_ column: StudiedColumn) -> Bool {
        column.isText
            && column.words.hasAny(Self.others)
    }

    private func isNamedReference(_ column: StudiedColumn) -> Bool {
        guard column.isText || column.isWhole || column.column.baseType == "uuid" else { return false }
        return column.words.list.count > 1 && ["id", "uuid", "guid"].contains(column.words.last)
    }

    private static let own: Set<String> = ["user", "owner", "account", "my"]
    private static let relatives: Set<String> = ["emergency", "guardian", "spouse", "partner"]
    private static let others: Set<String> = [
        "author", "sender", "recipient", "contact", "emergency", "guest", "invitee", "invited", "from", "to",
        "attendee",
        "participant", "referrer", "beneficiary", "guardian", "spouse", "receiver",
    ]
}
