extension WayFinder {
    /// The ways of a table's rows to people; empty when there is none.
    mutating func ways(of name: TableName) -> [Way] {
        if let ways = built[name] { return ways }
        guard let step = steps[name], let table = study[name] else { return [] }
        var ways: [Way] = []
        switch step.kind {
        case .person: ways = [Way(subject: people[name] ?? 0, ownership: .own, steps: [], doubts: [])] + others(table)
        case .direct(let links): ways = more(directWays(links, table), beside: links, table)
        case .via(let link): ways = more(viaWays(link, table), beside: [link], table)
        case .shared(let links): ways = sharedWays(links)
        }
        ways = Array(doubted(repeated(ways, table), table).prefix(Self.mostWays))
        built[name] = ways
        return ways
    }

    /// A person's own row that belongs to another kind of person too.
    private func others(_ table: StudiedTable) -> [Way] {
        (links[table.table.name] ?? []).filter { link in
            guard let kind = people[link.to] else { return false }
            return kind != people[table.table.name] && link.role == .owner
        }.map { Way(subject: people[$0.to] ?? 0, ownership: .own, steps: [$0.step], doubts: $0.doubts(in: study)) }
    }

    private mutating func directWays(_ links: [RatedLink], _ table: StudiedTable) -> [Way] {
        links.flatMap { link in
            var doubts = link.doubts(in: study)
            if links.count > 1 { doubts.append("several columns name a person") }
            if link.role == .participant && link.reason == nil {
                doubts.append("“\(link.link.columns)” doesn't say whose row it is")
            }
            if link.role == .creator { doubts.append("“\(link.link.columns)” names who made the row") }
            return toPerson(link).map { way in
                Way(subject: way.subject, ownership: .own, steps: way.steps, doubts: doubts + way.doubts)
            }
        }
    }

    /// The ways that begin with a reference to a person, or to what stands for one.
    mutating func toPerson(_ link: RatedLink) -> [Way] {
        if let kind = people[link.to] { return [Way(subject: kind, ownership: .own, steps: [link.step], doubts: [])] }
        return ways(of: link.to).map { way in
            Way(subject: way.subject, ownership: way.ownership, steps: [link.step] + way.steps, doubts: way.doubts)
        }
    }

    private mutating func viaWays(_ link: RatedLink, _ table: StudiedTable) -> [Way] {
        let chosen = steps[table.table.name]?.cost ?? 0
        var doubts = link.doubts(in: study)
        if study[link.to].map(ReferenceCost.isPlace) ?? false {
            doubts.append("many people's rows may lie in what “\(link.link.columns)” names")
        }
        for other in links[table.table.name] ?? [] where other.link != link.link && other.to != table.table.name {
            if isPerson(other.to) {
                doubts.append("“\(other.link.columns)” names a person too")
            } else if let parent = steps[other.to],
                parent.cost + other.cost <= chosen + 10
            {
                doubts.append("“\(other.link.columns)” leads to a person too")
            }
        }
        return ways(of: link.to).map { way in
            Way(
                subject: way.subject, ownership: way.ownership, steps: [link.step] + way.steps,
                doubts: doubts + way.doubts)
        }
    }

    private mutating func sharedWays(_ links: [RatedLink]) -> [Way] {
        var ways: [Way] = []
        for link in links {
            let back = Hop(from: link.link.hop.key, to: link.link.from, key: link.link.hop.from)
            for way in self.ways(of: link.link.from) where ways.count < Self.mostWays {
                ways.append(
                    Way(
                        subject: way.subject, ownership: .shared, steps: [back] + way.steps,
                        doubts: ["rows that others may refer to as well"] + way.doubts))
            }
        }
        return ways
    }

    /// Trees in which a row may have its person only through the rows above it: each way from there up first.
    private func repeated(_ ways: [Way], _ table: StudiedTable) -> [Way] {
        guard let step = steps[table.table.name], !table.theme.isAuthored, !table.theme.isObserved else { return ways }
        let first: [RatedLink]
        switch step.kind {
        case .direct(let links): first = links
        case .via(let link): first = [link]
        case .person, .shared: return ways
        }
        let selves = table.links.filter { $0.to == table.table.name && $0.isNullable }
        guard first.allSatisfy(\.link.isNullable), selves.count == 1, let up = selves.first else { return ways }
        let climb = Hop(from: up.hop.from, to: up.hop.to, key: up.hop.key, flags: [.repeated])
        return ways.map { way in
            Way(
                subject: way.subject, ownership: way.ownership, steps: [climb] + way.steps,
                doubts: way.doubts + ["perhaps only the top of the tree names the person"])
        }
    }

    /// What stands beside a way and may name somebody else makes it a guess: a review of somebody's thing is written by
    /// whom its e-mail address names. Tables below inherit the doubt with the way.
    private func doubted(_ ways: [Way], _ table: StudiedTable) -> [Way] {
        let name = table.table.name
        guard let step = steps[name], people[name] == nil, !step.isShared else { return ways }
        let others = strangers(ways, table)
        guard !others.isEmpty else { return ways }
        let doubts = others.map { "“\(name.name.text).\($0.name.text)” may name somebody else" }
        return ways.map { way in
            Way(subject: way.subject, ownership: way.ownership, steps: way.steps, doubts: way.doubts + doubts)
        }
    }

    /// Columns outside the ways that may name somebody else.
    private func strangers(_ ways: [Way], _ table: StudiedTable) -> [StudiedColumn] {
        let used = Set(ways.flatMap { $0.steps.first { !$0.isRepeated }?.from ?? [] })
        let ofPeople = Set((named[table.table.name] ?? []).flatMap(\.link.hop.from))
        return table.columns.filter { column in
            !used.contains(column.name) && (ContactWords.isEmail(column) || ofPeople.contains(column.name))
        }
    }

    /// What is to be said of the columns of a table that refer to people.
    mutating func notes(of name: TableName) -> ReferenceNotes {
        var notes = ReferenceNotes(noPaths: noPaths(of: name))
        let ways = ways(of: name)
        guard let table = study[name], people[name] == nil, let stranger = strangers(ways, table).first else {
            return notes
        }
        let toPeople = ways.filter { $0.steps.first { !$0.isRepeated }.map { people[$0.to] != nil } ?? false }
        for column in toPeople.compactMap({ $0.steps.first { !$0.isRepeated }?.from.last }) {
            notes.questioned[column] = "“\(stranger.name.text)” may name the person in its stead; say not_a_path then"
        }
        return notes
    }

    /// References to people that aren't among the table's ways: its rows mention them.
    mutating func mentions(of name: TableName) -> [Way] {
        let used = Set(ways(of: name).compactMap { way in way.steps.first { !$0.isRepeated } })
        let own = people[name]
        let mentioning = (links[name] ?? []).filter { link in
            guard link.reason == nil, isPerson(link.to), !used.contains(link.link.hop), !isNoPath(link) else {
                return false
            }
            // What stands for a person is tied to them already, and so is a person of two kinds.
            if own != nil && people[link.to] == nil { return false }
            return own == nil || link.to == name || people[link.to] == own || link.role != .owner
        }
        return mentioning.flatMap { link in
            toPerson(link).map { way in
                Way(
                    subject: way.subject, ownership: .mention, steps: way.steps,
                    doubts: ["“\(link.link.columns)” names a person, but not as the owner of the row"])
            }
        }
    }

    /// Columns that refer to people whose rows these aren't, not even as a mention: the other end of what is the
    /// owner's own affair, such as whose favourite somebody is.
    func noPaths(of name: TableName) -> [Identifier: String] {
        var reasons: [Identifier: String] = [:]
        for link in links[name] ?? [] where isNoPath(link) {
            for column in link.link.hop.from { reasons[column] = "whom somebody chose is that somebody's own affair" }
        }
        return reasons
    }

    private func isNoPath(_ link: RatedLink) -> Bool {
        guard link.role == .counterpart, link.reason == nil, isPerson(link.to), let table = study[link.link.from],
            case .direct? = steps[link.link.from]?.kind
        else { return false }
        let words = link.link.hop.from.reduce(into: table.words.set) { $0.formUnion(NameWords($1).set) }
        return !Set(words.map(NameWords.singular)).isDisjoint(with: Self.choices)
    }

    private static let choices: Set<String> = [
        "favourite", "favorite", "bookmark", "ignored", "ignore", "blocked", "block", "muted", "mute",
    ]
}
