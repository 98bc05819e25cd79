internal import Notifying
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// What a request's page shows of it.
struct RequestFacts {
    /// What the page's script asks for again and again.
    struct Progress: Encodable {
        /// Changes when the page has to be shown anew.
        let stamp: String
        let title: String
        let phase: String
        let percent: Int?
        let percentText: String
        let isWorking: Bool
        let isOver: Bool
    }

    let view: PersonView
    let visit: PageVisit

    init(_ view: PersonView, _ visit: PageVisit) {
        self.view = view
        self.visit = visit
    }

    private var request: RequestRecord { view.request }
    private var texts: PageTexts { visit.texts }

    /// Whether an erasure waits for its second step.
    var awaitsConfirmation: Bool {
        isOwnErasure && request.state == .accepted && request.confirmedAt == nil
    }

    /// What the staff wrote down for a person needs no second step of theirs.
    private var isOwnErasure: Bool { request.right == .erasure && request.channel != .staff }

    /// Whether it can be taken back: of an erasure until it begins.
    var mayCancel: Bool { request.life.possible.contains(.cancel) && !view.hasBegun }

    // MARK: where it stands

    /// The beginning of the keys of its texts.
    private var stateKey: String {
        if awaitsConfirmation { return "state_confirming" }
        if request.right == .erasure { return erasureStateKey }
        if request.state == .ready || request.state == .delivered, view.link == nil { return "state_unlinked" }
        return "state_\(request.state.rawValue)"
    }

    /// Of an erasure nothing is copied.
    private var erasureStateKey: String {
        switch request.state {
        case .accepted, .queued:
            if view.hasBegun { return "state_running_erasure" }
            return request.confirmedAt == nil ? "state_\(request.state.rawValue)_erasure" : "state_confirmed"
        case .verifying, .running, .failed, .fulfilled, .paused, .cancelled:
            return "state_\(request.state.rawValue)_erasure"
        default: return "state_\(request.state.rawValue)"
        }
    }

    var title: String { texts["\(stateKey)_title"] }

    /// What several pages about it say.
    var short: [String: Any] {
        [
            "id": request.id.text, "short_id": request.id.shortText,
            "right_name": texts["right_\(request.right.rawValue)"],
            "cancel_text": texts[request.right == .erasure ? "cancel_text_erasure" : "cancel_text_copy"],
        ]
    }

    /// Everything its page says.
    var all: [String: Any] {
        var facts = short
        facts["state_title"] = title
        facts["state_text"] = texts["\(stateKey)_text"]
        facts["stamp"] = stamp
        facts["follow"] = !request.state.isFinal
        facts["refresh"] = isOnItsWay
        facts["waits"] = waits
        facts["answer_by"] = answerBy
        facts["confirm"] = awaitsConfirmation
        facts["may_cancel"] = mayCancel
        if isRunning { facts.merge(progressFacts) { $1 } }
        if let token = view.token, let link = view.link, !view.archives.isEmpty {
            facts.merge(downloadFacts(token: token, until: link.expiresAt)) { $1 }
        }
        if let contact = view.contact {
            var notice: [String: Any] = [:]
            if let from = contact.usableFrom { notice["from"] = visit.moment(from) }
            facts["elsewhere"] = notice
        }
        facts.merge(steps) { $1 }
        if let erasure = view.erasure, request.state.isErased || request.state == .partial {
            facts["erasure"] = ErasureFacts(erasure, visit).sections
            facts["has_erasure"] = true
        }
        facts["receipt"] = RequestReceipt(view, visit).sections
        return facts
    }

    private var isRunning: Bool { request.state == .running }

    /// Whether something is about to happen by itself, without anybody's decision.
    private var isOnItsWay: Bool {
        switch request.state {
        case .received, .verifying, .queued, .running: true
        default: false
        }
    }

    /// Until when the law gives them an answer.
    private var answerBy: String? {
        view.answerBy.map { texts("answer_by", ["day": ReaderTime.text($0, in: texts.language)]) }
    }

    private var waits: String? {
        if let kind = request.dates.waitsFor, kind != .identity || request.state == .paused {
            return texts["waits_answer"]
        }
        guard request.state == .queued, let job = view.job, job.state == .waiting else { return nil }
        switch job.waitsFor {
        case "space", "place": return texts["waits_space"]
        case "person": return texts["waits_person"]
        case "retry": return texts["waits_retry"]
        default: return nil
        }
    }

    private var stamp: String {
        let sent = view.receipts.reduce(0) { $0 + $1.sent }
        let mails = view.notices.filter { $0.state == .waiting }.count
        return [
            stateKey, waits == nil ? "" : view.job?.waitsFor ?? "", view.link?.expiresAt.rfc3339 ?? "",
            String(view.archives.count), String(sent), String(view.notices.count), String(mails),
            view.contact == nil ? "" : "contact",
        ].joined(separator: ".")
    }

    // MARK: progress

    var progress: Progress {
        Progress(
            stamp: stamp, title: title, phase: isRunning ? phase : "", percent: isRunning ? percent : nil,
            percentText: isRunning ? percentText : "", isWorking: isOnItsWay, isOver: request.state.isFinal)
    }

    private var progressFacts: [String: Any] {
        var facts: [String: Any] = ["progress": true, "phase": phase, "percent_text": percentText]
        if let percent {
            facts["percent"] = percent
            facts["has_percent"] = true
        }
        return facts
    }

    private var phase: String {
        switch view.job?.phase {
        case "counting", "restarting": texts["phase_counting"]
        case "reading": texts["phase_reading"]
        case "copying": texts["phase_copying"]
        case "reading-back", "checking", "verifying": texts["phase_checking"]
        default: texts["phase_working"]
        }
    }

    /// How much of the phase is done; nil when its whole isn't known.
    private var percent: Int? {
        guard let done = view.job?.done, let total = view.job?.total, total > 0 else { return nil }
        return Int(min(100, max(0, Double(done) / Double(total) * 100)))
    }

    private var percentText: String {
        percent.map { texts("percent", ["percent": String($0)]) } ?? texts["percent_unknown"]
    }

    private func downloadFacts(token: String, until: Instant) -> [String: Any] {
        [
            "ready": true, "token": token, "size": visit.size(view.archives.reduce(0) { $0 + $1.bytes }),
            "several": view.archives.count > 1, "parts": view.archives.count, "until": visit.moment(until),
        ]
    }

    // MARK: steps

    /// The way of a request that isn't at its end otherwise.
    private var steps: [String: Any] {
        guard let current = currentStep else { return [:] }
        let names =
            request.right == .erasure
            ? ["step_asked", "step_proven", isOwnErasure ? "step_confirmed" : "step_listed", "step_erased"]
            : ["step_asked", "step_proven", "step_queued", "step_made", "step_fetched"]
        let list: [[String: Any]] = names.enumerated().map { index, name in
            let kind = index < current ? "done" : index == current ? "now" : "next"
            return [
                "name": texts[name], "class": "is-\(kind)", "now": kind == "now", "status": texts["step_\(kind)"],
                "sign": kind == "done" ? "✓" : String(index + 1),
            ]
        }
        return ["steps": list, "has_steps": true]
    }

    private var currentStep: Int? {
        let isErasure = request.right == .erasure
        switch request.state {
        case .received, .verifying: return 1
        case .accepted: return isErasure && request.confirmedAt != nil ? 3 : 2
        case .queued: return isErasure ? 3 : 2
        case .running, .failed, .partial: return 3
        case .ready: return 4
        case .delivered, .fulfilled: return 5
        case .erased, .erasedWithRetention: return 4
        case .paused, .refused, .cancelled, .expired: return nil
        }
    }
}
