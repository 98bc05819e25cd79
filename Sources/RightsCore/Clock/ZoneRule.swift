/// The rule that holds after a TZif file's last transition: a POSIX `TZ` string (RFC 9636, 3.3.1).
struct ZoneRule: Sendable, Hashable {
    let standardOffset: Int
    let summer: Summer?

    struct Summer: Sendable, Hashable {
        let offset: Int
        let start: Change
        let end: Change
    }

    /// A day of the year and the second of that local day.
    struct Change: Sendable, Hashable {
        enum Day: Sendable, Hashable {
            /// The n-th weekday of a month, 5 is the last; Sunday is 0.
            case weekday(month: Int, week: Int, day: Int)
            /// 1 to 365, 29 February never counted.
            case julian(Int)
            /// 0 to 365, 29 February counted.
            case zeroBased(Int)
        }
        let day: Day
        let second: Int64
    }

    /// Parses the footer; nil when it isn't one.
    init?(_ text: String) {
        var scanner = FooterScanner(text)
        guard scanner.skipName(), let standard = scanner.offset() else { return nil }
        standardOffset = -standard
        guard !scanner.isAtEnd else {
            summer = nil
            return
        }
        guard scanner.skipName() else { return nil }
        // Without an offset of its own, summer time is one hour ahead.
        let offset = scanner.isAtComma ? standardOffset + 3600 : scanner.offset().map { -$0 }
        guard let offset, let start = scanner.change(), let end = scanner.change(), scanner.isAtEnd else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }

    /// The instants (seconds since 1970) at which the offset changes in a year.
    func changes(in year: Int) -> [Int64] {
        guard let summer else { return [] }
        return [
            summer.start.moment(in: year) - Int64(standardOffset), summer.end.moment(in: year) - Int64(summer.offset),
        ]
    }

    /// The offset at a second since 1970.
    func offset(at second: Int64) -> Int {
        guard let summer else { return standardOffset }
        let year = Instant(microseconds: (second + Int64(standardOffset)) * 1_000_000).utcDate.year
        let moments = changes(in: year)
        let isSummer =
            moments[0] <= moments[1]
            ? (moments[0]..<moments[1]).contains(second) : !(moments[1]..<moments[0]).contains(second)
        return isSummer ? summer.offset : standardOffset
    }
}

extension ZoneRule.Change {
    /// Local seconds since 1970-01-01T00:00.
    func moment(in year: Int) -> Int64 { day(in: year) * 86_400 + second }

    private func day(in year: Int) -> Int64 {
        let january = CivilDate.daysSinceEpoch(Int64(year), 1, 1)
        switch day {
        case .weekday(let month, let week, let day):
            let first = CivilDate(daysSinceEpoch: CivilDate.daysSinceEpoch(Int64(year), Int64(month), 1))
            let ahead = (day - first.weekday.rawValue % 7 + 7) % 7 + 7 * (week - 1)
            let last = CivilDate.lastDay(ofMonth: month, year: year).day
            return first.daysSinceEpoch + Int64(ahead < last ? ahead : ahead - 7)
        case .zeroBased(let number): return january + Int64(number)
        case .julian(let number):
            let isLeap = CivilDate(year: year, month: 2, day: 29) != nil
            return january + Int64(number - 1 + (isLeap && number > 59 ? 1 : 0))
        }
    }
}

/// Reads a POSIX `TZ` string from the left.
private struct FooterScanner {
    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    var isAtEnd: Bool { rest.isEmpty }
    var isAtComma: Bool { rest.first == "," }

    /// Passes a zone abbreviation: letters, or anything between angle brackets.
    mutating func skipName() -> Bool {
        if rest.first == "<" {
            guard let close = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: close)...]
            return true
        }
        let letters = rest.prefix { $0.isASCII && $0.isLetter }
        rest = rest.dropFirst(letters.count)
        return letters.count >= 3
    }

    /// `[+-]hh[:mm[:ss]]` as seconds; west is positive in POSIX.
    mutating func offset() -> Int? {
        let isNegative = rest.first == "-"
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        guard var seconds = number().map({ $0 * 3600 }) else { return nil }
        for unit in [60, 1] where rest.first == ":" {
            rest = rest.dropFirst()
            guard let value = number() else { return nil }
            seconds += value * unit
        }
        return isNegative ? -seconds : seconds
    }

    /// `,date[/time]`; the time is 02:00 unless given.
    mutating func change() -> ZoneRule.Change? {
        guard rest.first == "," else { return nil }
        rest = rest.dropFirst()
        guard let day = day() else { return nil }
        guard rest.first == "/" else { return ZoneRule.Change(day: day, second: 7200) }
        rest = rest.dropFirst()
        return offset().map { ZoneRule.Change(day: day, second: Int64($0)) }
    }

    private mutating func day() -> ZoneRule.Change.Day? {
        switch rest.first {
        case "M":
            rest = rest.dropFirst()
            guard let month = number(), skip("."), let week = number(), skip("."), let day = number(),
                (1...12).contains(month), (1...5).contains(week), (0...6).contains(day)
            else { return nil }
            return .weekday(month: month, week: week, day: day)
        case "J":
            rest = rest.dropFirst()
            return number().flatMap { (1...365).contains($0) ? .julian($0) : nil }
        default: return number().flatMap { (0...365).contains($0) ? .zeroBased($0) : nil }
        }
    }

    private mutating func skip(_ character: Character) -> Bool {
        guard rest.first == character else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func number() -> Int? {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        rest = rest.dropFirst(digits.count)
        return digits.utf8.count <= 3 ? Int(digits) : nil
    }
}
