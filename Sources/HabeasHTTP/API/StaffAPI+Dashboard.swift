internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

extension StaffAPI {
    func addDashboard(to group: inout RouteGroup) {
        group.get("/dashboard") { request, context in
            let caller = try context.requireCaller(as: StaffCaller.self)
            try caller.require(.readRequests)
            let question = try await dashboardQuestion(request, by: caller)
            return try .json(
                DashboardView(try await engine.dashboard(question, by: caller), dueWithin: question.dueWithin))
        }
    }

    func addCalendar(to group: inout RouteGroup) {
        group.get("/calendar.ics") { request, context in
            let caller = try context.requireCaller(as: StaffCaller.self)
            try caller.require(.readCalendar)
            let query = try request.query(["token", "regime", "assignee"])
            // A token in the header comes first; one beside it is refused all the same when it can't be one.
            guard query["token"].map({ $0.wholeMatch(of: #/[A-Za-z0-9_-]{1,200}/#) != nil }) ?? true else {
                throw Problem(.badValue, "token has to be a token such as `habeas staff token issue` prints")
            }
            var filter = DashboardFilter()
            filter.regime = try regime(query["regime"])
            let name = query["assignee"]
            guard name == nil || name == "me" || !caller.isForCalendarOnly else {
                throw EngineError(
                    .forbidden, "a token for the calendar alone may only ask for its own: assignee=me",
                    hint: "a token that may read requests sees those of colleagues")
            }
            filter.assignee = try await assignee(name, by: caller)
            let (requests, moments) = try await engine.datedRequests(filter, limit: CalendarFeed.most, by: caller)
            return .bytes(
                Array(CalendarFeed(requests, at: moments).text.utf8), type: "text/calendar; charset=utf-8",
                headers: [.contentDisposition: "inline; filename=\"habeas.ics\""])
        }
    }

    private func dashboardQuestion(
        _ request: Request, by caller: StaffCaller
    ) async throws -> DashboardQuestion {
        let query = try request.query([
            "regime", "right", "channel", "assignee", "state", "bucket", "due_within", "limit",
        ])
        var question = DashboardQuestion()
        question.filter.regime = try regime(query["regime"])
        question.filter.right = try query.value("right")
        question.filter.channel = try query.value("channel")
        question.filter.states = try Field.values("state", query["state"])
        question.filter.assignee = try await assignee(query["assignee"], by: caller)
        question.bucket = try query.value("bucket")
        question.dueWithin = try Self.number("due_within", query["due_within"], in: 0...366)
        question.limit = try Self.number("limit", query["limit"], in: 0...200) ?? question.limit
        return question
    }

    static func number(_ name: String, _ text: String?, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), range.contains(number), String(number) == text else {
            throw Problem(
                .badValue, "\(name) has to be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
