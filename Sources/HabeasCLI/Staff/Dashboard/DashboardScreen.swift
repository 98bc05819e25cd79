internal import RequestLedger

/// Draws the dashboard: numbers as tiles, then what is urgent with what to do next. A pure function of what it is given.
struct DashboardScreen {
    let dashboard: DashboardDocument
    /// What is filtered by, in words; empty when nothing is.
    var filters: [String] = []
    let width: Int
    let hasColour: Bool
    /// Whether a list was asked for at all.
    var hasList = true

    // MARK: lines

    /// The title: whose day it is, and what is filtered by.
    var title: String {
        let left = "Habeas · \(dashboard.today) · \(dashboard.zone)"
        let right = filters.joined(separator: " · ")
        let gap = width - left.count - right.count
        guard !right.isEmpty else { return painted(left, .strong) }
        guard gap >= 2 else { return painted(Self.fitted(left + "  " + right, width), .strong) }
        return painted(left, .strong) + String(repeating: " ", count: gap) + right
    }

    /// The numbers, in as many columns as fit.
    var tiles: [String] {
        let size = 18
        let columns = max(1, (width + 2) / (size + 2))
        let all = numbers
        return stride(from: 0, to: all.count, by: columns).map { start in
            let line = all[start..<min(start + columns, all.count)].map { number in
                let gap = max(1, size - number.title.count - number.value.count)
                let text = number.title + String(repeating: " ", count: gap) + number.value
                return number.isAlarm ? painted(text, .alarm) : text
            }
            return Self.trimmed(line.joined(separator: "  "))
        }
    }

    private struct Number {
        let title: String
        let value: String
        var isAlarm = false
    }

    private var numbers: [Number] {
        let order: [DashboardBucket] = [
            .overdue, .dueToday, .dueIn3Days, .dueIn7Days, .dueIn14Days, .atRisk, .acknowledgementOverdue,
            .waitingForPerson, .paused, .withoutNumber, .rulesChanged, .open,
        ]
        var numbers = order.map { bucket in
            let count = dashboard.count(bucket)
            let mark = bucket.isAlarm && count > 0 ? "! " : ""
            return Number(title: mark + bucket.title, value: "\(count)", isAlarm: !mark.isEmpty)
        }
        let overdue = dashboard.appealsOverdue
        numbers.append(
            Number(
                title: overdue > 0 ? "! Appeals" : "Appeals", value: "\(dashboard.appealsOpen)/\(overdue)",
                isAlarm: overdue > 0))
        numbers += holds
        numbers.append(processors)
        numbers += backups
        if let days = dashboard.dueWithinDays, let count = dashboard.dueWithin {
            numbers.append(Number(title: "Within \(days) d", value: "\(count)"))
        }
        return numbers
    }

    private var processors: Number {
        guard let open = dashboard.recipientsOpen, let overdue = dashboard.recipientsOverdue else {
            return Number(title: "Processors", value: "–")
        }
        return Number(
            title: overdue > 0 ? "! Processors" : "Processors", value: "\(open)/\(overdue)", isAlarm: overdue > 0)
    }

    private var backups: [Number] {
        guard let open = dashboard.backupsOpen, let late = dashboard.backupsLate else {
            return [Number(title: "Backups", value: "–")]
        }
        let numbers = [
            Number(title: late > 0 ? "! Backups" : "Backups", value: "\(open)/\(late)", isAlarm: late > 0)
        ]
        // What never should be isn't shown while it isn't.
        let alarms = [
            ("! Break glass", dashboard.backupsBreakGlass), ("! Breach", dashboard.backupsBreach),
            ("! Unread", dashboard.backupsUnread),
        ]
        return numbers
            + alarms.compactMap { title, count in
                count.flatMap { $0 > 0 ? Number(title: title, value: "\($0)", isAlarm: true) : nil }
            }
    }

    private var holds: [Number] {
        // Whoever may not know of holds isn't told that there are any.
        guard let all = dashboard.holdsInForce else { return [] }
        let overdue = dashboard.holdsReviewOverdue ?? 0
        var numbers = [
            Number(title: overdue > 0 ? "! Holds" : "Holds", value: "\(all)/\(overdue)", isAlarm: overdue > 0)
        ]
        if let unconfirmed = dashboard.holdsUnconfirmed, unconfirmed > 0 {
            numbers.append(Number(title: "Holds waiting", value: "\(unconfirmed)"))
        }
        return numbers
    }

    // MARK: the list

    private struct Column {
        let title: String
        let cell: (DashboardDocument.Urgent) -> String
        var isNumber = false
        /// From which width on it is shown.
        var from = 0
    }

    private var columns: [Column] {
        [
            Column(title: "Due", cell: { $0.dueOn ?? "–" }), Column(title: "Left", cell: \.left, isNumber: true),
            Column(title: "Do it by", cell: { $0.workBy ?? "–" }, from: 110),
            width >= 150 ? Column(title: "Request", cell: \.id) : Column(title: "Request", cell: \.shortID),
            Column(title: "Right", cell: \.right), Column(title: "Law", cell: \.regime),
            Column(title: "State", cell: \.state, from: 96),
            Column(title: "Who", cell: { $0.assignee ?? "–" }, from: 128), Column(title: "Do next", cell: \.nextStep),
        ].filter { $0.from <= width }
    }

    /// The list's head, then a line for each request.
    ///
    /// - Parameter selected: the one that a cursor stands on; nil where there is no cursor.
    func list(_ urgent: some Collection<DashboardDocument.Urgent>, selected: Int? = nil) -> [String] {
        let columns = columns
        let widths = columns.map { column in
            min(Self.widest, ([column.title] + urgent.map(column.cell)).map(\.count).max() ?? 0)
        }
        let head = "  " + row(columns.map(\.title), columns, widths)
        let lines = urgent.enumerated().map { index, request in
            let mark = index == selected ? ">" : " "
            let alarm = request.isOverdue ? "!" : " "
            let text = Self.fitted(mark + alarm + row(columns.map { $0.cell(request) }, columns, widths), width)
            if index == selected { return painted(text, .chosen) }
            return request.isOverdue ? painted(beginning: 2 + widths[0] + 2 + widths[1], of: text) : text
        }
        return [painted(Self.fitted(head, width), .strong)] + lines
    }

    private static let widest = 44

    private func row(_ cells: [String], _ columns: [Column], _ widths: [Int]) -> String {
        let padded = cells.indices.map { index in
            let cell = Self.fitted(cells[index], widths[index])
            let gap = String(repeating: " ", count: widths[index] - cell.count)
            return columns[index].isNumber ? gap + cell : cell + gap
        }
        return Self.trimmed(padded.joined(separator: "  "))
    }

    /// The whole, for a terminal that isn't drawn on again.
    var lines: [String] {
        let numbers = [title, ""] + tiles
        guard hasList else { return numbers }
        let isEmpty = dashboard.urgent.isEmpty
        let nothing = "nothing to answer" + (filters.isEmpty ? "" : " that passes the filters")
        return numbers + [""] + (isEmpty ? [nothing] : list(dashboard.urgent))
    }

    // MARK: text

    enum Paint: String {
        case strong = "1"
        case alarm = "1;31"
        case chosen = "7"
    }

    func painted(_ text: String, _ paint: Paint) -> String {
        hasColour && !text.isEmpty ? "\u{1b}[\(paint.rawValue)m\(text)\u{1b}[0m" : text
    }

    /// Red for the date alone: a screen all in red says nothing.
    private func painted(beginning count: Int, of text: String) -> String {
        painted(String(text.prefix(count)), .alarm) + text.dropFirst(count)
    }

    /// A line that is too long ends in “…”.
    static func fitted(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : text.prefix(max(0, width - 1)) + "…"
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
