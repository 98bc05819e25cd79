/// One legal hold as the terminal shows it.
enum HoldPage {
    /// What every answer about a hold says.
    static func facts(_ hold: HoldDocument) -> Facts {
        var facts = Facts()
        facts.add("hold", hold.id)
        facts.add("matter", "\(hold.matter), \(hold.basis)")
        facts.add("state", state(hold))
        facts.add("keeps", hold.scope)
        facts.add("review", hold.reviewOn + (hold.reviewOverdue ? ", overdue" : ""))
        facts.add("placed", "\(LocalTime.text(hold.placedAt)) by \(hold.issuer)")
        facts.add("custodian", hold.custodian)
        facts.add("confirmed", hold.approvedBy.map { "\(LocalTime.text(hold.approvedAt)) by \($0)" })
        facts.add("release", hold.releaseProposedBy.map { "proposed by \($0)" })
        facts.add("ended", hold.releasedBy.map { "\(LocalTime.text(hold.releasedAt)) by \($0)" })
        facts.add("possible", hold.possible.map(verb).joined(separator: ", "))
        return facts
    }

    private static func state(_ hold: HoldDocument) -> String {
        switch hold.state {
        case "proposed": "proposed: in force, waits for a second person"
        case "active": "active: in force"
        case "release_proposed": "release_proposed: in force until a second person confirms the release"
        default: hold.state
        }
    }

    /// What the terminal calls a verb of the API.
    private static func verb(_ verb: String) -> String { verb == "confirm-release" ? "release --confirm" : verb }

    /// A hold, and the erasures that wait for it.
    static func text(_ detail: HoldDetailDocument) -> String {
        var facts = facts(detail.hold)
        facts.add("holds up", detail.heldRequests.joined(separator: " "))
        return facts.text()
    }

    /// A hold after a change, and the erasures that go on.
    static func text(_ change: HoldChangeDocument) -> String {
        var facts = facts(change.hold)
        facts.add("goes on", change.resumedRequests.joined(separator: " "))
        return facts.text()
    }
}

extension HoldDocument {
    /// What it keeps, in a line.
    var scope: String {
        let person = subjectHash.map { "the person \($0.prefix(16))" } ?? "everybody"
        let place = collections.isEmpty ? "everything" : collections.joined(separator: ", ")
        let records = recordCount > 0 ? ", \(Terminal.count(recordCount, "record"))" : ""
        return "\(place)\(records)\(days) of \(person)"
    }

    private var days: String {
        guard let range else { return "" }
        let days = [range.from.map { "from \($0)" }, range.until.map { "until \($0)" }].compactMap(\.self)
        return ", \(range.column) \(days.joined(separator: " "))"
    }
}

extension Table {
    init(holds: [HoldDocument]) {
        columns = [
            Column(title: "Hold"), Column(title: "Matter"), Column(title: "State"), Column(title: "Review"),
            Column(title: "Keeps", rank: 1), Column(title: "Basis", rank: 3), Column(title: "Placed", rank: 2),
        ]
        rows = holds.map {
            [
                $0.id, $0.matter, $0.state, ($0.reviewOverdue ? "! " : "") + $0.reviewOn, $0.scope, $0.basis,
                LocalTime.text($0.placedAt),
            ]
        }
    }
}
