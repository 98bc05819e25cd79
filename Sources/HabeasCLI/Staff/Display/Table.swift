/// Rows as aligned columns that fit the screen: what matters least goes first when there isn't room.
struct Table {
    /// A column: `rank` 0 always stays, the highest one goes first.
    struct Column {
        let title: String
        var rank = 0
        var isNumber = false
        var isState = false
    }

    let columns: [Column]
    let rows: [[String]]

    /// The table's lines.
    func text(on screen: Screen = .current) -> String {
        let widths = columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(\.count).max() ?? 0
        }
        let shown = Self.fitting(widths, columns.map(\.rank), into: screen.width)
        let header = line(columns.map(\.title), shown, widths, colours: false)
        return ([header] + rows.map { line($0, shown, widths, colours: screen.hasColour) })
            .map { cut($0, to: screen) }.joined(separator: "\n")
    }

    /// The columns that fit: all that must stay, and of the others those that matter most.
    private static func fitting(_ widths: [Int], _ ranks: [Int], into width: Int?) -> [Int] {
        var shown = Array(widths.indices)
        guard let width else { return shown }
        while shown.reduce(-2, { $0 + widths[$1] + 2 }) > width,
            let last = shown.filter({ ranks[$0] > 0 }).max(by: { ranks[$0] < ranks[$1] })
        {
            shown.removeAll { $0 == last }
        }
        return shown
    }

    private func line(_ cells: [String], _ shown: [Int], _ widths: [Int], colours: Bool) -> String {
        var text = shown.map { column in
            let cell = cells[column]
            let padding = String(repeating: " ", count: widths[column] - cell.count)
            let drawn = colours && columns[column].isState ? StateColour.paint(cell) : cell
            return columns[column].isNumber ? padding + drawn : drawn + padding
        }.joined(separator: "  ")
        while text.last == " " { text.removeLast() }
        return text
    }

    /// A line that is too long all the same ends in “…”; tables with coloured states have none.
    private func cut(_ line: String, to screen: Screen) -> String {
        guard let width = screen.width, !line.contains("\u{1b}"), line.count > width else { return line }
        return line.prefix(width - 1) + "…"
    }
}

/// What a state means for whoever looks: green is done, yellow waits, red needs somebody.
enum StateColour {
    static func paint(_ state: String) -> String {
        switch state {
        case "ready", "delivered", "fulfilled", "erased", "erased_with_retention", "done", "live", "handed_over":
            "\u{1b}[32m\(state)\u{1b}[0m"
        case "failed", "dead", "partial", "bounced": "\u{1b}[31m\(state)\u{1b}[0m"
        case "verifying", "accepted", "queued", "running", "waiting", "paused": "\u{1b}[33m\(state)\u{1b}[0m"
        default: state
        }
    }
}
