/// Finds how rows lead to people: over foreign keys first, then over names, then backwards for rows several share.
struct WayFinder {
    private let study: Study
    private let people: [TableName: Int]
    /// Tables with one row a person that are a part of theirs, such as profiles: a reference to one is to the person.
    private var stand: Set<TableName> = []
    /// How a table's rows reach a person, for each table that does.
    private var steps: [TableName: Step] = [:]
    /// What each table refers to, rated once.
    private var links: [TableName: [RatedLink]] = [:]
    private var built: [TableName: [Way]] = [:]

    /// The choice made for one table, with what it cost.
    private struct Step {
        enum Kind {
            case person
            case direct([RatedLink])
            case via(RatedLink)
            case shared([RatedLink])
        }
        let kind: Kind
        let cost: Int
        let depth: Int
    }

    /// No path has more steps: each is a join, and what lies farther is rarely one person's.
    private static let deepest = 8
    private static let mostWays = 6
    /// From this cost on a column named like a reference to a person is believed rather than the way that was found.
    private static let roundabout = 40

    init(_ study: Study, people: [TableName]) {
        self.study = study
        self.people = Dictionary(people.enumerated().map { ($1, $0) }) { first, _ in first }
        for table in people { steps[table] = Step(kind: .person, cost: 0, depth: 0) }
        for name in study.names {
            guard let table = study[name] else { continue }
            links[name] = table.links.map { rated($0, reason: nil, table) }
        }
        stand = Set(study.names.filter(standsForPerson))
        for name in stand.sorted() { steps[name] = study[name].flatMap(direct) }
        follow()
    }

    /// Tries what no foreign key says: names of columns, then rows that several people share.
    mutating func searchFurther(_ identifiers: [TableName: [Identifier: String]]) {
        let names = NamedReferences(
            study, people: people.keys.sorted { (people[$0] ?? 0) < (people[$1] ?? 0) }, identifiers: identifiers)
        for name in study.names {
            guard let table = study[name] else { continue }
            if let step = steps[name] {
                guard step.cost >= Self.roundabout else { continue }
                let direct = names.linksToPeople(of: table).map { rated($0.link, reason: $0.reason, table) }
                links[name, default: []] += direct
                if !direct.isEmpty, let shorter = self.direct(table), shorter.cost < step.cost { steps[name] = shorter }
                continue
            }
            links[name, default: []] += names.links(of: table).map { rated($0.link, reason: $0.reason, table) }
        }
        follow()
        share()
        follow()
    }

    /// Whether the rows of a table are some person's.
    func reaches(_ table: TableName) -> Bool { steps[table] != nil }

    /// Whether a table has a way that makes its rows a part of a person, not one over who made or handled them.
    func isDetail(_ table: TableName) -> Bool { steps[table].map { $0.cost < ReferenceCost.creator } ?? false }

    /// Whether a table's rows are people's, one each at most, and are called after people.
    private func standsForPerson(_ name: TableName) -> Bool {
        guard let table = study[name], people[name] == nil, PersonWords.nouns.contains(table.noun) else { return false }
        return (links[name] ?? []).contains { link in
            people[link.to] != nil && link.role == .owner && link.link.isUnique && !link.link.isNullable
        }
    }

    /// Whether a reference to the table is one to a person.
    private func isPerson(_ table: TableName) -> Bool { people[table] != nil || stand.contains(table) }

    // MARK: choosing

    /// Lowers costs until nothing changes. Costs are positive, so no cycle ever pays.
    private mutating func follow() {
        for name in study.names where steps[name] == nil {
            guard let table = study[name] else { continue }
            if let step = direct(table) { steps[name] = step }
        }
        var isChanged = true
        while isChanged {
            isChanged = false
            for name in study.names {
                for link in links[name] ?? [] where link.to != name {
                    guard let parent = steps[link.to], !isPerson(link.to), parent.depth < Self.deepest else { continue }
                    let cost = parent.cost + link.cost
                    guard cost < (steps[name]?.cost ?? .max) else { continue }
                    steps[name] = Step(kind: .via(link), cost: cost, depth: parent.depth + 1)
                    isChanged = true
                }
            }
        }
    }

    private func rated(_ link: Link, reason: String?, _ table: StudiedTable) -> RatedLink {
        RatedLink(
            link: link, role: role(link, table), reason: reason,
            cost: ReferenceCost.step(link, of: table, to: study[link.to]))
    }

    private func role(_ link: Link, _ table: StudiedTable) -> ReferenceRole {
        ReferenceRole(
            link.hop.from.map(NameWords.init), isWholeKey: Set(link.hop.from) == table.keyColumns, theme: table.theme,
            personNoun: study[link.to]?.noun ?? "")
    }

    /// References to people, the strongest role only. What people only handled isn't theirs.
    private func direct(_ table: StudiedTable) -> Step? {
        let name = table.table.name
        let isPart = stand.contains(name)
        let toPeople = (links[name] ?? []).filter { isPart ? people[$0.to] != nil : $0.to != name && isPerson($0.to) }
        guard let best = toPeople.map(\.role).min(), best != .handler else { return nil }
        let chosen = toPeople.filter { $0.role == best }
        // Dearer than what it leads through, so that no cycle ever pays.
        let through = chosen.compactMap { steps[$0.to]?.cost }.max() ?? 0
        let cost = through + (chosen.map { ReferenceCost.direct($0) }.min() ?? 0)
        return Step(kind: .direct(Array(chosen.prefix(Self.mostWays))), cost: cost, depth: 2)
    }

    /// Rows without a way to which a person's rows refer are shared by whoever refers to them.
    private mutating func share() {
        var isChanged = true
        while isChanged {
            isChanged = false
            for name in study.names where steps[name] == nil {
                guard let table = study[name] else { continue }
                let links = (study.referrers[name] ?? []).filter { link in
                    link.from != name && (steps[link.from].map { $0.depth < Self.deepest } ?? false)
                }
                guard !links.isEmpty, TableNature(table).isShareable(by: links) else { continue }
                let ordered = links.sorted {
                    (steps[$0.from]?.cost ?? 0, $0.from) < (steps[$1.from]?.cost ?? 0, $1.from)
                }
                let chosen = ordered.prefix(Self.mostWays).map {
                    RatedLink(link: $0, role: .participant, reason: nil, cost: 0)
                }
                // Dearer than every row it is shared by, so that none of them ever leads through it.
                let cost = ReferenceCost.shared + (chosen.compactMap { steps[$0.link.from]?.cost }.max() ?? 0)
                let depth = 1 + (chosen.compactMap { steps[$0.link.from]?.depth }.max() ?? 0)
                steps[name] = Step(kind: .shared(chosen), cost: cost, depth: depth)
                isChanged = true
            }
        }
    }

    // MARK: paths

    /// The ways of a table's rows to people; empty when there is none.
    mutating func ways(of name: TableName) -> [Way] {
        if let ways = built[name] { return ways }
        guard let step = steps[name], let table = study[name] else { return [] }
        var ways: [Way] = []
        switch step.kind {
        case .person: ways = [Way(subject: people[name] ?? 0, ownership: .own, steps: [], doubts: [])] + others(table)
        case .direct(let links): ways = directWays(links, table)
        case .via(let link): ways = viaWays(link, table)
        case .shared(let links): ways = sharedWays(links)
        }
        ways = Array(repeated(ways, table).prefix(Self.mostWays))
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
    private mutating func toPerson(_ link: RatedLink) -> [Way] {
        if let kind = people[link.to] { return [Way(subject: kind, ownership: .own, steps: [link.step], doubts: [])] }
        return ways(of: link.to).map { way in
            Way(subject: way.subject, ownership: way.ownership, steps: [link.step] + way.steps, doubts: way.doubts)
        }
    }

    private mutating func viaWays(_ link: RatedLink, _ table: StudiedTable) -> [Way] {
        let chosen = steps[table.table.name]?.cost ?? 0
        var doubts = link.doubts(in: study)
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

    /// References to people that aren't among the table's ways: its rows mention them.
    mutating func mentions(of name: TableName) -> [Way] {
        var used: Set<Hop> = []
        if case .direct(let links)? = steps[name]?.kind { used = Set(links.map(\.link.hop)) }
        let own = people[name]
        let mentioning = (links[name] ?? []).filter { link in
            guard link.reason == nil, isPerson(link.to), !used.contains(link.link.hop) else { return false }
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
}

/// How much a reference costs a path: the less, the surer the row is that person's.
enum ReferenceCost {
    static let creator = 25
    static let shared = 60
    private static let nullable = 5
    private static let unenforced = 10

    /// A reference to a person.
    static func direct(_ link: RatedLink) -> Int {
        let base =
            switch link.role {
            case .owner: 10
            case .participant: 13
            case .creator, .handler: creator
            }
        return base + (link.link.isNullable ? nullable : 0) + (link.reason == nil ? 0 : unenforced)
    }

    /// A reference to a row that leads on: cheap to what the row is a part of, dear to what many things lie in.
    static func step(_ link: Link, of table: StudiedTable, to parent: StudiedTable?) -> Int {
        var cost = 20
        if let parent {
            let stem = parent.singular.joined()
            let isPart = stem.count > 3 && table.words.squashed.hasPrefix(stem) && table.words.squashed != stem
            if isPart || table.keyColumns.isSuperset(of: link.hop.from) { cost = 10 }
            if places.contains(parent.noun) { cost += 25 }
        }
        return cost + (link.isNullable ? 15 : 0)
    }

    /// What many people's rows lie in.
    private static let places: Set<String> = [
        "tenant", "organization", "organisation", "org", "company", "workspace", "team", "site", "shop", "store",
        "group",
        "department", "category", "tag", "product", "plan", "country", "currency", "role", "type", "status", "language",
    ]
}
