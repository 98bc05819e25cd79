internal import RequestLedger

/// Runs the dashboard on a terminal: keys and answers come in, the screen goes out.
struct DashboardWatch {
    private enum Event: Sendable {
        case keys([UInt8])
        case numbers(DashboardDocument)
        case request(String, [String])
        case failed(String)
        case gone
    }

    private enum Question: Sendable {
        case numbers([DashboardQuery])
        case request(String)
    }

    /// The query of the command line's filters.
    let query: [DashboardQuery]
    let interval: Duration
    let hasColour: Bool

    /// Runs until somebody quits.
    func run(_ console: DashboardConsole) async throws {
        try await RawTerminal.with { terminal in
            let (events, tell) = AsyncStream<Event>.makeStream(bufferingPolicy: .bufferingNewest(64))
            let (questions, ask) = AsyncStream<Question>.makeStream(bufferingPolicy: .bufferingNewest(2))
            try await withThrowingTaskGroup { tasks in
                tasks.addTask { await Self.type(terminal, tell) }
                tasks.addTask { await Self.answer(questions, tell) }
                try await follow(console, on: terminal, events, ask)
                tasks.cancelAll()
                ask.finish()
            }
        }
    }

    private static func type(_ terminal: RawTerminal, _ tell: AsyncStream<Event>.Continuation) async {
        while !Task.isCancelled {
            guard let keys = await terminal.keys() else {
                tell.yield(.gone)
                return
            }
            tell.yield(.keys(keys))
        }
    }

    private static func answer(_ questions: AsyncStream<Question>, _ tell: AsyncStream<Event>.Continuation) async {
        for await question in questions {
            do {
                // Signed in anew each time: `habeas login` in another window is enough when a token has ended.
                let event = try await StaffClient.with { client in
                    switch question {
                    case .numbers(let query):
                        Event.numbers(try await client.get("/v1/dashboard", query.map { ($0.name, $0.value) }).read())
                    case .request(let id): Event.request(id, try await RequestDatesPage.lines(of: id, client))
                    }
                }
                tell.yield(event)
            } catch { tell.yield(.failed(Self.words(CommandFailure(error)))) }
        }
    }

    /// What went wrong, in a line, and what is done about it.
    private static func words(_ failure: CommandFailure) -> String {
        switch failure.code {
        case "staff.unauthenticated", "http.unauthenticated", "login.missing":
            "the token has ended or was revoked: sign in with `habeas login` in another window; trying again"
        default: "\(failure.message); trying again"
        }
    }

    private func follow(
        _ start: DashboardConsole, on terminal: RawTerminal, _ events: AsyncStream<Event>,
        _ ask: AsyncStream<Question>.Continuation
    ) async throws {
        var console = start
        var drawn: [String] = []
        var due = ContinuousClock.now
        for await event in events {
            try Task.checkCancellation()
            let (width, height) = terminal.size
            switch event {
            case .keys(let bytes):
                for key in DashboardKey.parse(bytes) {
                    switch console.press(key, height: height) {
                    case .nothing: break
                    case .numbers: due = .now
                    case .request(let id): ask.yield(.request(id))
                    case .quit: return
                    }
                }
            case .numbers(let dashboard): console.take(dashboard)
            case .request(let id, let lines): console.take(request: id, lines)
            case .failed(let words): console.fail(words)
            case .gone: return
            }
            if due <= .now {
                due = .now + interval
                ask.yield(.numbers(query(of: console)))
            }
            let lines = console.lines(width: width, height: height, hasColour: hasColour)
            if lines != drawn { terminal.draw(lines) }
            drawn = lines
        }
        try Task.checkCancellation()
    }

    /// The command line's filters, and over them the console's.
    private func query(of console: DashboardConsole) -> [DashboardQuery] {
        let own = [
            DashboardQuery("regime", console.regime), DashboardQuery("bucket", console.bucket?.rawValue),
            DashboardQuery("assignee", console.isMine ? "me" : nil),
        ].filter { $0.value != nil }
        let names = Set(own.map(\.name))
        return query.filter { !names.contains($0.name) } + own
    }
}

/// A field of the query.
struct DashboardQuery: Sendable, Equatable {
    let name: String
    let value: String?

    init(_ name: String, _ value: String?) {
        self.name = name
        self.value = value
    }
}
