package import RightsCore

/// What a calendar says of itself, before its holidays.
package struct CalendarHeader: Sendable, Hashable {
    /// Its id, such as `DE`, `GB-SCT`, `EU`.
    package let id: String
    /// The place, for people to read.
    package let name: String
    package let version: RuleVersion
    /// The years whose list is whole.
    package let years: ClosedRange<Int>
    /// The last year whose days were proclaimed; later ones are projected by rule.
    package let proclaimedThrough: Int
    /// The days of the week that aren't worked.
    package let weekend: Set<Weekday>
    /// The time zones whose place this is, unless somebody says otherwise.
    package let zones: [String]
    package let evidence: Evidence
    /// The laws and official lists.
    package let sources: [String]
    /// What is to be known of the choice of days; nil when there is nothing.
    package let note: String?

    /// A document's header; its holidays aren't read.
    ///
    /// - Throws: ``RuleError`` when the header isn't in the documented form.
    package init(_ file: RuleFile) throws(RuleError) {
        self = try Self.read(try RuleNode(Self.headerText(file.text), document: file.name), of: file)
    }

    /// The keys of the header; all stand before `holidays`, so that they can be read alone.
    static let keys: Set<String> = [
        "id", "name", "version", "note", "evidence", "sources", "zones", "years", "weekend",
    ]

    static func read(_ root: RuleNode, of file: RuleFile) throws(RuleError) -> CalendarHeader {
        let years = try root.required("years")
        try years.checkKeys(["first", "proclaimed", "last"])
        let first = try years.required("first").year()
        let proclaimed = try years.required("proclaimed").year()
        let last = try years.required("last").year()
        guard first <= proclaimed, proclaimed <= last else {
            throw years.fail(
                "a gap: first (\(first)), proclaimed (\(proclaimed)) and last (\(last)) must follow each other")
        }
        return CalendarHeader(
            id: try root.required("id").parsed("an id: capital letters and digits, words joined by hyphens", checkedID),
            name: try root.required("name").text(),
            version: file.version(try root.required("version").day().description), years: first...last,
            proclaimedThrough: proclaimed, weekend: try readWeekend(root.required("weekend")),
            zones: try readZones(root["zones"]), evidence: try root.required("evidence").choice(Evidence.self),
            sources: try readSources(root.required("sources")), note: try root["note"]?.text())
    }

    private init(
        id: String, name: String, version: RuleVersion, years: ClosedRange<Int>, proclaimedThrough: Int,
        weekend: Set<Weekday>, zones: [String], evidence: Evidence, sources: [String], note: String?
    ) {
        self.id = id
        self.name = name
        self.version = version
        self.years = years
        self.proclaimedThrough = proclaimedThrough
        self.weekend = weekend
        self.zones = zones
        self.evidence = evidence
        self.sources = sources
        self.note = note
    }

    /// The text before the line `holidays:`.
    private static func headerText(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .prefix { !$0.hasPrefix("holidays:") }.joined(separator: "\n")
    }

    private static func checkedID(_ text: String) -> String? {
        let words = text.split(separator: "-", omittingEmptySubsequences: false)
        let isSound = words.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (0x41...0x5a).contains($0) || (0x30...0x39).contains($0) }
        }
        return isSound && text.utf8.count <= 40 ? text : nil
    }

    private static func readWeekend(_ node: RuleNode) throws(RuleError) -> Set<Weekday> {
        var weekend: Set<Weekday> = []
        for item in try node.items() {
            guard weekend.insert(try item.weekday()).inserted else { throw item.fail("given twice") }
        }
        guard weekend.count < 7 else { throw node.fail("no day is left to work on") }
        return weekend
    }

    private static func readZones(_ node: RuleNode?) throws(RuleError) -> [String] {
        guard let node else { return [] }
        var zones: [String] = []
        for item in try node.items() {
            let zone = try item.text()
            guard !zones.contains(zone) else { throw item.fail("“\(zone)” is given twice") }
            zones.append(zone)
        }
        return zones
    }

    private static func readSources(_ node: RuleNode) throws(RuleError) -> [String] {
        let sources = try node.texts()
        guard !sources.isEmpty else { throw node.fail("name a law or an official list") }
        return sources
    }
}
