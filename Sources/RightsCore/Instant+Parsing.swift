extension Instant {
    /// Parses RFC 3339, years 0001 to 9999, with any offset; a leap second counts as the next one. Nil for anything else.
    package init?(rfc3339 text: String) {
        guard let stamp = Stamp(rfc3339: text) else { return nil }
        self = stamp.instant
    }
}

/// An instant as somebody wrote it down: with the offset of their clock.
package struct Stamp: Hashable, Sendable {
    /// When it was.
    package let instant: Instant
    /// Seconds east of Greenwich.
    package let offset: Int

    /// An instant with the offset it was written with.
    package init(_ instant: Instant, offset: Int = 0) {
        self.instant = instant
        self.offset = offset
    }

    /// Parses RFC 3339 as ``Instant/init(rfc3339:)`` does, and keeps the offset.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard (20...40).contains(bytes.count), Self.hasShape(bytes),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), let hour = Self.number(bytes[11..<13]),
            let minute = Self.number(bytes[14..<16]), let second = Self.number(bytes[17..<19]),
            let (fraction, zone) = Self.fraction(bytes[19...]), let offset = Self.offset(zone)
        else { return nil }
        let date = CivilDate(daysSinceEpoch: CivilDate.daysSinceEpoch(year, month, day))
        // The calendar gives back another day when that one doesn't exist.
        guard year > 0, hour < 24, minute < 60, second <= 60, date.month == Int(month), date.day == Int(day) else {
            return nil
        }
        let seconds = CivilDate.daysSinceEpoch(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(Instant(microseconds: seconds * 1_000_000 + fraction), offset: Int(offset))
    }

    /// The day it was where it was written.
    package var writtenDay: CivilDate {
        Instant(microseconds: instant.microseconds + Int64(offset) * 1_000_000).utcDate
    }

    private static func hasShape(_ bytes: [UInt8]) -> Bool {
        bytes[4] == 0x2d && bytes[7] == 0x2d && (bytes[10] | 0x20) == 0x74 && bytes[13] == 0x3a && bytes[16] == 0x3a
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// The microseconds, further digits cut, and what follows them.
    private static func fraction(_ rest: ArraySlice<UInt8>) -> (Int64, ArraySlice<UInt8>)? {
        guard rest.first == 0x2e else { return (0, rest) }
        let digits = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
        guard let value = number(Array(digits + [0x30, 0x30, 0x30, 0x30, 0x30]).prefix(6)[...]), !digits.isEmpty else {
            return nil
        }
        return (value, rest.dropFirst(1 + digits.count))
    }

    /// Seconds east of Greenwich.
    private static func offset(_ zone: ArraySlice<UInt8>) -> Int64? {
        if zone.count == 1, let letter = zone.first { return letter | 0x20 == 0x7a ? 0 : nil }
        let bytes = Array(zone)
        guard bytes.count == 6, bytes[0] == 0x2b || bytes[0] == 0x2d, bytes[3] == 0x3a,
            let hours = number(bytes[1..<3]), let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (bytes[0] == 0x2b ? 1 : -1)
    }
}
