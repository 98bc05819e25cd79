/// One request as the terminal shows it.
enum RequestPage {
    /// What every answer about a request says.
    ///
    /// - Parameter assigneeName: who looks after it, where that was asked; else their id is shown.
    static func summary(_ request: RequestDocument, assigneeName: String? = nil) -> Facts {
        var facts = Facts()
        facts.add("request", request.id)
        let laws = ([request.regime] + request.alsoUnder).joined(separator: " and ")
        // Of an erasure no archive is made, and only a record has a collection.
        let isErasure = request.right == "erasure"
        let format = isErasure ? "" : ", \(request.format)"
        facts.add("right", "\(request.right), \(laws), by \(request.channel)\(format)")
        facts.add(
            "only",
            (isErasure ? request.collections.map { "one record of \($0)" } : request.collections)
                .joined(separator: ", "))
        facts.add("state", "\(request.state) since \(LocalTime.text(request.stateSince))\(aside(request))")
        facts.add("received", LocalTime.text(request.receivedAt))
        if request.answeredAt == nil && request.closedAt == nil {
            facts.add("due", dates(request))
            facts.add("confirm by", request.acknowledgedAt == nil ? request.acknowledgeBy : nil)
        }
        facts.add("confirmed", LocalTime.text(request.acknowledgedAt))
        facts.add("answered", LocalTime.text(request.answeredAt))
        if let waitsFor = request.waitsFor {
            facts.add("waits for", "the person: \(waitsFor), asked on \(request.waitsSince ?? "")")
        }
        if request.hasProposedDates {
            facts.add("changed", "the rules of today would give other dates: `habeas deadline explain`")
        }
        facts.add("assignee", assigneeName ?? request.assignee)
        facts.add("ticket", request.ticket)
        facts.add("person", "hash \(request.subjectHash.prefix(16)), identity level \(request.assurance)")
        if request.needsRelease { facts.add("waits for", "the approval of a second person") }
        facts.add("ready", LocalTime.text(request.readyAt))
        facts.add("delivered", LocalTime.text(request.deliveredAt))
        facts.add("kept until", LocalTime.text(request.keepUntil))
        facts.add("closed", LocalTime.text(request.closedAt))
        facts.add("possible", request.possible.compactMap(verb).joined(separator: ", "))
        return facts
    }

    /// What the terminal calls a verb of the API; nil for one that is part of another.
    private static func verb(_ verb: String) -> String? {
        switch verb {
        case "questions": "identity, clarify, fee"
        case "answers": nil
        case "deadline/accept": "`habeas deadline accept`"
        case "plan/approve": "`habeas erase approve`"
        default: verb
        }
    }

    /// `2026-12-21, have it done by 2026-12-18`.
    private static func dates(_ request: RequestDocument) -> String {
        let due = request.dueOn ?? "the law gives no number"
        return request.workBy.map { $0 == request.dueOn ? due : "\(due), have it done by \($0)" } ?? due
    }

    private static func aside(_ request: RequestDocument) -> String {
        if let from = request.pausedFrom { return ", from \(from)" }
        return request.outcome.map { " (\($0))" } ?? ""
    }

    /// Everything that staff may know of it.
    static func text(_ detail: RequestDetailDocument) -> String {
        var facts = summary(detail.request, assigneeName: detail.assigneeName)
        if detail.hasContact { facts.add("answers to", "another address than the one on file") }
        facts.add("legal holds", holds(detail.holds ?? []))
        facts.add("archive", archive(detail.archive))
        facts.add("job", detail.job.map(job))
        return ([facts.text()] + tables(detail).map { "\n" + $0.text() }).joined(separator: "\n")
    }

    /// `2 apply: 2026-LIT-014 (waited for), HR-7`.
    private static func holds(_ holds: [HoldNoteDocument]) -> String? {
        guard !holds.isEmpty else { return nil }
        let matters = holds.map { $0.matter + ($0.isWaitedFor ? " (waited for)" : "") }
        return "\(holds.count) appl\(holds.count == 1 ? "ies" : "y"): \(matters.joined(separator: ", "))"
    }

    private static func archive(_ parts: [RequestDetailDocument.Part]) -> String? {
        guard !parts.isEmpty else { return nil }
        let size = Terminal.size(parts.reduce(0) { $0 + $1.bytes })
        return "\(Terminal.count(parts.count, "part")), \(size)"
    }

    private static func job(_ job: JobDocument) -> String {
        let progress = ProgressBar.text(job.state, phase: job.phase, done: job.done, total: job.total)
        let state = job.state == "running" ? progress : job.state
        return [
            "\(job.id), \(state), try \(job.attempts) of \(job.maxAttempts)", job.waitsFor.map { "waits for \($0)" },
            job.error,
        ].compactMap { $0 }.joined(separator: ", ")
    }

    private static func tables(_ detail: RequestDetailDocument) -> [Table] {
        var tables: [Table] = []
        if !detail.verifications.isEmpty { tables.append(verifications(detail.verifications)) }
        if !detail.links.isEmpty { tables.append(Table(links: detail.links)) }
        if !detail.receipts.isEmpty { tables.append(receipts(detail.receipts)) }
        if !detail.notices.isEmpty { tables.append(notices(detail.notices)) }
        return tables
    }

    private static func verifications(_ list: [RequestDetailDocument.Verification]) -> Table {
        Table(
            columns: [
                Table.Column(title: "Checked"), Table.Column(title: "Method"), Table.Column(title: "Accepted"),
                Table.Column(title: "Evidence", rank: 1),
            ],
            rows: list.map {
                [LocalTime.text($0.at), $0.method, $0.accepted ? "yes" : "no", $0.evidence.joined(separator: ", ")]
            })
    }

    private static func receipts(_ list: [RequestDetailDocument.Receipt]) -> Table {
        Table(
            columns: [
                Table.Column(title: "Part", isNumber: true), Table.Column(title: "Downloaded"),
                Table.Column(title: "Sent"), Table.Column(title: "Whole"), Table.Column(title: "By", rank: 1),
            ],
            rows: list.map {
                [
                    String($0.part), LocalTime.text($0.lastAt), Terminal.size($0.sentBytes),
                    $0.completedAt == nil ? "no" : "yes", $0.method,
                ]
            })
    }

    private static func notices(_ list: [RequestDetailDocument.Notice]) -> Table {
        Table(
            columns: [
                Table.Column(title: "Mail"), Table.Column(title: "State", isState: true),
                Table.Column(title: "Written"),
                Table.Column(title: "To", rank: 1), Table.Column(title: "Error", rank: 2),
            ],
            rows: list.map { [$0.kind, $0.state, LocalTime.text($0.madeAt), $0.recipient, $0.error ?? ""] })
    }
}
