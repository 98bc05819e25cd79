package import ErasureLedger
package import RightsCore

/// Somebody or something to erase again, as they were erased once.
package struct ReplayCase: Sendable {
    package let found: FoundKey
    package let erased: ErasedOnce
    /// Holds that kept rows then and are in force now.
    package let holds: [RememberedHold]

    /// The law it was erased under, in upper case; nil where the ledger doesn't say.
    package var law: String? { erased.first.content.law?.uppercased() }
    /// The moment from which statutes count: that of the first erasure, whenever it is repeated.
    package var moment: Instant { erased.first.at }
}

/// What would happen to them now.
package struct ReplayForecast: Sendable {
    /// Rows that leave their tables.
    package let going: Int
    /// Rows that go or are changed.
    package let affected: Int
    /// Why it can't be done, in words that name nobody.
    package let hindrances: [String]

    /// A forecast by its parts.
    package init(going: Int, affected: Int, hindrances: [String]) {
        self.going = going
        self.affected = affected
        self.hindrances = hindrances
    }
}

/// Something stands in the way of one erasure; the others go on.
package struct ReplayHindrance: Error, Sendable {
    /// What, in words that name nobody.
    package let words: String

    package init(_ words: String) { self.words = words }
}

/// How far a run is here.
package enum ReplayStanding: Sendable { case untouched, begun, done }

/// Erases in the restored database: handed down, since this module deletes nothing itself.
package struct ReplayEraser: Sendable {
    /// How far a run is in this database.
    package let standing: @Sendable (ErasureRunID) async throws -> ReplayStanding
    /// What would happen; nil when nobody is there any more.
    package let forecast: @Sendable (ReplayCase) async throws -> ReplayForecast?
    /// Erases under a run, calling `intent` inside the transaction before anything is written; gives how many rows went.
    package let erase:
        @Sendable (ReplayCase, ErasureRunID, @escaping @Sendable () async throws -> Int64) async throws -> Int
    /// Writes and lifts suppressions; gives how many weren't there, and how many were.
    package let suppress:
        @Sendable (_ suppressed: [Hash256], _ lifted: [Hash256]) async throws -> (added: Int, lifted: Int)
    /// Ends what statutes keep no longer; gives how many documents went, and what the ledger is told.
    package let endRetention: @Sendable (_ dryRun: Bool) async throws -> (documents: Int, drafts: [LedgerDraft])
    /// Removes files whose rows are gone.
    package let eraseFiles: @Sendable () async throws -> Int
    /// Where the server's log stands now.
    package let place: @Sendable () async throws -> StorePlace

    /// An eraser by its parts.
    package init(
        standing: @escaping @Sendable (ErasureRunID) async throws -> ReplayStanding,
        forecast: @escaping @Sendable (ReplayCase) async throws -> ReplayForecast?,
        erase:
            @escaping @Sendable (ReplayCase, ErasureRunID, @escaping @Sendable () async throws -> Int64) async throws ->
            Int,
        suppress: @escaping @Sendable ([Hash256], [Hash256]) async throws -> (added: Int, lifted: Int),
        endRetention: @escaping @Sendable (Bool) async throws -> (documents: Int, drafts: [LedgerDraft]),
        eraseFiles: @escaping @Sendable () async throws -> Int,
        place: @escaping @Sendable () async throws -> StorePlace
    ) {
        self.standing = standing
        self.forecast = forecast
        self.erase = erase
        self.suppress = suppress
        self.endRetention = endRetention
        self.eraseFiles = eraseFiles
        self.place = place
    }
}
