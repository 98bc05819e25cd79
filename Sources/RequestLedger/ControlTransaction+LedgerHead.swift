package import RightsCore

extension ControlTransaction {
    /// The highest entry of the erasure ledger that is known; nil before the first one.
    package func ledgerHead() async throws -> (seq: Int, hash: Hash256)? {
        guard var row = try await first("SELECT seq, hash FROM habeas.erasure_ledger_head") else { return nil }
        return (try row.int(), try row.hash())
    }

    /// Remembers an entry of the erasure ledger, unless a later one is known.
    package func noteLedgerHead(seq: Int, hash: Hash256) async throws {
        try await execute(
            """
            INSERT INTO habeas.erasure_ledger_head AS known (seq, hash) VALUES ($1, $2)
            ON CONFLICT (only_one) DO UPDATE SET seq = excluded.seq, hash = excluded.hash WHERE known.seq < excluded.seq
            """, [String(seq), hash.sql])
    }
}
