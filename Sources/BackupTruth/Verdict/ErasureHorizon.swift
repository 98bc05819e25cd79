package import RightsCore

/// Where and when a person was erased, and where their bytes were purged from the live files.
///
/// Several points, where the erasure was done again after a restore: a copy is clean once any of them lies in its past.
package struct ErasureHorizon: Sendable, Hashable {
    /// After each commit of the erasure (`E`). A restore to before all of them brings the person back.
    package let erased: [HistoryPoint]
    /// After each verified purge (`P`). Copies from before hold bytes.
    package let purged: [HistoryPoint]
    /// When the person was erased first; the days of a promise are counted from here.
    package let erasedAt: Instant
    /// Since when nothing of the person is in the live database: when they were erased last. Where a position can't be
    /// asked for, a copy is as young as this or it holds them.
    package let absentSince: Instant
    /// When the bytes were purged first after the last erasure.
    package let purgedAt: Instant?

    /// An erasure with what was purged since.
    ///
    /// - Parameter absentSince: when the person was erased last, where that isn't when they were first.
    package init(
        erased: [HistoryPoint], purged: [HistoryPoint] = [], erasedAt: Instant, absentSince: Instant? = nil,
        purgedAt: Instant? = nil
    ) {
        self.erased = erased
        self.purged = purged
        self.erasedAt = erasedAt
        self.absentSince = max(erasedAt, absentSince ?? erasedAt)
        self.purgedAt = purgedAt
    }
}
