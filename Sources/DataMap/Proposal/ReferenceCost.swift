/// How much a reference costs a path: the less, the surer the row is that person's.
enum ReferenceCost {
    static let creator = 25
    static let shared = 60
    /// What it costs more to be led on from what somebody merely made: more than any other way.
    static let made = 100
    /// What it costs more to be led on from what many people's rows lie in.
    private static let place = 130
    private static let nullable = 5
    private static let unenforced = 10

    /// A reference to a person.
    static func direct(_ link: RatedLink) -> Int {
        let base =
            switch link.role {
            case .owner: 10
            case .participant: 13
            case .creator, .handler, .counterpart: creator
            }
        return base + (link.link.isNullable ? nullable : 0) + (link.reason == nil ? 0 : unenforced)
    }

    /// A reference to a row that leads on: cheap to what the row is a part of, dear to what many things lie in.
    static func step(_ link: Link, isNamed: Bool, of table: StudiedTable, to parent: StudiedTable?) -> Int {
        var cost = 20
        if let parent {
            if isPart(link, of: table, parent) { cost = 10 }
            if isPlace(parent) { cost += place }
        }
        return cost + (link.isNullable ? 15 : 0) + (isNamed ? unenforced : 0)
    }

    /// Whether a row is a part of the one it refers to: order items of orders.
    static func isPart(_ link: Link, of table: StudiedTable, _ parent: StudiedTable) -> Bool {
        let stem = parent.singular.joined()
        return stem.count > 3 && table.words.squashed.hasPrefix(stem) && table.words.squashed != stem
            || table.keyColumns.isSuperset(of: link.hop.from)
    }

    /// Whether many people's rows lie in one of the table's.
    static func isPlace(_ table: StudiedTable) -> Bool { places.contains(table.noun) }

    /// Whether others' rows hang on one of the table's, though somebody made it: an event and its guests.
    static func isForOthers(_ table: StudiedTable) -> Bool { isPlace(table) || occasions.contains(table.noun) }

    private static let occasions: Set<String> = [
        "event", "conference", "meeting", "course", "class", "competition", "tournament", "campaign", "survey", "poll",
        "form", "project", "session", "contest", "exhibition", "festival",
    ]
    /// What many people's rows lie in.
    private static let places: Set<String> = [
        "tenant", "organization", "organisation", "org", "company", "workspace", "team", "site", "shop", "store",
        "group", "room", "venue", "channel", "forum", "location", "building",
        "department", "category", "tag", "product", "plan", "country", "currency", "role", "type", "status", "language",
    ]
}
