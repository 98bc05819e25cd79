internal import Glibc
internal import RightsCore

/// Times as the reader's clock shows them, with the offset. JSON stays in UTC.
enum LocalTime {
    /// Such as `2026-11-21 13:37+01:00`, in the zone of `TZ` or of the machine.
    static func text(_ instant: Instant) -> String {
        var seconds = time_t(instant.seconds)
        var parts = unsafe tm()
        tzset()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return instant.rfc3339 }
        let offset = unsafe parts.tm_gmtoff
        let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute) = unsafe (parts.tm_hour, parts.tm_min)
        let minutes = abs(offset) / 60
        return "\(year.padded(4))-\(month.padded(2))-\(day.padded(2)) \(hour.padded(2)):\(minute.padded(2))"
            + "\(offset < 0 ? "-" : "+")\((minutes / 60).padded(2)):\((minutes % 60).padded(2))"
    }

    /// A time of the API; what isn't one stays as it is, and nothing stays nothing.
    static func text(_ rfc3339: String?) -> String {
        guard let rfc3339 else { return "" }
        return Instant(rfc3339: rfc3339).map(text) ?? rfc3339
    }
}
