internal import RightsCore

/// Deadlines of one request under one or several regimes, for people and programs.
struct DeadlinePage: Encodable {
    private let deadlines: [Deadline]
    /// The regime whose period in force ends first; nil when none has a number.
    private let earliest: Earliest?

    private struct Earliest: Encodable {
        let regime: String
        let due: CivilDate
        let workBy: CivilDate?
    }

    init(_ deadlines: [Deadline]) {
        self.deadlines = deadlines
        let ends = deadlines.compactMap { one in one.dueInForce.map { (deadline: one, due: $0) } }
        let first = ends.min { $0.due < $1.due }
        let workBy = deadlines.compactMap(\.workBy).min()
        earliest = first.map { Earliest(regime: $0.deadline.regime, due: $0.due, workBy: workBy) }
    }

    var text: String {
        var parts = deadlines.map(Self.text)
        if let earliest, deadlines.count > 1 {
            let workBy = earliest.workBy.map { "; have it done by \($0)" } ?? ""
            parts.append("Earliest: \(earliest.due) under \(earliest.regime)\(workBy)")
        }
        return parts.joined(separator: "\n\n")
    }

    private static func text(_ one: Deadline) -> String {
        var head = "\(one.regime) \(one.right), rule version \(one.regimeVersion)"
        head += "\n\(one.zone) of tz \(one.zoneVersion)"
        if let calendar = one.calendar {
            let version = one.calendarVersion.flatMap { $0.digest.isEmpty ? nil : " \($0)" }
            head += ", calendar \(calendar)\(version ?? "")"
        }
        let lines = Self.lines(one).map { name, value in "  " + name.padding(to: 22) + value }
        return ([head] + lines + ["", StepLines.text(one.steps)]).joined(separator: "\n")
    }

    private static func lines(_ one: Deadline) -> [(String, String)] {
        let days: [(String, CivilDate?)] = [
            ("received", one.receivedOn), ("confirm receipt by", one.acknowledgeBy), ("due", one.due),
            ("extension notice by", one.extensionNoticeBy), ("extended due", one.extendedDue),
            ("safe date", one.conservativeInForce), ("promised", one.promisedDue), ("have it done by", one.workBy),
        ]
        var lines = days.compactMap { name, day in day.map { (name, "\($0) \($0.weekday.name)") } }
        if one.due == nil { lines.append(("due", "no number of days")) }
        if let end = one.dueEnd { lines.append(("ends before", end.rfc3339)) }
        if let kind = one.waitsFor, let since = one.waitsSince {
            lines.append(("waits for", "\(kind.rawValue), asked on \(since)"))
        }
        return lines
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(1, width - count))
    }
}
