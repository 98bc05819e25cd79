package import AuditLedger
package import Erasing
package import ErasureLedger

/// What erasures need from outside the engine: handed down by the composition root.
package struct ErasureTools: Sendable {
    /// Plans and erases in the product's database.
    package let eraser: Eraser
    /// The keys of the ledger, of subjects and of suppression.
    package let keys: ErasureKeys
    /// The ledger outside the databases.
    package let ledger: @Sendable () async throws -> KeptLedger
    /// Looks for what was left behind, of several people at once.
    package let hunt: @Sendable ([HuntOrder]) async throws -> [HuntOutcome]
    /// Signs a certificate's bytes with the service's key.
    package let sign: @Sendable ([UInt8]) throws -> [UInt8]
    /// The copies in backups; nil where none are declared.
    package let backups: BackupTools?
    /// The map's short name of the product.
    package let service: String
    /// Who answers for the data.
    package let controller: String
    /// Hunts of erasures that come close together are one.
    let desk: HuntDesk

    /// Tools by their parts.
    ///
    /// - Parameter memory: where the ledger's highest entry is noted.
    package init(
        eraser: Eraser, keys: ErasureKeys, service: String, controller: String,
        ledger: @escaping @Sendable () async throws -> ErasureLedger,
        hunt: @escaping @Sendable ([HuntOrder]) async throws -> [HuntOutcome],
        sign: @escaping @Sendable ([UInt8]) throws -> [UInt8], backups: BackupTools? = nil,
        memory: LedgerMemory? = nil, huntWindow: Duration = .seconds(2)
    ) {
        self.eraser = eraser
        self.keys = keys
        self.service = service
        self.controller = controller
        self.ledger = { KeptLedger(try await ledger(), memory: memory) }
        self.hunt = hunt
        self.sign = sign
        self.backups = backups
        desk = HuntDesk(window: huntWindow, hunt: hunt)
    }
}

/// Whose leftovers are looked for, and where something of theirs stays on purpose.
package struct HuntOrder: Sendable {
    /// The person, with the request as the name in reports.
    package let person: HuntedPerson
    /// What the erasure did.
    package let receipt: ErasureReceipt

    /// An order by its parts.
    package init(person: HuntedPerson, receipt: ErasureReceipt) {
        self.person = person
        self.receipt = receipt
    }
}

/// What was found of one person.
package struct HuntOutcome: Sendable, Hashable, Codable {
    /// Tables that were looked at.
    package let tables: Int
    /// Whether every one was, to its end, and every identifier was looked for.
    package let isComplete: Bool
    /// What wasn't looked at, or not to its end, each with the reason.
    package let obstacles: [String]
    /// `table.column`, or a store, with something that the plan doesn't keep.
    package let leftovers: [String]

    /// An outcome by its parts.
    package init(tables: Int, obstacles: [String], leftovers: [String]) {
        self.tables = tables
        isComplete = obstacles.isEmpty
        self.obstacles = obstacles
        self.leftovers = leftovers
    }
}

/// Gathers the erasures of a window into one hunt: tables are read once for all of them.
actor HuntDesk {
    private let window: Duration
    private let hunt: @Sendable ([HuntOrder]) async throws -> [HuntOutcome]
    private var waiting: [(order: HuntOrder, continuation: CheckedContinuation<HuntOutcome, any Error>)] = []
    private var isOpen = false

    init(window: Duration, hunt: @escaping @Sendable ([HuntOrder]) async throws -> [HuntOutcome]) {
        self.window = window
        self.hunt = hunt
    }

    /// What is found of one person, in a hunt with whoever else waits.
    func outcome(of order: HuntOrder) async throws -> HuntOutcome {
        try await withCheckedThrowingContinuation { continuation in
            waiting.append((order, continuation))
            guard !isOpen else { return }
            isOpen = true
            Task { await self.run() }
        }
    }

    private func run() async {
        try? await Task.sleep(for: window)
        while !waiting.isEmpty {
            let batch = waiting
            waiting = []
            do {
                let outcomes = try await hunt(batch.map(\.order))
                for (one, outcome) in zip(batch, outcomes) { one.continuation.resume(returning: outcome) }
                for one in batch.dropFirst(outcomes.count) {
                    one.continuation.resume(
                        returning: HuntOutcome(tables: 0, obstacles: ["everything: the search failed"], leftovers: []))
                }
            } catch {
                for one in batch { one.continuation.resume(throwing: error) }
            }
        }
        isOpen = false
    }
}
