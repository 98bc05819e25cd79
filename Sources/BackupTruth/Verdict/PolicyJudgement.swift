/// Whether the declared policies keep what was promised.
package struct PolicyJudgement: Sendable, Hashable {
    /// The days of one copy, from an erasure to the end of its last byte.
    package struct Sum: Sendable, Hashable, CustomStringConvertible {
        /// The copy.
        package let copy: String
        /// What the days come from.
        package let terms: [DayTerm]

        /// All days.
        package var days: Int { terms.reduce(0) { $0 + $1.days } }

        package var description: String {
            "\(copy): \(terms.map(\.description).joined(separator: " + ")) = \(CopyPolicy.said(days))"
        }
    }

    /// The sum of each copy, in their order.
    package let sums: [Sum]
    /// The promise in days.
    package let promiseDays: Int

    /// Adds up the policies.
    ///
    /// - Parameter purgeEveryDays: how often bytes are purged from live files.
    package init(_ copies: [DeclaredCopy], purgeEveryDays: Int, promiseDays: Int = AlarmDays.usual.breach) {
        self.promiseDays = promiseDays
        sums = copies.map { copy in
            let wait = copy.holdsOnlyRows ? [] : [DayTerm("wait for the purge", days: purgeEveryDays)]
            return Sum(copy: copy.name, terms: wait + copy.policy.terms)
        }
    }

    /// The sums that exceed the promise.
    package var refused: [Sum] { sums.filter { $0.days > promiseDays } }

    /// Refuses policies that can't keep the promise.
    ///
    /// - Throws: `BackupError.promiseExceeded` with every sum that exceeds it.
    package func check() throws(BackupError) {
        guard !refused.isEmpty else { return }
        throw BackupError(
            .promiseExceeded,
            "a person's last copy would go after more than \(CopyPolicy.said(promiseDays)): "
                + refused.map(\.description).joined(separator: "; "),
            hint: "keep fewer backups, purge more often, or promise more days")
    }
}
