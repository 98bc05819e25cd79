internal import Foundation
package import RightsCore

/// A point in time as a person reads it: in their zone when it is known, in UTC otherwise, and says which.
package struct ReaderTime: Sendable {
    private let zone: TimeZone?

    /// - Parameter zone: an identifier such as `Europe/Berlin`; what nobody knows counts as none.
    package init(zone: String?) { self.zone = zone.flatMap { TimeZone(identifier: $0) } }

    /// Whether times are told in the person's own zone, rather than in UTC.
    package var isInOwnZone: Bool { zone != nil }

    /// `21 November 2025, 18:01 (Europe/Berlin, UTC+1)`, `21. November 2025, 18:01 Uhr (UTC)`.
    package func text(_ instant: Instant, in language: Language) -> String {
        let offset = offset(at: instant)
        let local = local(instant, offset)
        let place = zone.map { "\($0.identifier), UTC\(Self.offset(offset))" } ?? "UTC"
        let date = Self.text(local.utcDate, in: language)
        let clock = "\(local.utcTime.hour.padded(2)):\(local.utcTime.minute.padded(2))"
        return switch language {
        case .english: "\(date), \(clock) (\(place))"
        case .german: "\(date), \(clock) Uhr (\(place))"
        }
    }

    /// `21 November 2025`, `21. November 2025`.
    package static func text(_ day: CivilDate, in language: Language) -> String {
        let month = months(language)[day.month - 1]
        return switch language {
        case .english: "\(day.day) \(month) \(day.year)"
        case .german: "\(day.day). \(month) \(day.year)"
        }
    }

    /// The day it is there.
    package func day(of instant: Instant) -> CivilDate { local(instant, offset(at: instant)).utcDate }

    private func offset(at instant: Instant) -> Int {
        zone?.secondsFromGMT(for: Date(timeIntervalSince1970: Double(instant.seconds))) ?? 0
    }

    private func local(_ instant: Instant, _ offset: Int) -> Instant {
        Instant(microseconds: instant.microseconds + Int64(offset) * 1_000_000)
    }

    /// `+1`, `-3:30`, `+0`.
    private static func offset(_ seconds: Int) -> String {
        let minutes = abs(seconds) / 60
        let rest = minutes % 60 == 0 ? "" : ":\((minutes % 60).padded(2))"
        return "\(seconds < 0 ? "-" : "+")\(minutes / 60)\(rest)"
    }

    private static func months(_ language: Language) -> [String] {
        switch language {
        case .english:
            [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December",
            ]
        case .german:
            [
                "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
                "November", "Dezember",
            ]
        }
    }
}
