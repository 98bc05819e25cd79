internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Open requests as a calendar (RFC 5545): one all-day event each, on the day to have it done by. Nothing in it names a
/// person.
struct CalendarFeed {
    /// Where calendar programs fetch it.
    static let path = "/v1/calendar.ics"
    /// More events than that help nobody: those that come last are left out.
    static let most = 2000

    private let requests: [UrgentRequest]
    private let moments: DashboardMoments

    init(_ requests: [UrgentRequest], at moments: DashboardMoments) {
        self.requests = requests
        self.moments = moments
    }

    /// The calendar's text.
    var text: String {
        let head = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Habeas//Deadlines \(DashboardBucket.edition)//EN",
            "CALSCALE:GREGORIAN", "METHOD:PUBLISH", "NAME:Habeas deadlines", "X-WR-CALNAME:Habeas deadlines",
            "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        ]
        let events = requests.flatMap(event)
        return (head + events + ["END:VCALENDAR"]).map { Self.folded($0) + "\r\n" }.joined()
    }

    private func event(_ request: UrgentRequest) -> [String] {
        // The law gives no number: there is no day to put it on.
        guard let end = request.workEnd ?? request.dueEnd else { return [] }
        let day = moments.zone.lastDay(before: end)
        let due = request.dueEnd.map { "due \(moments.zone.lastDay(before: $0))" } ?? "no date while it waits"
        let summary = "\(request.right.rawValue) \(request.regime) …\(request.id.text.suffix(8)): \(due)"
        return [
            "BEGIN:VEVENT", "UID:\(request.id.text)", "DTSTAMP:\(Self.basic(moments.now))",
            "DTSTART;VALUE=DATE:\(Self.basic(day))", "DTEND;VALUE=DATE:\(Self.basic(day.adding(days: 1)))",
            "SUMMARY:\(Self.escaped(summary))",
            "DESCRIPTION:\(Self.escaped("\(NextStep.text(for: request, at: moments))\nrequest \(request.id.text)"))",
            "CATEGORIES:\(Self.escaped(request.state.rawValue))", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]
    }

    private static func basic(_ day: CivilDate) -> String {
        "\(day.year.padded(4))\(day.month.padded(2))\(day.day.padded(2))"
    }

    private static func basic(_ instant: Instant) -> String {
        let time = instant.utcTime
        return "\(basic(instant.utcDate))T\(time.hour.padded(2))\(time.minute.padded(2))\(time.second.padded(2))Z"
    }

    /// RFC 5545 §3.3.11.
    static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
            .replacing("\n", with: "\\n")
    }

    /// At most 75 bytes a line, never within a character; the next ones begin with a space (RFC 5545 §3.1).
    static func folded(_ line: String) -> String {
        var result = ""
        var count = 0
        for scalar in line.unicodeScalars {
            let size = String(scalar).utf8.count
            if count + size > 75 {
                result += "\r\n "
                count = 1
            }
            result.unicodeScalars.append(scalar)
            count += size
        }
        return result
    }
}
