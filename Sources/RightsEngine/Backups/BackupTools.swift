package import BackupTruth
package import RightsCore

/// The copies of the product's database, as the operator declared them, and how they are read.
package struct BackupTools: Sendable {
    /// Every place where a copy lies.
    package let copies: [DeclaredCopy]
    /// Reads all of them.
    package let read: @Sendable (_ at: Instant) async throws -> [CopyReading]
    /// What the live database says of erasures and of its log; nil where nobody is to be asked.
    package let standing: (@Sendable () async throws -> StoreStanding)?
    /// How often bytes are purged from the live files, in days.
    package let purgeEveryDays: Int
    /// On which days after an erasure a copy that is still there becomes a matter.
    package let alarm: AlarmDays
    /// How long the erasure ledger remembers beyond the longest life of a copy, in days.
    package let ledgerMarginDays: Int
    /// How long a look is good.
    package let pause: Duration

    /// Copies by their parts.
    package init(
        copies: [DeclaredCopy], purgeEveryDays: Int = 7, alarm: AlarmDays = .usual,
        ledgerMarginDays: Int = LedgerLife.usualMarginDays, pause: Duration = .seconds(72_000),
        standing: (@Sendable () async throws -> StoreStanding)? = nil,
        read: @escaping @Sendable (_ at: Instant) async throws -> [CopyReading]
    ) {
        self.copies = copies
        self.purgeEveryDays = purgeEveryDays
        self.alarm = alarm
        self.ledgerMarginDays = ledgerMarginDays
        self.pause = pause
        self.standing = standing
        self.read = read
    }
}
