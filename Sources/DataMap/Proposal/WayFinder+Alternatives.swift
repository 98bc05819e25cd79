extension WayFinder {
    /// The ways, and after them those of other references that may be the row's only one, or lead to another kind of
    /// person: an answer belongs to a ticket, an order or a cart, a print to the ticket's customer and to who printed.
    mutating func more(_ ways: [Way], beside chosen: [RatedLink], _ table: StudiedTable) -> [Way] {
        let isOpen = chosen.allSatisfy(\.link.isNullable) && !table.theme.isAuthored
        // Whom a thing is shared with doesn't make it its owner's.
        let isOfOthers = table.theme.isAboutOthers || table.theme.isMembership
        var kinds = Set(ways.map(\.subject))
        var found: [Way] = []
        let isSaid = chosen.contains { $0.role == .owner }
        for link in alternatives(table, weakest: isSaid || !isOpen ? .participant : .creator)
        where !chosen.contains(link) {
            let isAlternative = isOpen && (link.isOpen || isPart(link, table) && !isOfOthers)
            // Names tie no row to people of another kind: a guest's address may be anybody's.
            let further = lead(link).filter { kinds.contains($0.subject) ? isAlternative : link.reason == nil }
            guard !further.isEmpty else { continue }
            found += further.map { way in
                doubted(way, link, isAlternative ? "several columns lead to a person" : "two kinds of people")
            }
            if !isAlternative { kinds.formUnion(further.map(\.subject)) }
        }
        guard !found.isEmpty else { return ways }
        return ways + found.filter { further in !ways.contains { $0.steps == further.steps } }
    }

    /// Other references of a table by which its rows may be somebody's, the cheapest first.
    ///
    /// - Parameter weakest: the weakest role that counts: whoever made a row may be the only one it has, where no
    ///   reference says whose it is.
    private func alternatives(_ table: StudiedTable, weakest: ReferenceRole) -> [RatedLink] {
        let name = table.table.name
        let priced = (links[name] ?? []).compactMap { link -> (cost: Int, link: RatedLink)? in
            guard link.to != name else { return nil }
            if people[link.to] != nil || (isPerson(link.to) && circles[link.to] != circles[name]) {
                return link.role <= weakest ? (ReferenceCost.direct(link), link) : nil
            }
            guard !isPerson(link.to), let parent = steps[link.to], !parent.isMade, !parent.isInPlace, !parent.isShared,
                circles[link.to] != circles[name], !(study[link.to].map(ReferenceCost.isPlace) ?? true)
            else { return nil }
            return (parent.cost + link.cost, link)
        }
        return priced.sorted { ($0.cost, $0.link.link.columns) < ($1.cost, $1.link.link.columns) }.map(\.link)
    }

    /// The ways that begin with a reference.
    private mutating func lead(_ link: RatedLink) -> [Way] {
        if isPerson(link.to) { return toPerson(link) }
        return ways(of: link.to).map { way in
            Way(subject: way.subject, ownership: way.ownership, steps: [link.step] + way.steps, doubts: way.doubts)
        }
    }

    private func isPart(_ link: RatedLink, _ table: StudiedTable) -> Bool {
        study[link.to].map { ReferenceCost.isPart(link.link, of: table, $0) } ?? false
    }

    private func doubted(_ way: Way, _ link: RatedLink, _ why: String) -> Way {
        Way(
            subject: way.subject, ownership: way.ownership, steps: way.steps,
            doubts: link.doubts(in: study) + [why] + way.doubts)
    }
}
