internal import FoundationEssentials
package import RightsCore

/// What an erasure did, as the transaction that did it wrote it down.
package struct ErasureReceipt: Sendable, Hashable, Codable {
    /// The run: a step that is repeated after a crash finds what it did by it.
    package var run: String
    /// The number of the intent in the external ledger.
    package var sequence: Int64
    /// SHA-256 of the approved plan, in hexadecimal.
    package var plan: String
    /// When it was done, by the server's clock.
    package var at: Instant
    /// `one_transaction` or `batches`.
    package var regime: String
    /// What happened.
    package var done: Done

    /// What happened, in numbers.
    package struct Done: Sendable, Hashable, Codable {
        /// Each collection, with the rows that really went.
        package var collections: [ErasurePlan.CollectionLine]
        /// What statutes keep.
        package var retained: [ErasurePlan.RetainedLine]
        /// References of others that became null.
        package var sideEffects: [ErasurePlan.SideEffect]
        /// Holds that keep rows.
        package var holds: [ErasurePlan.HoldLine]
        /// Of an erasure in batches: where what went differs from what was approved by more than the band. It isn't
        /// complete in the sense of the plan, and is reported so.
        package var deviations: [String]
    }

    /// What several runs did together: what a hold had kept goes in a later one. What each retained is over on its day.
    ///
    /// - Parameters:
    ///   - earlier: the runs before this one, the first first.
    ///   - today: the day for which it is said.
    package func together(with earlier: [ErasureReceipt], on today: CivilDate) -> ErasureReceipt {
        var whole = self
        for receipt in earlier {
            for line in receipt.done.collections {
                let same = whole.done.collections.firstIndex {
                    $0.name == line.name && $0.table == line.table && $0.outcome == line.outcome
                }
                guard let same else {
                    whole.done.collections.append(line)
                    continue
                }
                // What is kept, or stays, is what the last run says of it.
                if line.outcome != "keep" { whole.done.collections[same].rows += line.rows }
                whole.done.collections[same].files += line.files
            }
            whole.done.retained += receipt.done.retained
            whole.done.sideEffects += receipt.done.sideEffects
            whole.done.deviations += receipt.done.deviations
        }
        whole.done.retained.removeAll { $0.until < today }
        return whole
    }

    /// Files that go with the rows, of all collections.
    package var files: Int { done.collections.reduce(0) { $0 + $1.files } }
    /// Whether rows are kept because a statute says so.
    package var isRetaining: Bool { !done.retained.isEmpty }
    /// Whether a hold keeps rows.
    package var isHeld: Bool { done.collections.contains { $0.held > 0 || $0.hollow > 0 } }
}

/// Where the server's log stood after an erasure was committed: whatever is restored to a point before it brings the
/// person back.
package struct ErasurePosition: Sendable, Hashable, Codable {
    /// The cluster's system identifier.
    package var systemIdentifier: String
    /// The timeline.
    package var timeline: Int
    /// The position, as PostgreSQL writes it.
    package var lsn: String

    /// A position by its parts.
    package init(systemIdentifier: String, timeline: Int, lsn: String) {
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.lsn = lsn
    }
}

/// An approved plan to be carried out.
package struct ErasureOrder: Sendable {
    /// What was asked.
    package let question: ErasureQuestion
    /// The plan that was approved.
    package let approved: ErasurePlan
    /// The run's id, a UUID: the same for every attempt.
    package let run: String
    /// Keyed hashes of who must not be created again, remembered by the transaction that puts the person out of reach.
    package let suppressions: [Hash256]
    /// Writes the intent to the external ledger, durably, and gives its number; once for each run.
    package let intent: @Sendable () async throws -> Int64
    /// Throws when it may not go on: a hold was placed meanwhile. It is asked before anything is written and before the
    /// commit, and of an erasure in batches before each transaction; what it throws is what the caller gets.
    package let check: @Sendable () async throws -> Void

    /// An order by its parts.
    package init(
        question: ErasureQuestion, approved: ErasurePlan, run: String, suppressions: [Hash256] = [],
        check: @escaping @Sendable () async throws -> Void = {},
        intent: @escaping @Sendable () async throws -> Int64
    ) {
        self.question = question
        self.approved = approved
        self.run = run
        self.suppressions = suppressions
        self.check = check
        self.intent = intent
    }
}

extension ErasureReceipt {
    /// A receipt as it is stored, in JSON; nil for anything else.
    package init?(json: some Sequence<UInt8>) {
        guard let receipt = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
        self = receipt
    }
}
