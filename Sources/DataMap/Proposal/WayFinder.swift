/// Finds how rows lead to people: over foreign keys first, then over names, then backwards for rows several share.
struct WayFinder {
    let study: Study
    let people: [TableName: Int]
    /// Tables with one row a person that are a part of theirs, such as profiles: a reference to one is to the person.
    private var stand: Set<TableName> = []
    /// How a table's rows reach a person, for each table that does.
    private(set) var steps: [TableName: Step] = [:]
    /// What each table refers to, rated once.
    private(set) var links: [TableName: [RatedLink]] = [:]
    /// Columns that are named like references to people, whether or not a way begins with them.
    private(set) var named: [TableName: [RatedLink]] = [:]
    /// Tables that refer to one another in a circle have the same number.
    private(set) var circles: [TableName: Int] = [:]
    var built: [TableName: [Way]] = [:]

    /// The choice made for one table, with what it cost.
    struct Step {
        enum Kind {
            case person
            case direct([RatedLink])
            case via(RatedLink)
            case shared([RatedLink])
        }
        let kind: Kind
        let cost: Int
        let depth: Int
        /// Whether the way leads over somebody who merely made a row.
        var isMade = false
        /// Whether the way leads over what many people's rows lie in.
        var isInPlace = false
        /// Whether the way leads backwards, over rows that several people share.
        var isShared = false

        /// What rows pay that are led on from here: who made a thing hardly owns what hangs on it.
        var leading: Int { cost + (isMade ? ReferenceCost.made : 0) }
    }

    /// No path has more steps: each is a join, and what lies farther is rarely one person's.
    private static let deepest = 8
    static let mostWays = 6
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
            let found = names.links(of: table).map { rated($0.link, reason: $0.reason, table) }
            named[name] = found.filter { people[$0.to] != nil }
            guard let step = steps[name] else {
                links[name, default: []] += found
                continue
            }
            guard step.cost >= Self.roundabout || isOpen(step) else { continue }
            links[name, default: []] += found
            if !found.isEmpty, let shorter = self.direct(table), shorter.cost < step.cost, !shorter.isMade {
                steps[name] = shorter
            }
        }
        follow()
        share()
        follow()
        circles = ReferenceCircles(study.names, links: links).numbers
    }

    /// Whether rows may lack every reference that was chosen.
    private func isOpen(_ step: Step) -> Bool {
        switch step.kind {
        case .direct(let links): links.allSatisfy(\.isOpen)
        case .via(let link): link.isOpen
        case .person, .shared: false
        }
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
    func isPerson(_ table: TableName) -> Bool { people[table] != nil || stand.contains(table) }

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
                    guard let step = step(over: link), step.cost < (steps[name]?.cost ?? .max) else { continue }
                    steps[name] = step
                    isChanged = true
                }
            }
        }
    }

    /// The step over a reference to a row that leads on; nil where it leads to nobody, or to somebody who has nothing
    /// to do with it.
    private func step(over link: RatedLink) -> Step? {
        guard let parent = steps[link.to], !isPerson(link.to), parent.depth < Self.deepest else { return nil }
        let isPlace = study[link.to].map(ReferenceCost.isPlace) ?? false
        // Whoever made a room or an event doesn't own what others do there; nor what only names tie to a thing.
        let isForOthers = study[link.to].map(ReferenceCost.isForOthers) ?? false
        guard !parent.isMade || !(isForOthers || parent.isInPlace || link.reason != nil) else { return nil }
        return Step(
            kind: .via(link), cost: parent.leading + link.cost, depth: parent.depth + 1, isMade: parent.isMade,
            isInPlace: parent.isInPlace || isPlace, isShared: parent.isShared)
    }

    private func rated(_ link: Link, reason: String?, _ table: StudiedTable) -> RatedLink {
        RatedLink(
            link: link, role: role(link, table), reason: reason,
            cost: ReferenceCost.step(link, isNamed: reason != nil, of: table, to: study[link.to]))
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
        guard let best = toPeople.map(\.role).min(), best < .handler else { return nil }
        let strongest = toPeople.filter { $0.role == best }
        let kinds = Set(strongest.map { kind(of: $0.to) })
        let chosen = toPeople.filter {
            $0.role == best || ($0.role <= .participant && !kinds.contains(kind(of: $0.to)))
        }
        // Dearer than what it leads through, so that no cycle ever pays.
        let through = chosen.compactMap { steps[$0.to]?.cost }.max() ?? 0
        let cost = through + (chosen.map { ReferenceCost.direct($0) }.min() ?? 0)
        return Step(
            kind: .direct(Array(chosen.prefix(Self.mostWays))), cost: cost, depth: 2, isMade: best == .creator)
    }

    /// Which kind of person a table of people, or of what stands for them, is of.
    private func kind(of table: TableName) -> Int? {
        people[table] ?? (links[table] ?? []).lazy.filter { $0.role == .owner }.compactMap { people[$0.to] }.first
    }

    /// Rows without a way to which a person's rows refer are shared by whoever refers to them.
    private mutating func share() {
        var isChanged = true
        while isChanged {
            isChanged = false
            for name in study.names where steps[name] == nil {
                guard let table = study[name] else { continue }
                let links = (study.referrers[name] ?? []).filter { $0.from != name && ownsDirectly($0.from) }
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
                steps[name] = Step(kind: .shared(chosen), cost: cost, depth: depth, isShared: true)
                isChanged = true
            }
        }
    }

    /// Whether a table's rows are people, or name the person whose they are.
    private func ownsDirectly(_ name: TableName) -> Bool {
        // A line of a log names a device without making it its person's.
        guard let step = steps[name], !step.isMade, study[name]?.theme.isObserved == false else { return false }
        switch step.kind {
        case .person, .direct: return true
        case .via, .shared: return false
        }
    }
}
