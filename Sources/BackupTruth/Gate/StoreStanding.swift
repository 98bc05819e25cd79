package import ErasureLedger
package import PostgresAccess
package import RightsCore

/// What a database itself says of erasures: its receipts, and how far the ledger was replayed into it.
package struct StoreStanding: Sendable, Hashable {
    /// A run with the number of its intent, as its receipt has them.
    package struct Receipt: Sendable, Hashable {
        package let run: ErasureRunID
        package let seq: Int

        package init(run: ErasureRunID, seq: Int) {
            self.run = run
            self.seq = seq
        }
    }

    /// All receipts.
    package var receipts: [Receipt]
    /// The ledger's head when it was last replayed into this database; `.none` when it never was.
    package var replayed: LedgerHead
    /// Where the server's log stands.
    package var place: StorePlace
    /// When the server started, as it writes it.
    package var startedAt: String

    /// A standing by its parts.
    package init(receipts: [Receipt], replayed: LedgerHead, place: StorePlace, startedAt: String) {
        self.receipts = receipts
        self.replayed = replayed
        self.place = place
        self.startedAt = startedAt
    }

    /// The highest number of a receipt.
    package var highest: Int { receipts.map(\.seq).max() ?? 0 }
}

extension StoreStanding {
    /// Reads it; a store without companion schema has no receipts.
    package static func read(on connection: PostgresConnection) async throws -> StoreStanding {
        let facts = try await connection.query(
            """
            SELECT pg_is_in_recovery(), pg_postmaster_start_time(),
                   to_regclass('habeas_local.receipt') IS NOT NULL, to_regclass('habeas_local.replay') IS NOT NULL
            """)
        guard let row = facts.first, row.count == 4 else {
            throw RestoreError(.unchecked, "the server doesn't say where its log stands")
        }
        guard row[0] == "f" else {
            throw RestoreError(
                .inRecovery, "the server is still in recovery, or a standby",
                hint: "let recovery end (recovery_target_action = promote), and try again")
        }
        guard let log = try await connection.logPlace(), let system = UInt64(log.system), let lsn = LogPosition(log.lsn)
        else { throw RestoreError(.unchecked, "the server doesn't say where its log stands") }
        let place = StorePlace(system: system, timeline: log.timeline, position: lsn)
        return StoreStanding(
            receipts: row[2] == "t" ? try await receipts(on: connection) : [],
            replayed: row[3] == "t" ? try await replayed(on: connection) : .none, place: place, startedAt: row[1] ?? "")
    }

    private static func receipts(on connection: PostgresConnection) async throws(PostgresError) -> [Receipt] {
        try await connection.query("SELECT run, seq FROM habeas_local.receipt ORDER BY seq").compactMap { row in
            guard let run = row[0].flatMap({ ErasureRunID($0) }), let seq = row[1].flatMap({ Int($0) }) else {
                return nil
            }
            return Receipt(run: run, seq: seq)
        }
    }

    private static func replayed(on connection: PostgresConnection) async throws(PostgresError) -> LedgerHead {
        let rows = try await connection.query(
            "SELECT seq, encode(head, 'hex') FROM habeas_local.replay ORDER BY seq DESC LIMIT 1")
        guard let row = rows.first, let seq = row[0].flatMap({ Int($0) }),
            let hash = row[1].flatMap({ Hash256(hex: $0) })
        else { return .none }
        return LedgerHead(seq: seq, hash: hash)
    }
}
