/// A second of the time the demonstration covers, which ends where its clock stands: 2026-11-01T00:00:00Z.
struct Moment: Sendable {
    /// Since 2025-09-01T00:00:00Z.
    let seconds: Int

    private init(seconds: Int) { self.seconds = seconds }

    /// A share of the eleven months from 2025-12-01 on: 0 is their begin, 2³² would be their end.
    init(position: UInt32) {
        seconds = Self.firstDay * 86_400 + Int((UInt64(position) * UInt64(Self.dayCount * 86_400)) >> 32)
    }

    /// As PostgreSQL prints a `timestamptz` in UTC.
    var text: String { localText + "+00" }

    /// As PostgreSQL prints a `timestamptz` in UTC, to the microsecond; the last digit must not be zero.
    func text(microseconds: Int) -> String {
        let digits = String(microseconds)
        return localText + "." + String(repeating: "0", count: 6 - digits.utf8.count) + digits + "+00"
    }

    /// As PostgreSQL prints a `timestamp`.
    var localText: String {
        let second = seconds % 86_400
        var text = date
        text += " "
        text += Self.pairs[second / 3600]
        text += ":"
        text += Self.pairs[second / 60 % 60]
        text += ":"
        text += Self.pairs[second % 60]
        return text
    }

    /// As PostgreSQL prints a `date`.
    var date: String { Self.days[min(seconds / 86_400, Self.days.count - 1)] }

    /// Later by so many days and seconds.
    func adding(days: Int = 0, seconds more: Int = 0) -> Moment { Moment(seconds: seconds + days * 86_400 + more) }

    private static let firstDay = 91  // 2025-12-01
    private static let dayCount = 335  // to 2026-11-01
    private static let pairs: [String] = (0..<60).map { $0 < 10 ? "0\($0)" : "\($0)" }
    private static let days: [String] = makeDays(from: (2025, 9), months: 24)

    private static func makeDays(from start: (year: Int, month: Int), months: Int) -> [String] {
        (0..<months).flatMap { offset in
            let month = (start.month - 1 + offset) % 12
            let year = start.year + (start.month - 1 + offset) / 12
            let length = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month]
            return (1...length).map { "\(year)-\(pairs[month + 1])-\(pairs[$0])" }
        }
    }
}
