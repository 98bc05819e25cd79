/// Finds the tables with one row a person.
struct SubjectFinder {
    private let study: Study
    private let scores: [TableName: Score]
    private let mostReferrers: Int

    /// How much speaks for a table, and what.
    struct Score: Hashable {
        var points = 0
        var reasons: [String] = []
        /// Whether its name is that of people.
        var isNamed = false

        mutating func add(_ more: Int, _ reason: String? = nil) {
            points += more
            if let reason { reasons.append(reason) }
        }
    }

    /// What a table needs to be the first kind of person.
    private static let enough = 60
    /// What it needs to be another kind beside the first.
    private static let enoughForMore = 75

    init(_ study: Study) {
        self.study = study
        var most = 1
        for links in study.referrers.values { most = max(most, Set(links.map(\.from)).count) }
        mostReferrers = most
        var votes: [TableName: Int] = [:]
        for vote in study.policies.votes {
            guard let column = vote.column, let table = study[vote.table] else { continue }
            if table.keyColumns.contains(column) { votes[vote.table, default: 0] += 3 }
            for link in table.links where link.hop.from == [column] { votes[link.to, default: 0] += 1 }
        }
        var scores: [TableName: Score] = [:]
        for name in study.names {
            guard let table = study[name] else { continue }
            scores[name] = Self.score(
                table, referrers: Set((study.referrers[name] ?? []).map(\.from)).count, most: most,
                votes: votes[name] ?? 0)
        }
        self.scores = scores
    }

    /// Tables of people, the best first; a table that is merely a part of a better one is none.
    var ranked: [(table: TableName, score: Score)] {
        let rated = study.names.compactMap { name in scores[name].map { (table: name, score: lowered($0, name)) } }
        return rated.filter { $0.score.points >= Self.enough }
            .sorted { ($0.score.points, $1.table) > ($1.score.points, $0.table) }
    }

    /// Whether a table is surely another sort of person, not only good enough when there is no better.
    func isAnotherSort(_ score: Score) -> Bool { score.isNamed && score.points >= Self.enoughForMore }

    /// A row that can't be without a row of people is a detail of it.
    private func lowered(_ score: Score, _ name: TableName) -> Score {
        guard let table = study[name] else { return score }
        let isDetail = table.links.contains { link in
            guard link.to != name, !link.isNullable, let other = scores[link.to] else { return false }
            let role = ReferenceRole(
                link.hop.from.map(NameWords.init), isWholeKey: false, theme: table.theme,
                personNoun: study[link.to]?.noun ?? "")
            return role <= .participant && other.isNamed && other.points >= Self.enough
        }
        var score = score
        if isDetail { score.points -= 70 }
        return score
    }

    private static func score(_ table: StudiedTable, referrers: Int, most: Int, votes: Int) -> Score {
        var score = Score()
        guard !table.key.isEmpty else { return score }
        if !table.isKeyTotal { score.add(-15) }
        if let points = PersonWords.scores[table.noun] {
            score.isNamed = true
            score.add(points - min(table.words.list.count - 1, 3) * 3, "its name")
        } else if table.singular.count == 1, let points = PersonWords.scores[NameWords.singular(table.words.squashed)] {
            score.isNamed = true
            score.add(points, "its name")
        }
        scoreColumns(table, &score)
        if referrers > 0 {
            let word = referrers == 1 ? "table refers" : "tables refer"
            score.add(40 * referrers / most, "\(referrers) \(word) to it")
        }
        if votes > 0 { score.add(min(30, 5 + votes), "the policies compare its key") }
        // An account may be one of bookkeeping, a profile one of settings.
        if ["account", "profile", "contact", "agent", "lead", "author", "tenant"].contains(table.noun),
            !table.columns.contains(where: { ContactWords.isEmail($0) || ContactWords.isUserName($0) || isPassword($0) }
            )
        {
            score.add(-30)
        }
        return score
    }

    private static func scoreColumns(_ table: StudiedTable, _ score: inout Score) {
        let emails = table.columns.filter(ContactWords.isEmail)
        if emails.contains(where: { table.table.isUnique([$0.name]) }) {
            score.add(40, "a unique e-mail address")
        } else if !emails.isEmpty {
            score.add(20, "an e-mail address")
        }
        if table.columns.contains(where: isPassword) { score.add(20, "a password") }
        if table.columns.contains(where: { ContactWords.isUserName($0) && table.table.isUnique([$0.name]) }) {
            score.add(15, "a unique user name")
        }
        if table.columns.contains(where: { ContactWords.isPersonName($0, rowsArePeople: false) }) {
            score.add(10, "people's names")
        }
        if table.table.primaryKey.count == 1 { score.add(5) }
        // A row without an e-mail address, a name or the like tells one person from another only by name of its table.
        if table.columns.count < 2 { score.add(-30) }
    }

    private static func isPassword(_ column: StudiedColumn) -> Bool {
        column.words.hasAny(passwords)
    }

    private static let passwords: Set<String> = ["password", "passwd", "pwd", "passhash", "passwordhash"]
}
