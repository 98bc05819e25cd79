package import PostgresAccess

/// Something about a server that keeps deleted rows alive, or carries their bytes into places where no purge gets.
package struct HorizonFinding: Sendable, Hashable, Encodable {
    /// Stable words.
    package enum Kind: String, Sendable, Hashable, Encodable, CaseIterable {
        /// A replication slot holds dead rows, or the log behind it.
        case slot
        /// A session has been in a transaction for long.
        case session
        /// A standby's queries hold dead rows.
        case standby
        /// A transaction was prepared long ago.
        case prepared
        /// `vacuum_defer_cleanup_age` is set.
        case setting
        /// The server's log lies in the data folder, which backups copy.
        case logs
        /// Old segments of the write-ahead log are used again with what they hold.
        case recycledLog = "recycled-log"
    }

    /// What kind of thing.
    package let kind: Kind
    /// Said for people: names and numbers.
    package let message: String
    /// What to do about it.
    package let mend: String
    /// Whether it stands in the way; advice otherwise.
    package let isProblem: Bool

    /// Seconds after which an open transaction is old.
    package static let oldAfter: Int64 = 3600
    /// Bytes of log that a slot may keep.
    package static let slotLag: Int64 = 1 << 30
}

/// What the findings are made of.
struct HorizonFacts: Sendable {
    struct Slot: Sendable {
        let name: String
        let isActive: Bool
        let holdsRows: Bool
        /// Bytes between it and the end of the log; nil when it reserves none.
        let behind: Int64?
    }

    let slots: [Slot]
    /// Sessions, standbys, prepared transactions and the setting.
    let holders: [HorizonHolder]
    /// Settings by name; those that the role may not read aren't in it.
    let settings: [String: String]
}

extension HorizonFinding {
    /// What `habeas doctor` says of a server.
    package static func look(over connection: PostgresConnection) async throws -> [HorizonFinding] {
        findings(try await HorizonFacts.read(over: connection))
    }

    static func findings(_ facts: HorizonFacts) -> [HorizonFinding] {
        facts.slots.compactMap(slot) + facts.holders.compactMap(holder) + logs(facts.settings)
            + recycling(facts.settings)
    }

    private static func slot(_ slot: HorizonFacts.Slot) -> HorizonFinding? {
        let isBehind = (slot.behind ?? 0) > slotLag
        guard !slot.isActive || isBehind else { return nil }
        var words: [String] = []
        if !slot.isActive { words.append("nobody uses it") }
        if slot.holdsRows { words.append("it makes the server keep dead rows") }
        if let behind = slot.behind { words.append("it keeps \(PurgePlan.size(behind)) of write-ahead log") }
        return HorizonFinding(
            kind: .slot, message: "replication slot \(slot.name): \(words.joined(separator: ", "))",
            mend:
                "start its consumer, or SELECT pg_drop_replication_slot('\(slot.name.replacing("'", with: "''"))') when nobody needs it",
            isProblem: true)
    }

    private static func holder(_ holder: HorizonHolder) -> HorizonFinding? {
        let kind: Kind
        switch holder.kind {
        // They have lines of their own.
        case .slot: return nil
        case .session: kind = .session
        case .standby: kind = .standby
        case .prepared: kind = .prepared
        case .setting: kind = .setting
        }
        guard kind == .setting || (holder.seconds ?? 0) >= oldAfter else { return nil }
        return HorizonFinding(
            kind: kind, message: "\(holder.text) makes the server keep dead rows", mend: holder.mend, isProblem: true)
    }

    /// Statements and the details of errors hold values. Where statements are logged, whole rows of people are in them.
    private static func logs(_ settings: [String: String]) -> [HorizonFinding] {
        guard settings["logging_collector"] == "on", let folder = settings["log_directory"],
            let data = settings["data_directory"], isInside(folder, data)
        else { return [] }
        let logged = [
            settings["log_statement"].flatMap { $0 == "none" ? nil : "log_statement = \($0)" },
            settings["log_min_duration_statement"].flatMap { $0 == "-1" ? nil : "log_min_duration_statement = \($0)" },
        ].compactMap { $0 }
        let what = logged.isEmpty ? "errors quote values" : "\(logged.joined(separator: ", ")) writes statements"
        return [
            HorizonFinding(
                kind: .logs,
                message: "the server's log lies in the data folder, so physical backups copy it, and \(what) in it",
                mend:
                    "ALTER SYSTEM SET log_directory = '/var/log/postgresql'; SELECT pg_reload_conf(); then remove the old "
                    + "files", isProblem: !logged.isEmpty)
        ]
    }

    private static func isInside(_ folder: String, _ data: String) -> Bool {
        guard folder.hasPrefix("/") else { return !folder.hasPrefix("..") }
        return folder == data || folder.hasPrefix(data + "/")
    }

    private static func recycling(_ settings: [String: String]) -> [HorizonFinding] {
        guard settings["wal_recycle"] == "on" else { return [] }
        return [
            HorizonFinding(
                kind: .recycledLog,
                message:
                    "old segments of the write-ahead log are used again with what they hold (wal_recycle = on): the open "
                    + "segment of a snapshot of the disk may carry it",
                mend:
                    "ALTER SYSTEM SET wal_recycle = off; SELECT pg_reload_conf(), where disks are copied by snapshots",
                isProblem: false)
        ]
    }
}

extension HorizonFacts {
    /// Reads them.
    static func read(over connection: PostgresConnection) async throws(PostgresError) -> HorizonFacts {
        let slots = try await connection.query(
            """
            SELECT slot_name, active, xmin IS NOT NULL OR catalog_xmin IS NOT NULL,
                   CASE WHEN NOT pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint END
              FROM pg_replication_slots WHERE NOT temporary ORDER BY 1
            """)
        let settings = try await connection.query(
            """
            SELECT name, setting FROM pg_settings WHERE name IN ('logging_collector', 'log_directory', 'data_directory',
                'log_statement', 'log_min_duration_statement', 'wal_recycle')
            """)
        return HorizonFacts(
            slots: slots.map {
                Slot(
                    name: $0[0] ?? "", isActive: $0[1] == "t", holdsRows: $0[2] == "t",
                    behind: $0[3].flatMap { Int64($0) })
            }, holders: try await HorizonHolder.all(before: .max, isCatalogue: true, over: connection),
            settings: Dictionary(settings.map { ($0[0] ?? "", $0[1] ?? "") }) { first, _ in first })
    }
}
