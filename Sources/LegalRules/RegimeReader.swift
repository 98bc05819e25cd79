internal import RightsCore

/// Reads a regime's document (schemas/regime.schema.json).
enum RegimeReader {
    private static let keys: Set<String> = [
        "id", "alias", "version", "name", "jurisdiction", "effective", "evidence", "citations", "calendar", "roll_over",
        "counts_first_day", "respond_within", "acknowledge_within", "extension", "interruptions", "appeal", "rights",
        "serves", "refusal_grounds", "complaint", "notes",
    ]

    static func read(_ file: RuleFile) throws(RuleError) -> Regime {
        let root = try RuleNode(file.text, document: file.name)
        try root.checkKeys(keys)
        let rights = try RightsReader(root).rights()
        return Regime(
            id: try id(root.required("id")), alias: try root["alias"].map(id)?.text,
            name: try root.required("name").text(), jurisdiction: try root.required("jurisdiction").text(),
            version: file.version(try root.required("version").day().description),
            effective: try root["effective"]?.dayRange() ?? DayRange(from: nil, through: nil),
            citations: try citations(root.required("citations")),
            evidence: try root.required("evidence").choice(Evidence.self),
            calendar: try calendar(root.required("calendar")), rollOver: try rollOver(root.required("roll_over")),
            countsFirstDay: try root["counts_first_day"]?.flag() ?? false, rights: rights,
            serves: try serves(root, rights), grounds: try grounds(root, rights),
            complaint: try root.required("complaint").text(), notes: try root["notes"]?.texts() ?? [])
    }

    private static func id(_ node: RuleNode) throws(RuleError) -> RegimeID {
        try node.parsed("an id of letters, digits and -", RegimeID.init(_:))
    }

    private static func citations(_ node: RuleNode) throws(RuleError) -> [String] {
        let texts = try node.texts()
        guard !texts.isEmpty else { throw node.fail("expected one citation at least") }
        return texts
    }

    private static func calendar(_ node: RuleNode) throws(RuleError) -> Regime.CalendarChoice {
        switch try node.text() {
        case "place": .place
        case RuleNode.nothing: .none
        case let id: .fixed(id)
        }
    }

    private static func rollOver(_ node: RuleNode) throws(RuleError) -> Regime.RollOver {
        try node.checkKeys(["next_working_day", "citation"])
        let moves = try node.required("next_working_day").flag()
        let citation = moves ? try node.required("citation").text() : try node["citation"]?.text()
        return Regime.RollOver(isNextWorkingDay: moves, citation: citation ?? "")
    }

    private static func serves(
        _ root: RuleNode, _ rights: [String: RightRule]
    ) throws(RuleError) -> [RequestRight: String] {
        let node = try root.required("serves")
        var serves: [RequestRight: String] = [:]
        for (name, value) in try node.entries() {
            guard let request = RequestRight(rawValue: name) else {
                throw value.fail(
                    "“\(name)” is no kind of request; there are "
                        + RequestRight.allCases.map(\.rawValue).joined(separator: ", "))
            }
            serves[request] = try right(value, of: rights)
        }
        return serves
    }

    private static func grounds(
        _ root: RuleNode, _ rights: [String: RightRule]
    ) throws(RuleError) -> [RefusalGround] {
        var grounds: [RefusalGround] = []
        for node in try root["refusal_grounds"]?.items() ?? [] {
            try node.checkKeys(["code", "text", "citation", "rights"])
            let code = try node.required("code").parsed("a code of a-z, 0-9 and -") {
                RuleNode.isName($0.replacing("-", with: "_")) ? $0 : nil
            }
            guard !grounds.contains(where: { $0.code == code }) else {
                throw node.fail(key: "code", "“\(code)” is there already")
            }
            var only: [String] = []
            for item in try node["rights"]?.items() ?? [] { only.append(try right(item, of: rights)) }
            grounds.append(
                RefusalGround(
                    code: code, text: try node.required("text").text(),
                    citation: try node.required("citation").text(), rights: only))
        }
        return grounds
    }

    private static func right(_ node: RuleNode, of rights: [String: RightRule]) throws(RuleError) -> String {
        let known = rights.keys.sorted().joined(separator: ", ")
        return try node.parsed("a right of this regime (\(known))") { rights[$0] == nil ? nil : $0 }
    }
}
