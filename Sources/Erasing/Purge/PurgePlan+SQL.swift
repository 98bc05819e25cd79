internal import DataMap

extension PurgeStep {
    /// The statements that do it, each by itself.
    var statements: [String] {
        let name = object.quoted
        switch action {
        // The truncation of empty pages at the end would want an exclusive lock.
        case .vacuum: return ["VACUUM (INDEX_CLEANUP ON, TRUNCATE OFF) \(name)"]
        case .rewrite, .statistics: return ["VACUUM (FULL) \(name)"]
        case .settle: return ["VACUUM (INDEX_CLEANUP OFF, TRUNCATE OFF) \(name)"]
        case .reindex: return ["REINDEX INDEX CONCURRENTLY \(name)"]
        case .reindexLocked: return ["REINDEX INDEX \(name)"]
        case .analyze:
            // ANALYZE replaces nothing of a table that is empty now, nor of a column whose statistics target is 0.
            return ["BEGIN", "SELECT habeas_local.forget_statistics(\(literal))", "ANALYZE \(name)", "COMMIT"]
        case .repack: return []
        case .resummarize: return resummarizing
        }
    }

    /// The object as a constant of type regclass.
    var literal: String { "'\(object.quoted.replacing("'", with: "''"))'::regclass" }

    /// Forgets the least and greatest values of every range, which nothing ever narrows, and computes them anew.
    private var resummarizing: [String] {
        [
            """
            SELECT count(*) FROM (SELECT pg_catalog.brin_desummarize_range(\(literal), block)
              FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid,
                   LATERAL (SELECT coalesce((SELECT option_value::int FROM pg_options_to_table(c.reloptions)
                       WHERE option_name = 'pages_per_range'), 128) AS range) AS o,
                   LATERAL generate_series(0, pg_relation_size(i.indrelid)
                       / current_setting('block_size')::int, o.range) AS block
             WHERE c.oid = \(literal)) AS done
            """, "SELECT pg_catalog.brin_summarize_new_values(\(literal))",
        ]
    }
}

extension PurgePlan {
    /// The plan as SQL, for an owner or a superuser to run with psql where ``role`` may not.
    package var sql: [String] {
        let opening = [
            "-- Outside a transaction, statement by statement; when one fails on lock_timeout, repeat it.",
            "SET lock_timeout = '2s'",
            "-- Who is listed here since before the erasure keeps dead rows: wait until they are gone.",
            HorizonHolder.listing,
        ]
        let steps = tables.flatMap(\.steps).flatMap { step in
            step.action == .repack
                ? ["-- pg_repack --no-order --no-kill-backend --table='\(step.object.written)'"] : step.statements
        }
        let closing = [
            "-- The position before which backups may hold bytes:",
            "SELECT (SELECT system_identifier FROM pg_control_system()), pg_walfile_name(pg_current_wal_insert_lsn()), "
                + "pg_current_wal_insert_lsn(), now()", "CHECKPOINT",
        ]
        return (opening + steps + closing).map { $0.hasPrefix("--") ? $0 : "\($0);" }
    }
}
