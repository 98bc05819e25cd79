internal import RightsCore

/// YAML → what the access report says beyond the rows: who answers, who receives, how long, what is decided.
enum DisclosureReader {
    static func controller(_ node: MapNode) throws(DataMapError) -> Controller {
        try node.checkKeys([
            "name", "contact", "data_protection_officer", "representative", "complaint_authority",
            "complaint_authorities",
        ])
        var authorities: [RegimeID: String] = [:]
        for (law, name) in try node["complaint_authorities"]?.entries() ?? [] {
            guard let regime = RegimeID(law) else { throw name.fail("“\(law)” is not the id of a regime") }
            guard authorities.updateValue(try name.text(), forKey: regime) == nil else {
                throw name.fail("the law \(regime) stands twice")
            }
        }
        return Controller(
            name: try node.required("name").text(), contact: try node.required("contact").text(),
            dataProtectionOfficer: try node["data_protection_officer"]?.text(),
            representative: try node["representative"]?.text(),
            complaintAuthority: try node.required("complaint_authority").text(), complaintAuthorities: authorities)
    }

    static func recipient(_ node: MapNode) throws(DataMapError) -> Recipient {
        try node.checkKeys([
            "name", "role", "category", "country", "purpose", "safeguard", "sold", "shared", "business_purpose",
            "collections", "notice", "identifies_by", "retention_only", "keeps_days",
        ])
        return Recipient(
            name: try node.required("name").text(), role: try node.required("role").text(),
            category: try node["category"]?.text(), country: try node.required("country").text(),
            purpose: try node.required("purpose").text(), safeguard: try node["safeguard"]?.text(),
            isSold: try node["sold"]?.flag(), isShared: try node["shared"]?.flag(),
            businessPurpose: try node["business_purpose"]?.text(), collections: try names(node["collections"]),
            notice: try notice(node["notice"]), identifiesBy: try node["identifies_by"]?.text(),
            keepsDays: try keepsDays(node))
    }

    private static let noticeForms = "expected manual, { webhook: NAME } or { mail: ADDRESS }"

    private static func notice(_ node: MapNode?) throws(DataMapError) -> Recipient.Notice {
        guard let node else { return .manual }
        if node.isWord {
            guard try node.text() == "manual" else { throw node.fail(Self.noticeForms) }
            return .manual
        }
        try node.checkKeys(["webhook", "mail"])
        switch (node["webhook"], node["mail"]) {
        case (let name?, nil): return .webhook(try name.text())
        case (nil, let address?):
            let text = try address.text()
            guard MailSyntax.isAddress(text) else {
                throw address.fail("expected one mail address such as privacy@example.org, in ASCII")
            }
            return .mail(text)
        default: throw node.fail(Self.noticeForms)
        }
    }

    private static func keepsDays(_ node: MapNode) throws(DataMapError) -> Int? {
        let isRetaining = try node["retention_only"]?.flag() ?? false
        guard let days = node["keeps_days"] else {
            guard !isRetaining else { throw node.fail("`retention_only` needs `keeps_days`: for how long?") }
            return nil
        }
        guard isRetaining else { throw days.fail("`keeps_days` goes with `retention_only: true`") }
        let number = try days.number()
        guard (1...36_525).contains(number) else { throw days.fail("expected 1 to 36525 days") }
        return number
    }

    static func decision(_ node: MapNode) throws(DataMapError) -> AutomatedDecision {
        try node.checkKeys(["name", "logic", "significance", "consequences", "collections"])
        return AutomatedDecision(
            name: try node.required("name").text(), logic: try node.required("logic").text(),
            significance: try node.required("significance").text(),
            consequences: try node.required("consequences").text(), collections: try names(node["collections"]))
    }

    /// A list, or the word `none`, which says that there is nothing to list; nil when the map says neither.
    static func stated<Value>(
        _ node: MapNode?, _ read: (MapNode) throws(DataMapError) -> Value
    ) throws(DataMapError) -> [Value]? {
        guard let node else { return nil }
        if node.isWord {
            guard try node.text() == "none" else { throw node.fail("expected a list, or the word none") }
            return []
        }
        return try MapReader.list(node, read)
    }

    static func retention(_ node: MapNode?) throws(DataMapError) -> Retention? {
        guard let node else { return nil }
        try node.checkKeys(["period", "criteria", "rule"])
        let rule = try node.required("rule").text()
        switch (node["period"], node["criteria"]) {
        case (let period?, nil): return Retention(term: .period(try period.text()), rule: rule)
        case (nil, let criteria?): return Retention(term: .criteria(try criteria.text()), rule: rule)
        default: throw node.fail("says either period or criteria")
        }
    }

    static func neverDisclosed(_ node: MapNode?) throws(DataMapError) -> NeverDisclosed? {
        guard let node else { return nil }
        guard node.isMapping else {
            return NeverDisclosed(kind: try node.choice(NeverDisclosed.Kind.self), note: nil)
        }
        try node.checkKeys(["kind", "description"])
        return NeverDisclosed(
            kind: try node.required("kind").choice(NeverDisclosed.Kind.self), note: try node["description"]?.text())
    }

    private static func names(_ node: MapNode?) throws(DataMapError) -> [String] {
        try MapReader.list(node) { item throws(DataMapError) in try item.text() }
    }
}
