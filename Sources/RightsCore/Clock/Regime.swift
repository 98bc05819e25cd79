/// A body of law as far as its deadlines go, in one edition (`schemas/regimes/*.yaml`).
package struct Regime: Sendable, Hashable {
    package let id: RegimeID
    /// A name that means this edition alone, such as `UK-GDPR-pre-2026-02-05`.
    package let alias: String?
    package let name: String
    /// Where, and for whom, it holds.
    package let jurisdiction: String
    package let version: RuleVersion
    /// The days of receipt it holds for.
    package let effective: DayRange
    package let citations: [String]
    package let evidence: Evidence
    package let calendar: CalendarChoice
    package let rollOver: RollOver
    /// Whether the day a period starts on counts as its first: the strictest reading of "beginning with", a day earlier.
    package let countsFirstDay: Bool
    /// The periods, by right (`access`, `delete`, `appeal` …).
    package let rights: [String: RightRule]
    /// What each kind of request is under this regime; missing where it gives no such right.
    package let serves: [RequestRight: String]
    /// The closed list of grounds a request may be refused on.
    package let grounds: [RefusalGround]
    /// Where a person may complain, as the notice of refusal must say.
    package let complaint: String
    /// What an operator should know.
    package let notes: [String]

    /// A regime by its parts.
    package init(
        id: RegimeID, alias: String?, name: String, jurisdiction: String, version: RuleVersion, effective: DayRange,
        citations: [String], evidence: Evidence, calendar: CalendarChoice, rollOver: RollOver,
        countsFirstDay: Bool = false,
        rights: [String: RightRule], serves: [RequestRight: String], grounds: [RefusalGround], complaint: String,
        notes: [String]
    ) {
        self.id = id
        self.alias = alias
        self.name = name
        self.jurisdiction = jurisdiction
        self.version = version
        self.effective = effective
        self.citations = citations
        self.evidence = evidence
        self.calendar = calendar
        self.rollOver = rollOver
        self.countsFirstDay = countsFirstDay
        self.rights = rights
        self.serves = serves
        self.grounds = grounds
        self.complaint = complaint
        self.notes = notes
    }

    /// Whose holidays count.
    package enum CalendarChoice: Sendable, Hashable {
        /// Those of the place where action is to be taken: the controller's (Reg. 1182/71 Art. 2(1)).
        case place
        /// Always those of one calendar.
        case fixed(String)
        /// Nobody's: the regime counts calendar days and doesn't roll over.
        case none
    }

    /// What happens when a period ends on a day that isn't worked.
    package struct RollOver: Sendable, Hashable {
        /// Whether it ends with the next working day instead.
        package let isNextWorkingDay: Bool
        package let citation: String

        /// A rule of roll-over and where it stands.
        package init(isNextWorkingDay: Bool, citation: String) {
            self.isNextWorkingDay = isNextWorkingDay
            self.citation = citation
        }
    }
}

/// The periods of one right.
package struct RightRule: Sendable, Hashable {
    /// By when its receipt must be confirmed; nil where the law doesn't ask for it.
    package let acknowledge: CitedPeriod?
    /// By when it must be answered; nil where the law only says "without delay".
    package let respond: CitedPeriod?
    /// The law's own words where it gives no number.
    package let undelayed: String?
    package let lengthening: ExtensionRule?
    /// What a question to the person does to the clock.
    package let interruptions: [InterruptionKind: InterruptionRule]
    /// The right by which the person may appeal to the controller against the answer; nil where there is none.
    package let appeal: String?

    /// The periods of a right by their parts.
    package init(
        acknowledge: CitedPeriod?, respond: CitedPeriod?, undelayed: String?, lengthening: ExtensionRule?,
        interruptions: [InterruptionKind: InterruptionRule], appeal: String?
    ) {
        self.acknowledge = acknowledge
        self.respond = respond
        self.undelayed = undelayed
        self.lengthening = lengthening
        self.interruptions = interruptions
        self.appeal = appeal
    }
}

/// A length of time in the law's unit.
package struct Period: Sendable, Hashable, Codable, CustomStringConvertible {
    package let count: Int
    package let unit: Unit

    /// A length of time.
    package init(_ count: Int, _ unit: Unit) {
        self.count = count
        self.unit = unit
    }

    package enum Unit: String, Sendable, Codable, CaseIterable {
        case calendarMonth = "calendar_month"
        case calendarDay = "calendar_day"
        case businessDay = "business_day"
        case hour
    }

    /// `45 calendar days`.
    package var description: String {
        let unit = unit.rawValue.split(separator: "_").joined(separator: " ")
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }
}

/// A period and where it stands.
package struct CitedPeriod: Sendable, Hashable {
    package let period: Period
    package let citation: String

    /// A period and where it stands.
    package init(_ period: Period, citation: String) {
        self.period = period
        self.citation = citation
    }
}

/// How a period may be lengthened, once, by a notice with reasons inside the first period.
package struct ExtensionRule: Sendable, Hashable {
    /// How much is added, counted on from the original start; nil where the controller announces a date.
    package let by: Period?
    /// When the law allows it.
    package let condition: String
    package let citation: String

    /// An extension by its parts.
    package init(by: Period?, condition: String, citation: String) {
        self.by = by
        self.condition = condition
        self.citation = citation
    }
}

/// What a person is asked before their request can be answered.
package enum InterruptionKind: String, Sendable, Codable, CaseIterable {
    /// Who they are (GDPR Art. 12(6)).
    case identity
    /// What they mean (GDPR recital 63, UK GDPR Art. 12A(5)).
    case clarification
    /// A fee the law allows.
    case fee
}

/// What a question to the person does to the clock.
package struct InterruptionRule: Sendable, Hashable {
    package let effect: InterruptionEffect
    /// Whether a statute says so, or only guidance: the conservative date credits no guidance.
    package let basis: Basis
    /// Asked later than that many days after receipt, it earns nothing.
    package let askWithinDays: Int
    package let citation: String

    /// What "without undue delay" is taken for unless a document says otherwise: laws and guidance give no number, so an
    /// operator may set a tighter one.
    package static let usualAskWithinDays = 10

    /// A rule by its parts.
    package init(effect: InterruptionEffect, basis: Basis, askWithinDays: Int, citation: String) {
        self.effect = effect
        self.basis = basis
        self.askWithinDays = askWithinDays
        self.citation = citation
    }

    package enum Basis: String, Sendable, Codable, CaseIterable {
        case statute, guidance
    }
}

/// The ways a question to the person acts on the clock.
package enum InterruptionEffect: Sendable, Hashable {
    /// The period starts on the day of the answer (UK GDPR Art. 12A(2), "relevant time").
    case movesStart
    /// The period starts when that many days of reflection after the question are over (DSV Art. 19(3)).
    case startsAfterReflection(days: Int)
    /// The days from the question to the answer don't count, both end days among them (UK GDPR Art. 12A(5)).
    case suspendsInclusive
    /// The days from the question to the answer don't count; the day of the question does.
    case suspendsExclusive
    /// Nothing changes.
    case none
}

/// A ground a request may be refused on.
package struct RefusalGround: Sendable, Hashable {
    /// Its code, such as `manifestly-unfounded`.
    package let code: String
    /// What the person is told.
    package let text: String
    package let citation: String
    /// The rights it holds for; empty for all.
    package let rights: [String]

    /// A ground by its parts.
    package init(code: String, text: String, citation: String, rights: [String]) {
        self.code = code
        self.text = text
        self.citation = citation
        self.rights = rights
    }
}
