internal import DataMap
internal import ObjectStore
internal import PostgresAccess

extension Eraser {
    /// Removes the files of rows that are gone: every version, as often as it takes. A file to which a row that is left
    /// refers stays, and is no duty any more.
    ///
    /// - Parameter run: the run whose files are meant.
    /// - Returns: how many files went.
    /// - Throws: `ErasureError.Code.storeUnavailable` when a store isn't configured or a file can't be removed: the others
    ///   are gone, those left stay a duty.
    package func eraseFiles(of run: String) async throws -> Int { try await eraseFiles(.run(run)) }

    /// The same for files of documents whose time is over, of whatever run.
    package func eraseRetainedFiles() async throws -> Int { try await eraseFiles(.retained) }

    /// The same for every file that is still to go: after a restore nobody else does what was begun before it.
    package func eraseAllFiles() async throws -> Int { try await eraseFiles(.all) }

    /// Which lines of `habeas_local.file_duty` are meant.
    private enum Duties {
        case run(String)
        /// All files that a statute kept until now.
        case retained
        case all

        var run: String? { if case .run(let run) = self { run } else { nil } }

        /// Of a line, where `$1` is the run.
        var condition: String {
            switch self {
            case .run: "run = $1::uuid"
            case .retained: "was_retained AND $1::uuid IS NULL"
            case .all: "$1::uuid IS NULL"
            }
        }
    }

    private func eraseFiles(_ duties: Duties) async throws -> Int {
        var removed = 0
        var failed: [String: Int] = [:]
        while true {
            let blocked = Array(failed.keys).sqlArray
            let rows = try await companion { connection in
                try await connection.query(
                    """
                    SELECT DISTINCT store, key FROM habeas_local.file_duty
                     WHERE \(duties.condition) AND NOT store = ANY ($2::text[]) ORDER BY store, key LIMIT 1000
                    """, [duties.run, blocked])
            }
            guard !rows.isEmpty else { break }
            for (store, keys) in Dictionary(grouping: rows, by: { $0[0] ?? "" }) {
                let keys = keys.compactMap { $0[1] }
                do {
                    removed += try await erase(keys, in: store, duties)
                    progress(ErasureProgress(phase: "files", done: removed, total: nil))
                } catch is ObjectStoreError {
                    failed[store] = keys.count
                }
            }
        }
        guard failed.isEmpty else {
            throw ErasureError(
                .storeUnavailable,
                "files of erased rows are left in \(failed.keys.sorted().joined(separator: ", ")): the store isn't there, "
                    + "isn't configured, or refused",
                hint: "mend the store; it is tried again, and what is done stays done")
        }
        return removed
    }

    private func erase(_ keys: [String], in store: String, _ duties: Duties) async throws -> Int {
        let kept = try await keysInUse(keys, in: store)
        var removed = 0
        guard let folder = stores[store], folder.isAvailable else { throw ObjectStoreError.unavailable }
        for key in keys where !kept.contains(key) { removed += try folder.delete(key) }
        _ = try await companion { connection in
            try await connection.query(
                "DELETE FROM habeas_local.file_duty WHERE \(duties.condition) AND store = $2 AND key = ANY ($3::text[])",
                [duties.run, store, keys.sqlArray])
        }
        return removed
    }

    /// Which of these files rows still refer to, or documents that a statute keeps.
    private func keysInUse(_ keys: [String], in store: String) async throws -> Set<String> {
        let retained = try await companion { connection in
            try await connection.query(
                "SELECT k FROM unnest($1::text[]) AS k WHERE habeas_local.is_retained_file($2, k)",
                [keys.sqlArray, store])
        }
        var kept = Set(retained.compactMap { $0[0] })
        for collection in map.collections {
            for file in collection.files where file.store == store {
                // An index over text serves this too; a key may be of another type, such as uuid.
                let column = "\(file.key.quoted)::text"
                let rows = try await database.withConnection { connection in
                    try await connection.withTransaction(.readCommitted) { connection in
                        try await connection.set([("row_security", "off")])
                        return try await connection.query(
                            "SELECT DISTINCT \(column) FROM \(collection.table.quoted) WHERE \(column) = ANY ($1::text[])",
                            [keys.sqlArray])
                    }
                }
                kept.formUnion(rows.compactMap { $0[0] })
            }
        }
        return kept
    }
}
