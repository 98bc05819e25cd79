internal import RightsCore

/// A country's retention statutes.
struct StatuteDocument: Sendable {
    /// The country as the document calls it, then other codes for it.
    let countries: [String]
    let name: String
    let statutes: [RetentionStatute]
}

/// Reads a country's document (schemas/retention.schema.json).
enum StatuteReader {
    static func read(_ file: RuleFile) throws(RuleError) -> StatuteDocument {
        let root = try RuleNode(file.text, document: file.name)
        try root.checkKeys(["country", "also", "name", "version", "statutes"])
        var countries = [try country(root.required("country"))]
        for item in try root["also"]?.items() ?? [] { countries.append(try country(item)) }
        let version = file.version(try root.required("version").day().description)
        var statutes: [RetentionStatute] = []
        for item in try root.required("statutes").items() {
            statutes += try self.statutes(item, country: countries[0], version)
        }
        guard !statutes.isEmpty else { throw root.fail("statutes: expected one at least") }
        return StatuteDocument(
            countries: countries, name: try root.required("name").text(), statutes: statutes)
    }

    private static func country(_ node: RuleNode) throws(RuleError) -> String {
        try node.parsed("a country of two capital letters") { text in
            text.utf8.count == 2 && text.unicodeScalars.allSatisfy { "A"..."Z" ~= $0 } ? text : nil
        }
    }

    /// One statute for each scope.
    private static func statutes(
        _ node: RuleNode, country: String, _ version: RuleVersion
    ) throws(RuleError) -> [RetentionStatute] {
        try node.checkKeys(["documents", "scopes", "years", "anchor", "citation", "evidence", "effective", "notes"])
        let documents = try chosen(RetainedDocument.self, node.required("documents"))
        let scopes = try chosen(RetentionScope.self, node.required("scopes"))
        let years = try node.required("years").number()
        guard (1...100).contains(years) else { throw node.fail(key: "years", "expected 1 to 100") }
        let anchor = try anchor(node.required("anchor"))
        let effective = try node["effective"]?.dayRange() ?? DayRange(from: nil, through: nil)
        var statutes: [RetentionStatute] = []
        for scope in scopes {
            statutes.append(
                RetentionStatute(
                    country: country, documents: documents, scope: scope, years: years, anchor: anchor,
                    citation: try node.required("citation").text(),
                    evidence: try node.required("evidence").choice(Evidence.self), effective: effective,
                    version: version, notes: try node["notes"]?.texts() ?? []))
        }
        return statutes
    }

    private static func chosen<Value: RawRepresentable & CaseIterable>(
        _ kind: Value.Type, _ node: RuleNode
    ) throws(RuleError) -> [String] where Value.RawValue == String {
        var names: [String] = []
        for item in try node.items() { names.append(try item.choice(kind).rawValue) }
        guard !names.isEmpty, Set(names).count == names.count else { throw node.fail("expected names, each once") }
        return names
    }

    private static func anchor(_ node: RuleNode) throws(RuleError) -> RetentionAnchor {
        try node.checkKeys(["day", "year_end", "missing"])
        let day = try node.required("day").choice(AnchorDay.self)
        if day == .documentDate, let missing = node["missing"] { throw missing.fail("a document always has its date") }
        return RetentionAnchor(
            day, isYearEnd: try node.required("year_end").flag(), missing: try missing(node["missing"]))
    }

    private static func missing(_ node: RuleNode?) throws(RuleError) -> RetentionAnchor.Missing {
        guard let node else { return .refuse }
        guard node.isMapping else {
            return try node.parsed("refuse, document_date with a reason, or skip with a reason") {
                $0 == "refuse" ? .refuse : nil
            }
        }
        try node.checkKeys(["document_date", "skip"])
        switch (node["document_date"], node["skip"]) {
        case (let reason?, nil): return .documentDate(reason: try reason.text())
        case (nil, let reason?): return .skip(reason: try reason.text())
        default: throw node.fail("expected document_date or skip, one of them")
        }
    }
}
