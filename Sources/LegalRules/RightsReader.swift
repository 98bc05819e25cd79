internal import RightsCore

/// Reads a regime's rights: each takes the document's own periods unless it says otherwise; `none` takes one away.
struct RightsReader {
    private static let keys: Set<String> = [
        "also", "respond_within", "acknowledge_within", "extension", "interruptions", "appeal",
    ]
    private let root: RuleNode

    init(_ root: RuleNode) { self.root = root }

    /// Every right, also under the other names it goes by.
    func rights() throws(RuleError) -> [String: RightRule] {
        let node = try root.required("rights")
        var rights: [String: RightRule] = [:]
        for (name, value) in try node.entries() {
            guard RuleNode.isName(name) else { throw value.fail("a right is named with a-z, 0-9 and _") }
            try value.checkKeys(Self.keys)
            let rule = try self.rule(value, of: name)
            for name in [name] + (try otherNames(value)) {
                guard rights.updateValue(rule, forKey: name) == nil else {
                    throw value.fail("the right “\(name)” is there already")
                }
            }
        }
        guard !rights.isEmpty else { throw node.fail("expected one right at least") }
        if let appeal = rights.values.lazy.compactMap(\.appeal).first(where: { rights[$0] == nil }) {
            throw root.fail("appeal: “\(appeal)” is no right of this regime")
        }
        return rights
    }

    private func otherNames(_ node: RuleNode) throws(RuleError) -> [String] {
        var names: [String] = []
        for item in try node["also"]?.items() ?? [] { names.append(try item.name()) }
        return names
    }

    private func rule(_ node: RuleNode, of name: String) throws(RuleError) -> RightRule {
        guard let respond = valid(node, "respond_within") else {
            throw node.fail("neither the right nor the regime says “respond_within”")
        }
        let undelayed = try respond["undelayed"]?.text()
        let appeal = try valid(node, "appeal")?.name()
        return RightRule(
            acknowledge: try valid(node, "acknowledge_within").map(cited),
            respond: undelayed == nil ? try cited(respond) : nil, undelayed: try words(respond, undelayed),
            lengthening: try valid(node, "extension").map(lengthening), interruptions: try interruptions(node),
            appeal: appeal == name ? nil : appeal)
    }

    /// What the right says, else what the regime says; nil for nothing or `none`.
    private func valid(_ node: RuleNode, _ key: String) -> RuleNode? {
        guard let value = node[key] ?? root[key], !value.isNothing else { return nil }
        return value
    }

    private func cited(_ node: RuleNode) throws(RuleError) -> CitedPeriod {
        try node.checkKeys(["count", "unit", "citation"])
        return CitedPeriod(try node.period(), citation: try node.required("citation").text())
    }

    private func words(_ node: RuleNode, _ undelayed: String?) throws(RuleError) -> String? {
        guard let undelayed else { return nil }
        try node.checkKeys(["undelayed", "citation"])
        return "\(undelayed) (\(try node.required("citation").text()))"
    }

    private func lengthening(_ node: RuleNode) throws(RuleError) -> ExtensionRule {
        let isAnnounced = try node["announced"]?.flag() ?? false
        try node.checkKeys(
            isAnnounced ? ["announced", "condition", "citation"] : ["count", "unit", "condition", "citation"])
        return ExtensionRule(
            by: isAnnounced ? nil : try node.period(), condition: try node.required("condition").text(),
            citation: try node.required("citation").text())
    }

    private func interruptions(_ node: RuleNode) throws(RuleError) -> [InterruptionKind: InterruptionRule] {
        var rules: [InterruptionKind: InterruptionRule] = [:]
        for source in [root["interruptions"], node["interruptions"]].compactMap(\.self) {
            for (name, value) in try source.entries() {
                guard let kind = InterruptionKind(rawValue: name) else {
                    throw value.fail(
                        "“\(name)” is no question to the person; there are "
                            + InterruptionKind.allCases.map(\.rawValue).joined(separator: ", "))
                }
                rules[kind] = value.isNothing ? nil : try interruption(value)
            }
        }
        return rules
    }

    private func interruption(_ node: RuleNode) throws(RuleError) -> InterruptionRule {
        try node.checkKeys(["effect", "days", "basis", "ask_within_days", "citation"])
        let within = node["ask_within_days"]
        let days = try within?.number() ?? InterruptionRule.usualAskWithinDays
        guard (0...3650).contains(days) else { throw node.fail(key: "ask_within_days", "expected 0 to 3650") }
        return InterruptionRule(
            effect: try effect(node), basis: try node.required("basis").choice(InterruptionRule.Basis.self),
            askWithinDays: days, citation: try node.required("citation").text())
    }

    private func effect(_ node: RuleNode) throws(RuleError) -> InterruptionEffect {
        let effect = try node.required("effect").choice(EffectName.self)
        guard effect == .startsAfterReflection else {
            guard node["days"] == nil else { throw node.fail(key: "days", "belongs to starts_after_reflection only") }
            return effect.plain
        }
        let days = try node.required("days").number()
        guard (1...365).contains(days) else { throw node.fail(key: "days", "expected 1 to 365") }
        return .startsAfterReflection(days: days)
    }
}

/// The words for an effect.
private enum EffectName: String, CaseIterable {
    case movesStart = "moves_start"
    case startsAfterReflection = "starts_after_reflection"
    case suspendsInclusive = "suspends_inclusive"
    case suspendsExclusive = "suspends_exclusive"
    case none

    var plain: InterruptionEffect {
        switch self {
        case .movesStart: .movesStart
        case .suspendsInclusive: .suspendsInclusive
        case .suspendsExclusive: .suspendsExclusive
        case .startsAfterReflection, .none: .none
        }
    }
}
