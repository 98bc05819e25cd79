internal import PostgresAccess

/// Who makes the server keep rows that are dead: their transactions began before the rows died. It holds process ids, names
/// of programs, slots and databases, and nothing that anybody sent.
package struct HorizonHolder: Sendable, Hashable, Encodable {
    /// What kind of thing it is.
    package enum Kind: String, Sendable, Hashable, Encodable {
        /// A session with an old snapshot or transaction.
        case session
        /// A standby that tells what its queries still need (hot_standby_feedback).
        case standby
        /// A transaction that was prepared and neither committed nor rolled back.
        case prepared
        /// A replication slot.
        case slot
        /// The setting `vacuum_defer_cleanup_age`, before version 16.
        case setting
    }

    /// What kind.
    package let kind: Kind
    /// The process id, the number of the prepared transaction, or the slot's name.
    package let id: String
    /// The program's name, of a session; the database, of a prepared transaction.
    package let application: String
    /// Seconds since it began, where that is known.
    package let seconds: Int64?
    /// The oldest transaction whose effects it may not see yet.
    let xid: UInt64

    /// For people.
    package var text: String {
        let age = seconds.map { ", since \($0) s" } ?? ""
        switch kind {
        case .session: return "session \(id) of \(application.isEmpty ? "an unnamed program" : application)\(age)"
        case .standby: return "standby feedback by \(id) (\(application))\(age)"
        case .prepared: return "prepared transaction \(id) in \(application)\(age)"
        case .slot: return "replication slot \(id)"
        case .setting: return "the setting vacuum_defer_cleanup_age = \(id)"
        }
    }

    /// What to do about it.
    package var mend: String {
        switch kind {
        case .session: "end what it does, or SELECT pg_terminate_backend(\(id))"
        case .standby: "end the long query on the standby, or turn hot_standby_feedback off there for the window"
        case .prepared:
            "SELECT gid FROM pg_prepared_xacts WHERE transaction = '\(id)', then COMMIT PREPARED or ROLLBACK PREPARED it"
        case .slot: "let its consumer catch up, or SELECT pg_drop_replication_slot('\(id)') when nobody needs it"
        case .setting: "ALTER SYSTEM SET vacuum_defer_cleanup_age = 0; SELECT pg_reload_conf()"
        }
    }

    /// Everything that holds a horizon, as SQL: kind, id, application, seconds, oldest transaction, whether for catalogues
    /// only. Lazy VACUUMs hold none (PROC_IN_VACUUM). A transaction that writes counts whatever its database: snapshots of
    /// all databases reach back to it; a snapshot counts in its own.
    static let listing = """
        SELECT CASE WHEN a.backend_type = 'walsender' THEN 'standby' ELSE 'session' END AS kind, a.pid::text AS id,
               a.application_name AS application, extract(epoch FROM clock_timestamp() - a.xact_start)::bigint AS seconds,
               x.xid::text AS oldest, false AS catalogues
          FROM pg_stat_activity a CROSS JOIN LATERAL (VALUES (a.backend_xid),
               (CASE WHEN a.datid IS NULL OR a.datname = current_database() THEN a.backend_xmin END)) AS x(xid)
         WHERE x.xid IS NOT NULL AND a.pid <> pg_backend_pid()
           AND NOT EXISTS (SELECT FROM pg_stat_progress_vacuum p WHERE p.pid = a.pid)
        UNION ALL
        SELECT 'prepared', p.transaction::text, p.database, extract(epoch FROM clock_timestamp() - p.prepared)::bigint,
               p.transaction::text, false
          FROM pg_prepared_xacts p
        UNION ALL
        SELECT 'slot', s.slot_name, '', NULL, x.xid::text, x.catalogues
          FROM pg_replication_slots s CROSS JOIN LATERAL (VALUES (s.xmin, false), (s.catalog_xmin, true)) AS x(xid, catalogues)
         WHERE x.xid IS NOT NULL
        UNION ALL
        SELECT 'setting', s.setting, '', NULL, NULL, false FROM pg_settings s
         WHERE s.name = 'vacuum_defer_cleanup_age' AND s.setting <> '0'
        """

    /// Those that may need what a transaction before `xid` removed.
    ///
    /// - Parameter isCatalogue: whether it is about tables of the catalogue, which slots for logical decoding hold, too.
    static func all(
        before xid: UInt64, isCatalogue: Bool, over connection: PostgresConnection
    ) async throws(PostgresError) -> [HorizonHolder] {
        let rows = try await connection.query(
            "SELECT h.*, pg_snapshot_xmax(pg_current_snapshot())::text FROM (\(listing)) AS h")
        var found: [HorizonHolder] = []
        for row in rows {
            guard let kind = row[0].flatMap(Kind.init), let next = row[6].flatMap({ UInt64($0) }) else { continue }
            // The setting moves every horizon back.
            let oldest = row[4].flatMap { UInt32($0) }.map { TransactionNumber.widened($0, near: next) } ?? 0
            guard oldest < xid, row[5] != "t" || isCatalogue else { continue }
            let holder = HorizonHolder(
                kind: kind, id: row[1] ?? "", application: row[2] ?? "", seconds: row[3].flatMap { Int64($0) },
                xid: oldest)
            guard !found.contains(where: { $0.kind == kind && $0.id == holder.id }) else { continue }
            found.append(holder)
        }
        return found.sorted { $0.xid < $1.xid }
    }
}

/// Numbers of transactions, which the server mostly shows without their upper half.
enum TransactionNumber {
    /// The whole number whose lower half this is, next to another one.
    static func widened(_ xid: UInt32, near next: UInt64) -> UInt64 {
        // The first three are special: frozen rows are older than everything.
        guard xid >= 3 else { return 0 }
        let back = Int32(bitPattern: UInt32(truncatingIfNeeded: next) &- xid)
        return back >= 0 ? next - min(next, UInt64(back)) : next + UInt64(-Int64(back))
    }
}
