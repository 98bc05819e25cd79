/// A point in time: microseconds since 1970-01-01T00:00:00Z, PostgreSQL's own resolution.
package struct Instant: Hashable, Sendable, Comparable {
    /// Microseconds since the Unix epoch, leap seconds not counted.
    package let microseconds: Int64

    /// An instant from microseconds since the Unix epoch.
    package init(microseconds: Int64) { self.microseconds = microseconds }

    /// Whole seconds since the Unix epoch, rounded down.
    package var seconds: Int64 { microseconds.flooringDivision(by: 1_000_000) }

    /// The UTC calendar day.
    package var utcDate: CivilDate { CivilDate(daysSinceEpoch: seconds.flooringDivision(by: 86_400)) }

    /// Hour, minute and second of the UTC day.
    package var utcTime: (hour: Int, minute: Int, second: Int) {
        let second = Int(seconds - seconds.flooringDivision(by: 86_400) * 86_400)
        return (second / 3600, second / 60 % 60, second % 60)
    }

    /// RFC 3339 in UTC with as many fraction digits as needed, ending in `Z`.
    package var rfc3339: String {
        let time = utcTime
        let fraction = Int(microseconds - seconds * 1_000_000)
        var text = "\(utcDate)T\(time.hour.padded(2)):\(time.minute.padded(2)):\(time.second.padded(2))"
        if fraction > 0 {
            var digits = fraction.padded(6)
            while digits.hasSuffix("0") { digits.removeLast() }
            text += ".\(digits)"
        }
        return text + "Z"
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}

extension BinaryInteger {
    /// Division that rounds towards minus infinity, as calendars need it.
    package func flooringDivision(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder != 0 && (remainder < 0) != (divisor < 0) ? quotient - 1 : quotient
    }

    /// The decimal digits, with leading zeros up to `width`.
    package func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
