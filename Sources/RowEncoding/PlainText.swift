/// Writes scalar values as the ASCII text that `to_json` gives them at UTC, without quotes.
enum PlainText {
    /// The longest text any of these needs.
    static let longest = 48
    /// 2000-01-01, PostgreSQL's epoch, in days after 1970-01-01.
    private static let epochDay: Int64 = 10_957
    private static let dayLength: Int64 = 86_400_000_000

    static func integer(_ value: Int64, to place: UnsafeMutablePointer<UInt8>) -> Int {
        var magnitude = value.magnitude
        var digits = 1
        var bound: UInt64 = 10
        while magnitude >= bound {
            digits += 1
            let (next, overflow) = bound.multipliedReportingOverflow(by: 10)
            if overflow { break }
            bound = next
        }
        let start = value < 0 ? 1 : 0
        if value < 0 { place[0] = UInt8(ascii: "-") }
        for index in (start..<start + digits).reversed() {
            place[index] = 0x30 + UInt8(magnitude % 10)
            magnitude /= 10
        }
        return start + digits
    }

    static func uuid(_ bytes: UnsafeRawBufferPointer, to place: UnsafeMutablePointer<UInt8>) -> Int {
        var target = 0
        for (index, byte) in bytes.enumerated() {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                place[target] = UInt8(ascii: "-")
                target += 1
            }
            place[target] = Hex.digit(byte >> 4)
            place[target + 1] = Hex.digit(byte & 15)
            target += 2
        }
        return target
    }

    static func date(_ days: Int32, to place: UnsafeMutablePointer<UInt8>) -> Int {
        if days == .max { return copy("infinity", to: place) }
        if days == .min { return copy("-infinity", to: place) }
        let day = Day(sinceUnixEpoch: Int64(days) + epochDay)
        let count = day.write(to: place)
        return day.isBeforeChrist ? count + copy(" BC", to: place + count) : count
    }

    static func timestamp(_ value: Int64, hasZone: Bool, to place: UnsafeMutablePointer<UInt8>) -> Int {
        if value == .max { return copy("infinity", to: place) }
        if value == .min { return copy("-infinity", to: place) }
        var days = value / dayLength
        var rest = value % dayLength
        if rest < 0 {
            rest += dayLength
            days -= 1
        }
        let day = Day(sinceUnixEpoch: days + epochDay)
        var count = day.write(to: place)
        place[count] = UInt8(ascii: "T")
        count += 1 + time(rest, to: place + count + 1)
        if hasZone { count += copy("+00:00", to: place + count) }
        return day.isBeforeChrist ? count + copy(" BC", to: place + count) : count
    }

    /// `hh:mm:ss` and, without trailing zeros, up to six digits of fraction.
    private static func time(_ microseconds: Int64, to place: UnsafeMutablePointer<UInt8>) -> Int {
        let seconds = microseconds / 1_000_000
        two(Int(seconds / 3600), to: place)
        place[2] = UInt8(ascii: ":")
        two(Int(seconds / 60 % 60), to: place + 3)
        place[5] = UInt8(ascii: ":")
        two(Int(seconds % 60), to: place + 6)
        var fraction = microseconds % 1_000_000
        guard fraction > 0 else { return 8 }
        place[8] = UInt8(ascii: ".")
        for index in (9..<15).reversed() {
            place[index] = 0x30 + UInt8(fraction % 10)
            fraction /= 10
        }
        var count = 15
        while place[count - 1] == 0x30 { count -= 1 }
        return count
    }

    static func two(_ value: Int, to place: UnsafeMutablePointer<UInt8>) {
        place[0] = 0x30 + UInt8(value / 10)
        place[1] = 0x30 + UInt8(value % 10)
    }

    private static func copy(_ text: StaticString, to place: UnsafeMutablePointer<UInt8>) -> Int {
        place.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return text.utf8CodeUnitCount
    }
}

/// A calendar day as PostgreSQL prints it: years before Christ count from 1 with no year 0.
private struct Day {
    let year: Int64
    let month: Int
    let day: Int
    let isBeforeChrist: Bool

    /// Howard Hinnant's `civil_from_days`, in plain Int64: RightsCore's generic one isn't specialised across modules, and
    /// this runs for every timestamp of an export.
    init(sinceUnixEpoch days: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        day = Int(dayOfYear - (153 * fromMarch + 2) / 5 + 1)
        month = Int(fromMarch < 10 ? fromMarch + 3 : fromMarch - 9)
        let astronomical = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        isBeforeChrist = astronomical <= 0
        year = isBeforeChrist ? 1 - astronomical : astronomical
    }

    /// `yyyy-mm-dd` with at least four digits of year.
    func write(to place: UnsafeMutablePointer<UInt8>) -> Int {
        var count = 0
        var bound: Int64 = 1000
        while year < bound && bound > 1 {
            place[count] = 0x30
            count += 1
            bound /= 10
        }
        count += PlainText.integer(year, to: place + count)
        place[count] = UInt8(ascii: "-")
        PlainText.two(month, to: place + count + 1)
        place[count + 3] = UInt8(ascii: "-")
        PlainText.two(day, to: place + count + 4)
        return count + 6
    }
}
