package import RightsCore

/// What can be said of all copies of what was erased for one request, and when the last of them goes.
///
/// A request may have been erased in several parts, when a legal hold had kept something: each copy is as bad as the worst
/// of them.
package struct Outlook: Sendable, Hashable {
    /// One declared copy.
    package struct Copy: Sendable, Hashable {
        /// Its name.
        package let name: String
        /// What can be said of it; nil while nobody has read it.
        package let standing: Standing?
        /// When it holds nothing any more, by its policy; nil when it doesn't already, or no end can be foretold.
        package let until: Instant?
        /// The backups a restore of which brings the person back.
        package let resurrecting: [String]
        /// How many backups may hold bytes.
        package let holding: Int
        /// Why nothing can be said, where that is so.
        package let reasons: [String]
    }

    /// Each declared copy, in their order.
    package let copies: [Copy]
    /// The worst that can be said; nil while nothing was read.
    package let standing: Standing?
    /// When no copy holds anything any more; nil when none does, or no end can be foretold.
    package let until: Instant?
    /// How far past the days it should have taken it is.
    package let stage: AlarmDays.Stage

    /// Whether nothing of the person is left anywhere.
    package var isOver: Bool { standing == .purged }

    /// The outlook by policies alone, before anything was read.
    package init(
        expected parts: [ErasureHorizon], _ declared: [DeclaredCopy], purgeEveryDays: Int, alarm: AlarmDays = .usual,
        now: Instant
    ) {
        let forecasts = parts.map { Forecast(declared, $0, purgeEveryDays: purgeEveryDays, now: now) }
        copies = declared.map { copy in
            Copy(
                name: copy.name, standing: nil, until: Self.until(copy.name, forecasts), resurrecting: [], holding: 0,
                reasons: [])
        }
        standing = nil
        until = copies.compactMap(\.until).max()
        stage = Self.stage(parts, .unknown, alarm, now)
    }

    /// The outlook by what copies were found to hold.
    package init(
        _ parts: [ErasureHorizon], _ declared: [DeclaredCopy], _ readings: [CopyReading], purgeEveryDays: Int,
        alarm: AlarmDays = .usual, now: Instant
    ) {
        let verdicts = parts.map { VerdictRule($0, now: now).verdict(declared, readings) }
        let forecasts = zip(parts, verdicts).map {
            Forecast(declared, $0, purgeEveryDays: purgeEveryDays, verdict: $1, now: now)
        }
        copies = declared.map { copy in
            let said = verdicts.flatMap(\.copies).filter { $0.copy == copy.name }
            return Copy(
                name: copy.name, standing: said.map(\.standing).max() ?? .unknown,
                until: Self.until(copy.name, forecasts), resurrecting: Self.distinct(said.flatMap(\.resurrecting)),
                holding: Set(said.flatMap(\.holding)).count,
                reasons: Self.distinct(said.flatMap(\.reasons).map { "\($0.kind.rawValue): \($0.description)" }))
        }
        let worst = verdicts.map(\.standing).max() ?? .unknown
        standing = worst
        let isEndless = copies.contains { $0.standing != .purged && $0.until == nil }
        until = isEndless ? nil : copies.compactMap(\.until).max()
        stage = Self.stage(parts, worst, alarm, now)
    }

    private static func until(_ copy: String, _ forecasts: [Forecast]) -> Instant? {
        guard !forecasts.contains(where: { $0.endless.contains(copy) }) else { return nil }
        return forecasts.flatMap(\.copies).filter { $0.copy == copy }.map(\.lastBytes).max()
    }

    private static func stage(
        _ parts: [ErasureHorizon], _ standing: Standing, _ alarm: AlarmDays, _ now: Instant
    ) -> AlarmDays.Stage {
        parts.map { alarm.stage(erasedAt: $0.erasedAt, standing, now: now) }.max() ?? .calm
    }

    private static func distinct(_ texts: [String]) -> [String] { Set(texts).sorted() }
}
