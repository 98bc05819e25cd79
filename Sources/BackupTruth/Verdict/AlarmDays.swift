package import RightsCore

/// On which day after an erasure a copy that is still there becomes a matter.
package struct AlarmDays: Sendable, Hashable {
    /// From here on somebody should look.
    package let warn: Int
    /// From here on old backups should be expired by hand.
    package let breakGlass: Int
    /// From here on the promise is broken.
    package let breach: Int

    /// Days that follow each other; nil otherwise.
    package init?(warn: Int, breakGlass: Int, breach: Int) {
        guard 0 < warn, warn <= breakGlass, breakGlass <= breach else { return nil }
        self.init(days: (warn, breakGlass, breach))
    }

    private init(days: (Int, Int, Int)) { (warn, breakGlass, breach) = days }

    /// 20, 25 and 30 days.
    package static let usual = AlarmDays(days: (20, 25, 30))

    /// How far it has come.
    package enum Stage: String, Sendable, Hashable, Comparable, CaseIterable {
        /// Nothing to do, or all copies are clean.
        case calm
        /// Somebody should look.
        case warn
        /// Old backups should be expired by hand.
        case breakGlass = "break_glass"
        /// The promise is broken.
        case breach

        package static func < (left: Stage, right: Stage) -> Bool { left.order < right.order }
        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// The stage of an erasure now.
    package func stage(erasedAt: Instant, _ standing: Standing, now: Instant) -> Stage {
        guard standing != .purged else { return .calm }
        let days = (now.microseconds - erasedAt.microseconds).flooringDivision(by: 86_400_000_000)
        if days >= breach { return .breach }
        if days >= breakGlass { return .breakGlass }
        return days >= warn ? .warn : .calm
    }
}
