extension Period {
    /// Parses `30 days`, `1 month`, `20 business days`, `72 hours`; nil for anything else.
    package init?(words text: String) {
        let words = text.lowercased().split(separator: " ")
        guard words.count >= 2, let count = Int(words[0]), (1...10_000).contains(count) else { return nil }
        switch words.dropFirst().joined(separator: " ") {
        case "day", "days", "calendar day", "calendar days": self.init(count, .calendarDay)
        case "month", "months", "calendar month", "calendar months": self.init(count, .calendarMonth)
        case "business day", "business days", "working day", "working days": self.init(count, .businessDay)
        case "hour", "hours": self.init(count, .hour)
        default: return nil
        }
    }
}
