/// A collection as it is proposed.
struct CollectionProposal {
    let name: String
    let title: String
    let table: TableName
    let estimatedRows: Double
    let comment: String?
    let category: String
    let origin: Origin
    /// Each way in flow style.
    let paths: [String]
    let pathsMark: MapMark.Note?
    let order: Identifier?
    let softDelete: Identifier?
    let fields: [FieldProposal]
    let fileKeys: [Identifier]
    var erasure: (value: String, mark: MapMark.Note)
    let isMention: Bool
}

/// Proposes what is said of one table.
struct CollectionProposer {
    private let table: StudiedTable
    private let subjects: [SubjectProposal]
    private let isPeople: Bool

    init(_ table: StudiedTable, subjects: [SubjectProposal]) {
        self.table = table
        self.subjects = subjects
        isPeople = subjects.contains { $0.table == table.table.name }
    }

    /// The rows that these ways lead to; nil when nothing of the table could be exported.
    func collection(
        _ ways: [Way], isMention: Bool, notes: ReferenceNotes, _ names: inout UniqueNames, wish: String
    ) -> CollectionProposal? {
        let origin: Origin = table.theme.isObserved ? .observed : .provided
        let category = isPeople ? "account data" : table.theme.category
        let fields = FieldProposer(table, isPeople: isPeople, origin: origin, category: category, notes: notes).fields
        guard fields.contains(where: { !$0.isSecret }) else { return nil }
        let secret = Set(fields.filter(\.isSecret).map(\.column))
        let doubts = ways.flatMap(\.doubts).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return CollectionProposal(
            name: names.make(wish), title: title(isMention: isMention), table: table.table.name,
            estimatedRows: table.table.estimatedRows, comment: table.table.comment, category: category, origin: origin,
            paths: ways.map { path($0, secret) },
            pathsMark: doubts.isEmpty ? nil : .guess(doubts.joined(separator: "; ")),
            order: order(secret), softDelete: softDelete, fields: fields,
            fileKeys: isMention ? [] : table.columns.filter(FieldWords.isFileKey).map(\.name),
            erasure: erasure(ways, isMention: isMention), isMention: isMention)
    }

    // MARK: parts

    /// The table's name as people say it. Its comment is for colleagues and never becomes a title.
    private func title(isMention: Bool) -> String {
        let words = table.words.list.isEmpty ? [table.table.name.name.text] : table.words.list
        let text = words.joined(separator: " ")
        let title = text.prefix(1).uppercased() + text.dropFirst()
        return isMention ? "\(title) that mention you" : title
    }

    private func path(_ way: Way, _ secret: Set<Identifier>) -> String {
        let hops = way.steps.map { YAMLText.quotedAlways($0.description) }
        let isFirst = way.subject == 0
        if way.ownership == .own && isFirst && hops.count == 1 { return hops[0] }
        var parts: [String] = []
        if !isFirst || way.ownership != .own || hops.isEmpty {
            parts.append("subject: \(subjects[way.subject].name)")
        }
        if way.ownership != .own { parts.append("ownership: \(way.ownership.rawValue)") }
        if way.ownership == .mention {
            let own = (table.key + (way.steps.first?.from ?? [])).reduce(into: [Identifier]()) {
                if !$0.contains($1) && !secret.contains($1) { $0.append($1) }
            }
            parts.append("fields: \(YAMLText.list(own.map { YAMLText.scalar($0.text) }))")
        }
        parts.append("hops: \(YAMLText.list(hops))")
        return "{ \(parts.joined(separator: ", ")) }"
    }

    private func order(_ secret: Set<Identifier>) -> Identifier? {
        let moments = table.columns.filter { $0.isMoment && !secret.contains($0.name) }
        for words in Self.orderWords {
            if let column = moments.first(where: {
                !$0.words.set.isDisjoint(with: words) && !$0.words.has("deleted")
            }) {
                return column.name
            }
        }
        return nil
    }

    private static let orderWords: [Set<String>] = [
        ["created", "createdat", "inserted"], ["occurred", "logged", "recorded", "timestamp", "ts"],
        ["issued", "sent", "placed", "ordered", "started", "posted", "joined", "registered"], ["date", "day", "datum"],
    ]

    private static let deletions: Set<String> = [
        "deleted", "removed", "trashed", "deletedat", "archivedat", "deletiondate",
    ]

    private var softDelete: Identifier? {
        table.columns.first { column in
            column.isMoment && !column.column.isNotNull
                && (column.words.hasAny(Self.deletions))
        }?.name
    }

    private func erasure(_ ways: [Way], isMention: Bool) -> (value: String, mark: MapMark.Note) {
        if isMention {
            let columns = ways.flatMap { $0.steps.first?.from ?? [] }
            let canBeNull = columns.allSatisfy { !(table.table.column($0)?.isNotNull ?? true) }
            return canBeNull
                ? ("unlink", .guess("the row is somebody else's; only its reference to the person goes"))
                : ("anonymize", .guess("the row is somebody else's, and its reference may not be null"))
        }
        if table.theme.isMoney {
            return (
                "delete",
                .guess("a statute may require to retain some of it, such as { retain: DE-AO-147, fields: [ … ] }")
            )
        }
        if ways.contains(where: { $0.ownership == .shared }) {
            return ("delete", .guess("only when nobody else's rows refer to it"))
        }
        return ("delete", .guess(isPeople ? "the person's own row" : "the row goes with the person"))
    }
}

extension YAMLText {
    /// In double quotes whatever it holds: steps are easier to read that way.
    static func quotedAlways(_ text: String) -> String {
        let scalar = scalar(text)
        return scalar.hasPrefix("\"") ? scalar : "\"\(scalar)\""
    }
}
