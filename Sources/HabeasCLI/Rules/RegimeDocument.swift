internal import RightsCore

/// A regime as JSON.
struct RegimeDocument: Encodable {
    let id: String
    let alias: String?
    let name: String
    let jurisdiction: String
    let version: RuleVersion
    let effective: DayRange
    let evidence: Evidence
    let citations: [String]
    let calendar: String
    let rollOver: RollOverDocument
    let countsFirstDay: Bool
    let rights: [RightDocument]
    let serves: [String: String]
    let refusalGrounds: [GroundDocument]
    let complaint: String
    let notes: [String]

    init(_ regime: Regime) {
        id = regime.id.text
        alias = regime.alias
        name = regime.name
        jurisdiction = regime.jurisdiction
        version = regime.version
        effective = regime.effective
        evidence = regime.evidence
        citations = regime.citations
        calendar = Self.words(regime.calendar)
        rollOver = RollOverDocument(
            nextWorkingDay: regime.rollOver.isNextWorkingDay, citation: regime.rollOver.citation)
        countsFirstDay = regime.countsFirstDay
        rights = regime.rights.sorted { $0.key < $1.key }.map { RightDocument(name: $0, rule: $1) }
        serves = Dictionary(uniqueKeysWithValues: regime.serves.map { ($0.rawValue, $1) })
        refusalGrounds = regime.grounds.map {
            GroundDocument(code: $0.code, text: $0.text, citation: $0.citation, rights: $0.rights)
        }
        complaint = regime.complaint
        notes = regime.notes
    }

    /// `place`, `none`, or a calendar's id.
    static func words(_ choice: Regime.CalendarChoice) -> String {
        switch choice {
        case .place: "place"
        case .fixed(let id): id
        case .none: "none"
        }
    }

    /// An effect in the words of its document.
    static func words(_ effect: InterruptionEffect) -> String {
        switch effect {
        case .movesStart: "moves_start"
        case .startsAfterReflection(let days): "starts_after_reflection (\(days) days)"
        case .suspendsInclusive: "suspends_inclusive"
        case .suspendsExclusive: "suspends_exclusive"
        case .none: "none"
        }
    }
}

struct RollOverDocument: Encodable {
    let nextWorkingDay: Bool
    let citation: String
}

struct GroundDocument: Encodable {
    let code: String
    let text: String
    let citation: String
    let rights: [String]
}

/// A right with its periods.
struct RightDocument: Encodable {
    let name: String
    let acknowledgeWithin: PeriodDocument?
    let respondWithin: PeriodDocument?
    let undelayed: String?
    let lengthening: ExtensionDocument?
    let interruptions: [QuestionDocument]
    let appeal: String?

    private enum CodingKeys: String, CodingKey {
        case name, acknowledgeWithin, respondWithin, undelayed, lengthening = "extension", interruptions, appeal
    }

    init(name: String, rule: RightRule) {
        self.name = name
        acknowledgeWithin = rule.acknowledge.map(PeriodDocument.init)
        respondWithin = rule.respond.map(PeriodDocument.init)
        undelayed = rule.undelayed
        lengthening = rule.lengthening.map(ExtensionDocument.init)
        interruptions = rule.interruptions.sorted { $0.key.rawValue < $1.key.rawValue }.map {
            QuestionDocument(
                kind: $0.rawValue, effect: RegimeDocument.words($1.effect), basis: $1.basis.rawValue,
                askWithinDays: $1.askWithinDays, citation: $1.citation)
        }
        appeal = rule.appeal
    }
}

struct PeriodDocument: Encodable {
    let count: Int
    let unit: String
    let citation: String

    init(_ cited: CitedPeriod) {
        count = cited.period.count
        unit = cited.period.unit.rawValue
        citation = cited.citation
    }
}

/// How a period may be lengthened; without a count the controller announces the date.
struct ExtensionDocument: Encodable {
    let count: Int?
    let unit: String?
    let condition: String
    let citation: String

    init(_ rule: ExtensionRule) {
        count = rule.by?.count
        unit = rule.by?.unit.rawValue
        condition = rule.condition
        citation = rule.citation
    }
}

struct QuestionDocument: Encodable {
    let kind: String
    let effect: String
    let basis: String
    let askWithinDays: Int
    let citation: String
}
