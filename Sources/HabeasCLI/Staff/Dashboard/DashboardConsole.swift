internal import RequestLedger

/// What a key means to the dashboard.
enum DashboardKey: Equatable {
    case up, down, pageUp, pageDown, enter, back, quit, regime, bucket, mine, help, refresh

    /// The keys in what a terminal sent; what means nothing is left out.
    static func parse(_ bytes: [UInt8]) -> [DashboardKey] {
        let sequences: [(String, DashboardKey)] = [
            ("\u{1b}[A", .up), ("\u{1b}[B", .down), ("\u{1b}OA", .up), ("\u{1b}OB", .down), ("\u{1b}[5~", .pageUp),
            ("\u{1b}[6~", .pageDown), ("\u{1b}", .back), ("q", .quit), ("k", .up), ("j", .down), ("\r", .enter),
            ("\n", .enter), ("r", .regime), ("s", .bucket), ("a", .mine), ("?", .help), (" ", .refresh),
        ]
        var keys: [DashboardKey] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            if let (text, key) = sequences.first(where: { rest.starts(with: Array($0.0.utf8)) }) {
                keys.append(key)
                rest = rest.dropFirst(text.utf8.count)
            } else {
                rest = rest.dropFirst()
            }
        }
        return keys
    }
}

/// The dashboard that is drawn again and again: what it shows and where its cursor stands. Pure: it asks for what it needs
/// by ``Wish``, and whoever runs it brings that.
struct DashboardConsole: Equatable {
    /// What a key led to.
    enum Wish: Equatable {
        case nothing
        /// The numbers anew, with the filters as they are now.
        case numbers
        /// One request.
        case request(String)
        case quit
    }

    enum Page: Equatable {
        case list
        case request(id: String, lines: [String]?)
        case help
    }

    private(set) var dashboard: DashboardDocument?
    private(set) var page = Page.list
    private(set) var regime: String?
    private(set) var bucket: DashboardBucket?
    private(set) var isMine = false
    private(set) var selected = 0
    private(set) var offset = 0
    private(set) var fault: String?
    /// Filters of the command line, in words.
    private let fixed: [String]
    private let isRegimeFixed: Bool
    private var regimes: [String] = []

    init(fixed: [String] = [], isRegimeFixed: Bool = false, isMine: Bool = false) {
        self.fixed = fixed
        self.isRegimeFixed = isRegimeFixed
        self.isMine = isMine
    }

    // MARK: what comes

    /// Takes the numbers that were asked for. The cursor stays on its request.
    mutating func take(_ next: DashboardDocument) {
        let id = chosen?.id
        dashboard = next
        fault = nil
        if regime == nil { regimes = next.byRegime.map(\.name) }
        selected = next.urgent.firstIndex { $0.id == id } ?? min(selected, max(0, next.urgent.count - 1))
    }

    /// Takes the text of the request that was opened.
    mutating func take(request id: String, _ lines: [String]) {
        fault = nil
        if case .request(id, _) = page { page = .request(id: id, lines: lines) }
    }

    /// Takes what went wrong; what is on the screen stays.
    mutating func fail(_ text: String) { fault = text }

    private var chosen: DashboardDocument.Urgent? {
        dashboard.flatMap { $0.urgent.indices.contains(selected) ? $0.urgent[selected] : nil }
    }

    // MARK: keys

    mutating func press(_ key: DashboardKey, height: Int) -> Wish {
        if key == .quit { return .quit }
        if page != .list { return pressOnPage(key, height) }
        switch key {
        case .up: selected = max(0, selected - 1)
        case .down: selected = min(selected + 1, max(0, (dashboard?.urgent.count ?? 0) - 1))
        case .pageUp: selected = max(0, selected - height / 2)
        case .pageDown: selected = min(selected + height / 2, max(0, (dashboard?.urgent.count ?? 0) - 1))
        case .enter:
            guard let chosen else { return .nothing }
            offset = 0
            page = .request(id: chosen.id, lines: nil)
            return .request(chosen.id)
        case .regime:
            guard !isRegimeFixed else { return .nothing }
            regime = Self.next(after: regime, in: regimes)
            return .numbers
        case .bucket:
            let pressing = DashboardBucket.allCases.filter { $0 != .open }
            bucket = Self.next(after: bucket, in: pressing)
            return .numbers
        case .mine:
            isMine.toggle()
            return .numbers
        case .refresh: return .numbers
        case .help: page = .help
        case .back, .quit: break
        }
        return .nothing
    }

    private mutating func pressOnPage(_ key: DashboardKey, _ height: Int) -> Wish {
        switch key {
        case .back, .help: page = .list
        case .up: offset = max(0, offset - 1)
        case .down: offset += 1
        case .pageUp: offset = max(0, offset - height / 2)
        case .pageDown: offset += height / 2
        case .refresh:
            if case .request(let id, _) = page { return .request(id) }
        case .enter, .regime, .bucket, .mine, .quit: break
        }
        return .nothing
    }

    /// None, then each in turn, then none again.
    private static func next<Value: Equatable>(after value: Value?, in values: [Value]) -> Value? {
        guard let value, let index = values.firstIndex(of: value) else { return values.first }
        return index + 1 < values.count ? values[index + 1] : nil
    }

    // MARK: drawing

    /// Exactly `height` lines, none wider than `width`.
    func lines(width: Int, height: Int, hasColour: Bool) -> [String] {
        let body: [String]
        var foot = "q quit  ↑↓ move  Enter open  r law  s what presses  a mine  ? help"
        switch page {
        case .list: body = listLines(width, height - 1, hasColour)
        case .help:
            body = window(Self.help, height - 1)
            foot = "Esc back  q quit"
        case .request(let id, let lines):
            body = window(lines ?? ["reading \(id) …"], height - 1)
            foot = "Esc back  ↑↓ scroll  space read again  q quit"
        }
        let screen = body.prefix(height - 1).map { $0.contains("\u{1b}") ? $0 : DashboardScreen.fitted($0, width) }
        let blank = Array(repeating: "", count: max(0, height - 1 - screen.count))
        return screen + blank + [DashboardScreen.fitted(fault.map { "! \($0)" } ?? foot, width)]
    }

    private func listLines(_ width: Int, _ height: Int, _ hasColour: Bool) -> [String] {
        guard let dashboard else { return ["asking the service …"] }
        let screen = DashboardScreen(dashboard: dashboard, filters: filters, width: width, hasColour: hasColour)
        let head = [screen.title, ""] + screen.tiles + [""]
        guard !dashboard.urgent.isEmpty else { return head + ["nothing to answer that passes the filters"] }
        let room = max(1, height - head.count - 1)
        let first = max(0, min(selected - room / 2, dashboard.urgent.count - room))
        let shown = dashboard.urgent.dropFirst(first).prefix(room)
        return head + screen.list(shown, selected: selected - first)
    }

    private func window(_ lines: [String], _ height: Int) -> [String] {
        Array(lines.dropFirst(min(offset, max(0, lines.count - height))).prefix(height))
    }

    private var filters: [String] {
        fixed + [regime, bucket.map { "\($0.title.lowercased()) only" }, isMine ? "mine" : nil].compactMap(\.self)
    }

    private static let help = """
        q             quit
        j k ↑ ↓       move; PgUp and PgDn by half a screen
        Enter         open the request: facts and dates with all their steps.
                      That you looked is written into the person's trail.
        Esc           back
        r             the next law, or all
        s             only what is overdue, due today, … or all; the numbers stay
        a             only what you look after, or all
        space         read again now; that happens every few seconds anyway
        !             marks what is overdue, late or at risk

        `habeas dashboard --explain` says what each number counts.
        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
