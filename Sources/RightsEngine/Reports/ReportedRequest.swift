internal import AuditLedger
internal import FoundationEssentials
internal import RightsCore

/// What the audit chain tells of one request, as far as reports go.
struct ReportedRequest {
    /// How it ended, or that it didn't.
    enum Outcome: Hashable {
        case compliedInWhole, compliedInPart
        case denied(ground: String)
        case withdrawn, unverifiable, cancelled, open
    }

    let right: String
    /// Every law it ran under, in lower case.
    let regimes: [String]
    let received: Instant
    private(set) var state = "received"
    private(set) var ground = ""
    private(set) var ending = ""
    /// Whether the copy was ready once: making it again, after it was destroyed, doesn't open the request again.
    private(set) var wasCompliedWith = false
    private(set) var answered: Instant?
    /// The dates in force when it was answered.
    private(set) var dueEnd: Instant?
    private(set) var workEnd: Instant?
    private(set) var acknowledgedOnTime: Bool?
    private(set) var isAcknowledged = false
    /// Notices that failed to lengthen the period of the answer; an appeal's aren't counted.
    private(set) var extensionsFailed = 0
    /// What each notice in force lengthens: `answer` or `appeal`.
    private var extensions: [String] = []
    private(set) var questions: [String: Int] = [:]
    private(set) var appeals = 0
    private(set) var appealOutcome: String?
    /// Whether it was open when the year ended; nil while that hasn't come.
    private(set) var wasOpenAtYearEnd: Bool?
    /// Days from which on it waited, each until the day it went on; nil while it does.
    private var waits: [(kind: String, from: CivilDate, until: CivilDate?)] = []

    /// A request from its first entry; nil when that lacks what reports need.
    init?(opened facts: [String: String]) {
        guard let right = facts["right"], let regime = facts["regime"],
            let received = facts["received_at"].flatMap({ Instant(rfc3339: $0) })
        else { return nil }
        self.right = right
        regimes = [regime] + (facts["also_under"]?.split(separator: "_").map(String.init) ?? [])
        self.received = received
        dueEnd = facts["due_end"].flatMap { Instant(rfc3339: $0) }
    }

    // MARK: what happened

    /// Remembers whether it was open at the end of the year; before the first entry after it is taken.
    mutating func passYearEnd() {
        if wasOpenAtYearEnd == nil { wasOpenAtYearEnd = outcome == .open }
    }

    /// Takes an entry about it.
    mutating func take(_ action: AuditAction, _ facts: [String: String], at: Instant, zone: ZoneRules) {
        switch action {
        case .requestMoved: move(facts, at, zone.day(of: at))
        case .requestAcknowledged:
            isAcknowledged = true
            acknowledgedOnTime = facts["on_time"].map { $0 == "true" }
        case .questionAsked, .questionPostponed, .questionAnswered, .questionVoid:
            takeQuestion(action, facts, zone.day(of: at))
        case .extensionGranted: extensions.append(facts["purpose"] ?? "answer")
        case .extensionRefused: refuseExtension(facts)
        case .appealReceived: appeals += 1
        case .appealDecided: appealOutcome = facts["outcome"]
        default: break
        }
    }

    private mutating func takeQuestion(_ action: AuditAction, _ facts: [String: String], _ today: CivilDate) {
        let kind = facts["kind"]
        let wait = "question.\(kind ?? "")"
        let asked = facts["asked_on"].flatMap { CivilDate($0) } ?? today
        switch action {
        case .questionAsked:
            questions[kind ?? "", default: 0] += 1
            waits.append((wait, asked, nil))
        case .questionPostponed:
            if let index = waits.lastIndex(where: { $0.kind == wait && $0.until == nil }) { waits[index].from = asked }
        case .questionAnswered: goOn(wait, on: facts["answered_on"].flatMap { CivilDate($0) } ?? today)
        default: dropQuestion(kind.map { "question.\($0)" })
        }
    }

    /// Notices that lengthened the period of the answer.
    var extensionsGranted: Int { extensions.count { $0 == "answer" } }

    /// A colleague's attempt that was turned away told the person nothing, so it is no failed notice. A notice that was
    /// handed over and came back takes its extension back: the last one, where the entry doesn't say which.
    private mutating func refuseExtension(_ facts: [String: String]) {
        guard facts["attempt"] != "true" else { return }
        var purpose = facts["purpose"]
        if facts["error"] == "undelivered",
            let index = extensions.lastIndex(where: { $0 == purpose ?? $0 })
        {
            purpose = extensions.remove(at: index)
        }
        if purpose ?? "answer" == "answer" { extensionsFailed += 1 }
    }

    private mutating func move(_ facts: [String: String], _ at: Instant, _ day: CivilDate) {
        state = facts["to"] ?? state
        ending = facts["event"] == "lapse" ? "lapse" : facts["outcome"] ?? ""
        if facts["to"] == "paused" { waits.append(("paused", day, nil)) }
        if facts["from"] == "paused" { goOn("paused", on: day) }
        if facts["to"] == "refused" { ground = facts["ground"] ?? facts["outcome"] ?? "" }
        if state == "ready" || state == "fulfilled" { wasCompliedWith = true }
        guard answered == nil, ["ready", "fulfilled", "refused"].contains(state) else { return }
        answered = at
        dueEnd = facts["due_end"].flatMap { Instant(rfc3339: $0) } ?? dueEnd
        workEnd = facts["work_end"].flatMap { Instant(rfc3339: $0) }
    }

    private mutating func goOn(_ kind: String, on day: CivilDate) {
        guard let index = waits.lastIndex(where: { $0.kind == kind && $0.until == nil }) else { return }
        waits[index].until = day
    }

    /// Forgets the open question of a kind, which never reached the person; the last open one when no kind is said.
    private mutating func dropQuestion(_ kind: String?) {
        let index = waits.lastIndex { wait in
            wait.until == nil && (kind.map { wait.kind == $0 } ?? wait.kind.hasPrefix("question."))
        }
        guard let index else { return }
        questions[String(waits[index].kind.dropFirst("question.".count)), default: 1] -= 1
        waits.remove(at: index)
    }

    // MARK: what it comes to

    /// How it ended, or that it didn't.
    var outcome: Outcome {
        switch state {
        case "ready", "delivered", "fulfilled", "expired": .compliedInWhole
        case "partial": .compliedInPart
        case "refused": .denied(ground: ground)
        case "cancelled": ending == "lapse" ? .unverifiable : ending == "withdrawn" ? .withdrawn : .cancelled
        default: wasCompliedWith ? .compliedInWhole : .open
        }
    }

    /// Days from receipt to answer; nil while there is none.
    func days(_ zone: ZoneRules) -> Int? { answered.map { zone.day(of: $0).days(since: zone.day(of: received)) } }

    /// Of these, the days on which it waited for the person or was set aside.
    func pausedDays(_ zone: ZoneRules) -> Int {
        guard let answered else { return 0 }
        let (first, last) = (zone.day(of: received), zone.day(of: answered))
        var counted = first
        var days = 0
        for wait in waits.sorted(by: { $0.from < $1.from }) {
            let from = max(wait.from, counted)
            let until = min(wait.until ?? last, last)
            guard from < until else { continue }
            days += until.days(since: from)
            counted = until
        }
        return days
    }
}

extension AuditRecord {
    /// The facts, as texts; nil when they can't be read.
    var factTexts: [String: String]? { try? JSONDecoder().decode([String: String].self, from: Data(facts.utf8)) }
}
