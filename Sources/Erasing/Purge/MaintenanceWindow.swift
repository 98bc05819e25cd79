package import RightsCore

/// The hours of the day in which a purge may work, by the clocks of one place.
package struct MaintenanceWindow: Sendable, Hashable {
    /// Minutes after midnight when it opens.
    package let start: Int
    /// Minutes after midnight when it closes; before ``start`` when it spans midnight.
    package let end: Int
    /// The place.
    package let zone: ZoneRules

    private static let day = 1440

    /// A window; nil unless both are minutes of a day, and different.
    package init?(start: Int, end: Int, zone: ZoneRules) {
        guard (0..<Self.day).contains(start), (0..<Self.day).contains(end), start != end else { return nil }
        self.start = start
        self.end = end
        self.zone = zone
    }

    /// Parses `22:30-05:00`; nil when it is anything else.
    package init?(_ text: some StringProtocol, zone: ZoneRules) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = Self.minutes(parts[0]), let end = Self.minutes(parts[1]) else {
            return nil
        }
        self.init(start: start, end: end, zone: zone)
    }

    private static func minutes(_ text: some StringProtocol) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        return hour * 60 + minute
    }

    /// How long it stays open; nil when it is closed. A change of the clocks meanwhile moves the end by it.
    package func remaining(at now: Instant) -> Duration? {
        let local = (now.seconds + Int64(zone.offset(at: now)))
        let second = Int(local - local.flooringDivision(by: 86_400) * 86_400)
        let sinceStart = (second - start * 60 + 86_400) % 86_400
        let length = (end - start + Self.day) % Self.day * 60
        return sinceStart < length ? .seconds(length - sinceStart) : nil
    }

    /// `22:30-05:00 Europe/Berlin`.
    package var text: String { "\(Self.clock(start))-\(Self.clock(end)) \(zone.name)" }

    private static func clock(_ minutes: Int) -> String { "\((minutes / 60).padded(2)):\((minutes % 60).padded(2))" }
}
