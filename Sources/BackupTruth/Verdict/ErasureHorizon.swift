package import RightsCore

/// Where and when a person was erased, and where their bytes were purged from the live files.
///
/// Several points, where the erasure was done again after a restore: a copy is clean once any of them lies in its past.
package struct ErasureHorizon: Sendable, Hashable {
    /// After each commit of the erasure (`E`). A restore to before all of them brings the person back.
    package let erased: [HistoryPoint]
    /// After each verified purge (`P`). Copies from before hold bytes.
    package let purged: [HistoryPoint]
    /// When the person was erased first; days are counted from here.
    package let erasedAt: Instant
    /// When the bytes were purged last.
    package let purgedAt: Instant?

    /// An erasure with what was purged since.
    package init(erased: [HistoryPoint], purged: [HistoryPoint] = [], erasedAt: Instant, purgedAt: Instant? = nil) {
        self.erased = erased
        self.purged = purged
        self.erasedAt = erasedAt
        self.purgedAt = purgedAt
    }
}
