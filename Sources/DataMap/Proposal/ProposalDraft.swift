/// The parts of a proposal, decided table by table.
struct ProposalDraft {
    private let study: Study
    private(set) var subjects: [SubjectProposal] = []
    private(set) var collections: [CollectionProposal] = []
    private(set) var excluded: [(table: TableName, reason: String)] = []
    private(set) var undecided: [(table: TableName, reason: String)] = []

    /// Names of tables that stand in several schemas.
    private let ambiguous: Set<Identifier>

    private static let mostKinds = 5

    /// - Parameter people: tables of people that were named; found when empty.
    init(_ study: Study, people: [TableName]) throws(DataMapError) {
        self.study = study
        var seen: Set<Identifier> = []
        ambiguous = Set(study.names.map(\.name).filter { !seen.insert($0).inserted })
        var ways = try choosePeople(people)
        ways.searchFurther(
            Dictionary(subjects.map { ($0.table, $0.kindsOfIdentifiers) }) { first, _ in first })
        describe(&ways)
    }

    // MARK: people

    /// The kinds of people: those named, else the likeliest and others that it doesn't reach.
    private mutating func choosePeople(_ people: [TableName]) throws(DataMapError) -> WayFinder {
        var proposer = SubjectProposer(study)
        guard people.isEmpty else {
            let distinct = people.reduce(into: [TableName]()) { if !$0.contains($1) { $0.append($1) } }
            subjects = distinct.compactMap { study[$0] }.map { proposer.propose($0, reason: nil) }
            return WayFinder(study, people: distinct)
        }
        let finder = SubjectFinder(study)
        let ranked = finder.ranked
        guard let best = ranked.first else { throw Self.nobody(study) }
        var chosen = [best]
        var ways = WayFinder(study, people: [best.table])
        for other in ranked.dropFirst() where finder.isAnotherSort(other.score) && chosen.count < Self.mostKinds {
            guard !ways.isDetail(other.table) else { continue }
            chosen.append(other)
            ways = WayFinder(study, people: chosen.map(\.table))
        }
        subjects = chosen.compactMap { found in
            study[found.table].map { proposer.propose($0, reason: found.score.reasons.joined(separator: ", ")) }
        }
        return ways
    }

    private static func nobody(_ study: Study) -> DataMapError {
        DataMapError(
            .noSubject,
            "none of \(study.names.count) tables looks like one of people; looked for a key together with a name such as "
                + "users, accounts, customers, people, members, patients, employees, a unique e-mail address, passwords, "
                + "and many references to it",
            hint: "name it: --subject schema.table (several times for several kinds of people)")
    }

    // MARK: tables

    private mutating func describe(_ ways: inout WayFinder) {
        var names = UniqueNames(longest: 60)
        let people = subjects.map(\.table)
        var open: [TableName] = []
        for name in people + study.names.filter({ !people.contains($0) }) {
            if !propose(name, &ways, &names) { open.append(name) }
        }
        settle(open)
        ErasureProposal(study.catalogue).settle(&collections)
    }

    /// Proposes what a table's rows are to people; false when there is no way to any.
    private mutating func propose(_ name: TableName, _ ways: inout WayFinder, _ names: inout UniqueNames) -> Bool {
        guard let table = study[name] else { return true }
        let own = ways.ways(of: name)
        let mentions = ways.mentions(of: name)
        guard !own.isEmpty || !mentions.isEmpty else { return false }
        let proposer = CollectionProposer(table, subjects: subjects)
        let notes = ways.notes(of: name)
        let wish = wish(name)
        var isSaid = false
        if !own.isEmpty, let proposal = proposer.collection(own, isMention: false, notes: notes, &names, wish: wish) {
            collections.append(proposal)
            isSaid = true
        }
        if !mentions.isEmpty,
            let proposal = proposer.collection(
                mentions, isMention: true, notes: notes, &names, wish: wish.prefix(49) + "_mentioning")
        {
            collections.append(proposal)
            isSaid = true
        }
        if !isSaid {
            undecided.append((name, "each of its columns sounds like a secret, so nothing would be exported"))
        }
        return true
    }

    /// The table's name; with its schema where another has a table of that name.
    private func wish(_ name: TableName) -> String {
        let text = ambiguous.contains(name.name) ? "\(name.schema)_\(name.name)" : name.name.text
        return UniqueNames.slug(text, separator: "_", longest: 60)
    }

    /// Tables without a way: left out when they look like the product's own, else left to a person.
    private mutating func settle(_ open: [TableName]) {
        var reasons: [TableName: String] = [:]
        var left: [TableName: String] = [:]
        for name in open {
            guard let table = study[name] else { continue }
            let nature = TableNature(table)
            if nature.isCatalogue(study.referrers[name] ?? []) {
                left[name] = "a list that other tables refer to; nothing in it names anybody"
                continue
            }
            switch nature.verdict {
            case .decide(let why): reasons[name] = "no way to a person was found (\(why))"
            case .leaveOut(let why): left[name] = why
            }
        }
        // What refers to an undecided table stands or falls with it.
        var queue = reasons.keys.sorted()
        while let name = queue.popLast() {
            for link in study.referrers[name] ?? [] where left[link.from] != nil {
                left[link.from] = nil
                reasons[link.from] = "it refers to \(name), which is undecided"
                queue.append(link.from)
            }
        }
        excluded = left.sorted { $0.key < $1.key }.map { (table: $0.key, reason: $0.value) }
        undecided += reasons.sorted { $0.key < $1.key }.map { (table: $0.key, reason: $0.value) }
    }
}
