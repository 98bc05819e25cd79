package import ErasureLedger

/// Whether a database is as new as the ledger.
package enum RewindState: Sendable, Hashable {
    /// The database knows of every erasure that the ledger has as done.
    case current
    /// It is older than the ledger: people who were erased may be in it again.
    case rewound(Missing)
    /// The ledger is older than the database, or tells another story.
    case ledgerBehind(LedgerFault)
    /// It is older than what the ledger remembers: it lacks an erasure whose entries expired.
    case beyondLedger(lacks: Int)

    /// What a rewound database lacks.
    package struct Missing: Sendable, Hashable {
        /// How many erasures.
        package let runs: Int
        /// The first one's number in the ledger.
        package let firstSeq: Int
        /// The ledger's last entry.
        package let headSeq: Int
        /// Whether only the server's log says so: it stands before a place that the ledger knows.
        package let byLogOnly: Bool
    }
}

/// How a ledger fails a database.
package enum LedgerFault: Sendable, Hashable {
    /// Receipts have numbers beyond the ledger's end.
    case truncated(lastReceipt: Int, head: Int)
    /// The ledger has something else under a receipt's number.
    case forked(seq: Int)
}

/// Compares a database with the ledger: a pure function.
package enum RewindWatch {
    /// So many bytes of log a crash may lose after a position was read: what nobody waited for isn't on the disk yet. The
    /// server's buffers hold less (wal_buffers, 16 MiB unless set).
    private static let unflushed: UInt64 = 64 << 20

    /// - Parameters:
    ///   - standing: what the database says.
    ///   - past: what the ledger says of this store.
    ///   - replayedEntry: the ledger's entry of the number up to which it was replayed; nil when it has none.
    package static func state(
        of standing: StoreStanding, against past: LedgerPast, replayedEntry: LedgerHead?
    ) -> RewindState {
        if let fault = fault(standing, past, replayedEntry) { return .ledgerBehind(fault) }
        if max(standing.highest, standing.replayed.seq) < past.lastExpired {
            return .beyondLedger(lacks: past.lastExpired)
        }
        let known = Set(standing.receipts.map(\.run))
        // What was replayed up to a number is true of this database, by whatever run it was done.
        let missing = past.confirmed.keys.compactMap { run in
            past.intents[run].flatMap { $0 > standing.replayed.seq && !known.contains(run) ? $0 : nil }
        }
        if let first = missing.min() {
            return .rewound(
                RewindState.Missing(
                    runs: missing.count, firstSeq: first, headSeq: past.head.seq, byLogOnly: false))
        }
        let here = LedgerPast.Timeline(standing.place)
        if let furthest = past.furthest[here], let now = standing.place.position,
            now.bytes + unflushed < furthest.bytes
        {
            return .rewound(
                RewindState.Missing(runs: 0, firstSeq: past.head.seq, headSeq: past.head.seq, byLogOnly: true))
        }
        return .current
    }

    /// The same, with the entry looked up.
    package static func state(
        of standing: StoreStanding, against past: LedgerPast, in ledger: ErasureLedger
    ) async throws -> RewindState {
        var replayed: LedgerHead?
        if standing.replayed.seq > past.expired.until.seq, standing.replayed.seq <= past.head.seq {
            for try await page in ledger.entries(from: standing.replayed.seq) {
                replayed = page.first.map { LedgerHead(seq: $0.seq, hash: $0.hash) }
                break
            }
        }
        return state(of: standing, against: past, replayedEntry: replayed)
    }

    private static func fault(
        _ standing: StoreStanding, _ past: LedgerPast, _ replayedEntry: LedgerHead?
    ) -> LedgerFault? {
        let last = max(standing.highest, standing.replayed.seq)
        if last > past.head.seq { return .truncated(lastReceipt: last, head: past.head.seq) }
        // What expired can't be asked for any more.
        let until = past.expired.until.seq
        if standing.replayed.seq > until, replayedEntry != standing.replayed {
            return .forked(seq: standing.replayed.seq)
        }
        let other = standing.receipts.first { $0.seq > until && past.intents[$0.run] != $0.seq }
        return other.map { .forked(seq: $0.seq) }
    }
}

extension RewindState {
    /// What to tell, with what to do; nil when all is well.
    package var problem: RestoreError? {
        switch self {
        case .current: nil
        case .rewound(let missing):
            RestoreError(
                .rewound,
                missing.byLogOnly
                    ? "the database stands before a place in its log that the erasure ledger knows: it was rewound"
                    : "the database lacks \(missing.runs) erasures that the erasure ledger has, from entry "
                        + "\(missing.firstSeq) of \(missing.headSeq) on: it was rewound",
                hint: "run `habeas replay`: it erases again who was erased, and opens the database")
        case .beyondLedger(let seq):
            RestoreError(
                .beyondLedger,
                "the database lacks the erasure of entry \(seq), which the erasure ledger had and let expire: nobody can be "
                    + "erased again from so old a copy",
                hint: "restore a newer copy, and destroy this one; the ledger remembers what the declared copies need")
        case .ledgerBehind(.truncated(let receipt, let head)):
            RestoreError(
                .ledgerBehind,
                "the database knows entry \(receipt) of the erasure ledger, which ends with entry \(head): its end was cut, or "
                    + "an older copy was put back",
                hint: "put the newest copy of the ledger back; nothing is erased until then")
        case .ledgerBehind(.forked(let seq)):
            RestoreError(
                .ledgerForked,
                "entry \(seq) of the erasure ledger isn't the one that the database knows: it is another ledger, or went on "
                    + "from an older copy",
                hint:
                    "put the ledger back that the database was erased from with; two that went on apart can't be joined"
            )
        }
    }
}
