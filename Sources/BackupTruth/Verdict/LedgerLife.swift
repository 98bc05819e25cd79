package import RightsCore

/// How long the erasure ledger has to remember: as long as a copy lives that a restore may bring back, and a margin.
package struct LedgerLife: Sendable, Hashable {
    /// The margin unless said.
    package static let usualMarginDays = 30
    private static let day = Duration.seconds(86_400)

    /// The days of the copy that lives longest, with the wait for the purge.
    package let copyDays: Int
    /// Days on top.
    package let marginDays: Int

    /// Nil where no copy is declared: then nobody knows how long copies live, and nothing expires.
    package init?(_ copies: [DeclaredCopy], purgeEveryDays: Int, marginDays: Int) {
        guard let longest = PolicyJudgement(copies, purgeEveryDays: purgeEveryDays).sums.map(\.days).max() else {
            return nil
        }
        copyDays = longest
        self.marginDays = marginDays
    }

    /// All days.
    package var days: Int { copyDays + marginDays }

    /// What is older may be forgotten.
    ///
    /// - Parameter oldest: the oldest erasure of which a copy is still known, or isn't known to be gone.
    package func cutoff(at now: Instant, oldest: Instant?) -> Instant {
        let byAge = now.adding(Self.day * -days)
        // The intent came before the erasure.
        guard let oldest = oldest?.adding(Self.day * -1) else { return byAge }
        return min(byAge, oldest)
    }
}
