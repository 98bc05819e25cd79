package import RightsCore

/// What was asked of a person and when they answered, as tables and flags write it.
package struct ClockEvents: Sendable, Equatable {
    /// The keys of events.
    package enum Key: String, Sendable, CaseIterable {
        case identityAsked = "identity_asked"
        case identityConfirmed = "identity_ok"
        case clarificationAsked = "clarify_asked"
        case clarificationGiven = "clarify_ok"
        case feeAsked = "fee_asked"
        case feePaid = "fee_paid"
        /// A share of the costs was announced; the period starts after the days of reflection (DSV Art. 19).
        case feeNotice = "fee_notice"
    }

    /// What a question is held to do, where the table says so instead of the regime.
    package enum Policy: String, Sendable, CaseIterable {
        case relevantTime = "relevant_time"
        case suspendInclusive = "suspend_inclusive"
        case suspendExclusive = "suspend_exclusive"
        case noPause = "no_pause"
        case notAvailable = "not_available"
        case noneLateAsk = "none_late_ask"
        case reflection = "ch_10_day_reflection"
    }

    package var days: [Key: CivilDate]
    package var policies: [Policy]

    /// Events by key; with no policies the regime knows.
    package init(_ days: [Key: CivilDate], policies: [Policy] = []) {
        self.days = days
        self.policies = policies
    }

    /// Parses `identity_asked=2026-03-02;identity_ok=2026-03-10;policy=suspend_exclusive`.
    package init(_ text: String) throws(ClockEventsError) {
        var days: [Key: CivilDate] = [:]
        var policies: [Policy]?
        for entry in text.split(separator: ";") {
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2 else { throw ClockEventsError("“\(entry)” is not key=value") }
            if parts[0] == "policy" {
                guard policies == nil else { throw ClockEventsError("policy is given twice") }
                policies = try Self.policies(parts[1])
            } else {
                guard let key = Key(rawValue: parts[0]) else {
                    throw ClockEventsError("unknown clock event “\(parts[0])”; known are \(Self.names), policy")
                }
                guard let day = CivilDate(parts[1]) else {
                    throw ClockEventsError("\(key.rawValue): “\(parts[1])” is not a day as yyyy-mm-dd")
                }
                guard days.updateValue(day, forKey: key) == nil else {
                    throw ClockEventsError("\(key.rawValue) is given twice")
                }
            }
        }
        self.init(days, policies: policies ?? [])
    }

    private static var names: String { Key.allCases.map(\.rawValue).joined(separator: ", ") }

    private static func policies(_ text: String) throws(ClockEventsError) -> [Policy] {
        var policies: [Policy] = []
        for name in text.split(separator: "+", omittingEmptySubsequences: false) {
            guard let policy = Policy(rawValue: String(name)) else {
                throw ClockEventsError(
                    "unknown policy “\(name)”; known are \(Policy.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            policies.append(policy)
        }
        return policies
    }

    /// The questions under a right's rule, each with its ruling where a policy gives one.
    ///
    /// - Parameters:
    ///   - rule: the right's rule; nil when the regime has no such right, which the clock will say.
    ///   - received: the local day of receipt.
    package func interruptions(under rule: RightRule?, received: CivilDate) throws(ClockEventsError) -> [Interruption] {
        var found: [Interruption] = []
        if let interruption = try question(.identity, .identityAsked, .identityConfirmed) { found.append(interruption) }
        if let interruption = try question(.clarification, .clarificationAsked, .clarificationGiven) {
            found.append(interruption)
        }
        if let notice = days[.feeNotice] {
            guard days[.feeAsked] == nil else {
                throw ClockEventsError("fee_asked and fee_notice are two ways of one question: give one")
            }
            found.append(Interruption(kind: .fee, asked: notice, answered: days[.feePaid]))
        } else if let interruption = try question(.fee, .feeAsked, .feePaid) {
            found.append(interruption)
        }
        return found.map { question in
            var question = question
            question.ruling = ruling(on: question, under: rule, received: received)
            return question
        }
    }

    private func question(
        _ kind: InterruptionKind, _ asked: Key, _ answered: Key
    ) throws(ClockEventsError) -> Interruption? {
        guard let day = days[asked] else {
            if days[answered] != nil { throw ClockEventsError("\(answered.rawValue) without \(asked.rawValue)") }
            return nil
        }
        return Interruption(kind: kind, asked: day, answered: days[answered])
    }

    private func ruling(
        on question: Interruption, under rule: RightRule?, received: CivilDate
    ) -> Interruption.Ruling? {
        let known = rule?.interruptions[question.kind]
        guard let policy = policy(on: question, askWithinDays: known?.askWithinDays, received: received) else {
            return nil
        }
        return Interruption.Ruling(policy.effect, basis: known?.basis ?? .guidance)
    }

    /// The policy meant for a question: the only one, or of several the one that fits its kind.
    private func policy(on question: Interruption, askWithinDays: Int?, received: CivilDate) -> Policy? {
        guard policies.count > 1 else { return policies.first }
        let isLate = question.asked.days(since: received) > askWithinDays ?? InterruptionRule.usualAskWithinDays
        if isLate, policies.contains(.noneLateAsk) { return .noneLateAsk }
        let fitting = policies.filter { $0 != .noneLateAsk && $0.kinds.contains(question.kind) }
        return fitting.count == 1 ? fitting[0] : fitting.first { $0.kinds != Set(InterruptionKind.allCases) }
    }
}

extension ClockEvents.Policy {
    /// What it makes of a question.
    fileprivate var effect: InterruptionEffect {
        switch self {
        case .relevantTime: .movesStart
        case .suspendInclusive: .suspendsInclusive
        case .suspendExclusive: .suspendsExclusive
        case .reflection: .startsAfterReflection(days: 10)
        case .noPause, .notAvailable, .noneLateAsk: .none
        }
    }

    /// The questions it can be meant for, where several policies stand side by side.
    fileprivate var kinds: Set<InterruptionKind> {
        switch self {
        case .relevantTime: [.identity, .fee]
        case .suspendInclusive: [.clarification]
        case .suspendExclusive: [.identity, .clarification]
        case .reflection: [.fee]
        case .noPause, .notAvailable, .noneLateAsk: Set(InterruptionKind.allCases)
        }
    }
}

/// Why events can't be read.
package struct ClockEventsError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
