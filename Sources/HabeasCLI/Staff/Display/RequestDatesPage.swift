internal import RightsCore

/// What `/v1/requests/{id}/deadline` answers.
struct DeadlinesDocument: Decodable {
    struct Clock: Decodable {
        let purpose: String
        let computedAt: String
        let deadline: Deadline
        let proposed: Deadline?
    }

    struct Question: Decodable {
        let kind: String
        let askedOn: String
        let answeredOn: String?
        let askedBy: String
    }

    struct Extension: Decodable {
        let purpose: String
        let reason: String
        let state: String
        let madeAt: String
        let deliveredOn: String?
        let announcedOn: String?
    }

    struct Appeal: Decodable {
        let receivedAt: String
        let dueEnd: String?
        let decidedAt: String?
        let outcome: String?
    }

    let requestId: String
    let state: String
    let clocks: [Clock]
    let questions: [Question]
    let extensions: [Extension]
    let appeal: Appeal?
}

/// A request's dates, and how each came about.
struct RequestDatesPage {
    let dates: DeadlinesDocument

    /// What is known of a request, then its dates: what the dashboard opens.
    static func lines(of id: String, _ client: StaffClient) async throws -> [String] {
        let detail: RequestDetailDocument = try await client.get("/v1/requests/\(id)").read()
        let dates: DeadlinesDocument = try await client.get("/v1/requests/\(id)/deadline").read()
        return (RequestPage.text(detail) + "\n\n" + RequestDatesPage(dates: dates).text())
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// All of it.
    func text(on screen: Screen = .current) -> String {
        guard !dates.clocks.isEmpty else { return "no clock runs for this request yet" }
        let parts =
            [table.text(on: screen)] + dates.clocks.flatMap { clock($0, on: screen) }
            + [history(on: screen)].compactMap(\.self)
        return parts.joined(separator: "\n\n")
    }

    // MARK: dates

    /// A row for each clock.
    private var table: Table {
        Table(
            columns: [
                Table.Column(title: "Clock"), Table.Column(title: "Confirm by", rank: 3), Table.Column(title: "Due"),
                Table.Column(title: "Do it by"), Table.Column(title: "Notice by", rank: 2),
                Table.Column(title: "At longest", rank: 1), Table.Column(title: "Until"),
            ],
            rows: dates.clocks.map { clock in
                let deadline = clock.deadline
                return [
                    clock.purpose == "answer" ? deadline.regime : "\(deadline.regime), appeal",
                    Self.day(deadline.acknowledgeBy), Self.day(deadline.dueInForce), Self.day(deadline.workBy),
                    Self.day(deadline.extensionNoticeBy), Self.day(deadline.extendedDue),
                    deadline.waitsFor.map { "held: \($0.rawValue)" } ?? deadline.dueEnd?.rfc3339 ?? "–",
                ]
            })
    }

    private static func day(_ day: CivilDate?) -> String { day?.description ?? "–" }

    // MARK: steps

    private func clock(_ clock: DeadlinesDocument.Clock, on screen: Screen) -> [String] {
        let deadline = clock.deadline
        let calendar = deadline.calendar.map { ", calendar \($0) \(deadline.calendarVersion?.description ?? "")" } ?? ""
        let head = """
            \(deadline.regime) \(deadline.regimeVersion), right “\(deadline.right)”\(calendar), \
            \(deadline.zone) \(deadline.zoneVersion), computed \(LocalTime.text(clock.computedAt))
            """
        var parts = [Self.wrapped("", head, screen.width) + "\n" + steps(deadline, on: screen)]
        if let proposed = clock.proposed { parts.append(difference(deadline, proposed, on: screen)) }
        return parts
    }

    private func steps(_ deadline: Deadline, on screen: Screen) -> String {
        let width = deadline.steps.map(\.code.rawValue.count).max() ?? 0
        return deadline.steps.map { step in
            let code = step.code.rawValue + String(repeating: " ", count: width - step.code.rawValue.count)
            let day = step.day?.description ?? String(repeating: " ", count: 10)
            let source = step.citation.map { " [\($0)]" } ?? ""
            return Self.wrapped("  \(code)  \(day)  ", step.text + source, screen.width)
        }.joined(separator: "\n")
    }

    /// The dates that stand and those of today's rules, side by side.
    private func difference(_ now: Deadline, _ new: Deadline, on screen: Screen) -> String {
        let rows: [(String, CivilDate?, CivilDate?)] = [
            ("confirm by", now.acknowledgeBy, new.acknowledgeBy), ("due", now.due, new.due),
            ("notice by", now.extensionNoticeBy, new.extensionNoticeBy),
            ("lengthened", now.extendedDue, new.extendedDue),
            ("in force", now.dueInForce, new.dueInForce), ("do it by", now.workBy, new.workBy),
        ]
        let table = Table(
            columns: [
                Table.Column(title: "Date"), Table.Column(title: "Stands"), Table.Column(title: "Rules of today"),
                Table.Column(title: ""),
            ],
            rows: rows.map { [$0.0, Self.day($0.1), Self.day($0.2), $0.1 == $0.2 ? "" : "differs"] })
        return """
            The rules of today (\(new.regimeVersion)) would give other dates. Nothing moved: `habeas deadline accept` \
            takes them over.
            \(table.text(on: screen))
            """
    }

    // MARK: history

    private func history(on screen: Screen) -> String? {
        var facts = Facts()
        for question in dates.questions {
            let answer = question.answeredOn.map { "answered \($0)" } ?? "not answered"
            facts.add("asked", "\(question.askedOn) for \(question.kind), \(answer), by \(question.askedBy)")
        }
        for notice in dates.extensions {
            let delivered = notice.deliveredOn.map { ", delivered \($0)" } ?? ""
            let announced = notice.announcedOn.map { ", until \($0)" } ?? ""
            facts.add(
                "extension",
                "\(notice.state), of the \(notice.purpose), \(notice.reason)\(delivered)\(announced), "
                    + "made \(LocalTime.text(notice.madeAt))")
        }
        if let appeal = dates.appeal {
            let decided = appeal.outcome.map { ", \($0) \(LocalTime.text(appeal.decidedAt))" } ?? ""
            let due = appeal.dueEnd.map { ", due before \(LocalTime.text($0))" } ?? ""
            facts.add("appeal", "received \(LocalTime.text(appeal.receivedAt))\(due)\(decided)")
        }
        let text = facts.text(on: screen)
        return text.isEmpty ? nil : text
    }

    // MARK: lines

    /// A text behind a beginning; where it is too long it goes on below itself.
    private static func wrapped(_ beginning: String, _ text: String, _ width: Int?) -> String {
        guard let width, width > beginning.count + 20 else { return beginning + text }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, beginning.count + line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " \(word)"
        }
        lines.append(line)
        return beginning + lines.joined(separator: "\n" + String(repeating: " ", count: beginning.count))
    }
}
