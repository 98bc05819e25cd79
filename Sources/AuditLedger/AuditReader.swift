package import PostgresAccess
package import RightsCore

/// Which entries are wanted; all unless something is said.
package struct AuditFilter: Sendable {
    /// Of one request.
    package var request: RequestID?
    /// About one person.
    package var subject: Hash256?
    /// From then on.
    package var since: Instant?
    /// Before then.
    package var until: Instant?
    /// Of one action.
    package var action: AuditAction?

    /// A filter by its parts.
    package init(
        request: RequestID? = nil, subject: Hash256? = nil, since: Instant? = nil, until: Instant? = nil,
        action: AuditAction? = nil
    ) {
        self.request = request
        self.subject = subject
        self.since = since
        self.until = until
        self.action = action
    }

    /// The conditions, and their parameters from `$1` on.
    fileprivate var conditions: (texts: [String], parameters: [String?]) {
        var texts: [String] = []
        var parameters: [String?] = []
        func add(_ value: String?, _ condition: (String) -> String) {
            guard let value else { return }
            parameters.append(value)
            texts.append(condition("$\(parameters.count)"))
        }
        func moment(_ parameter: String) -> String {
            "timestamptz 'epoch' + \(parameter)::bigint * interval '1 microsecond'"
        }
        add(request?.text) { "request_id = \($0)::uuid" }
        add(subject.map { "\\x" + $0.hex }) { "subject_hash = \($0)::bytea" }
        add(since.map { String($0.microseconds) }) { "at >= \(moment($0))" }
        add(until.map { String($0.microseconds) }) { "at < \(moment($0))" }
        add(action?.rawValue) { "action = \($0)" }
        return (texts, parameters)
    }
}

/// Reads the audit chain, a page at a time.
package struct AuditReader: Sendable {
    private let connection: PostgresConnection
    /// How many entries are read at once.
    package static let pageSize = 500

    /// A reader on a connection to the control database.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    private static let columns = """
        seq, CASE WHEN isfinite(at) THEN (extract(epoch FROM at) * 1000000)::bigint::text ELSE at::text END, \
        action, actor, request_id, subject_hash, facts, previous, hash
        """

    /// The entries after a number, in order; none at the end.
    package func page(
        after seq: Int = 0, limit: Int = pageSize, _ filter: AuditFilter = AuditFilter()
    ) async throws -> [AuditRecord] {
        try await records(">", seq, "ASC", limit, filter)
    }

    /// The newest entries before a number, in order.
    package func latest(
        before seq: Int = .max, limit: Int, _ filter: AuditFilter = AuditFilter()
    ) async throws -> [AuditRecord] {
        try await records("<", seq, "DESC", limit, filter).reversed()
    }

    /// Lends all entries after a number, page by page. By default that is all there are: whoever owns the database may
    /// have written numbers that the program never gives.
    package func forEachPage(
        after seq: Int = .min, _ filter: AuditFilter = AuditFilter(), _ body: ([AuditRecord]) async throws -> Void
    ) async throws {
        var last = seq
        while true {
            let page = try await page(after: last, filter)
            guard let end = page.last else { return }
            try await body(page)
            last = end.seq
        }
    }

    private func records(
        _ comparison: String, _ seq: Int, _ order: String, _ limit: Int, _ filter: AuditFilter
    ) async throws -> [AuditRecord] {
        let (texts, parameters) = filter.conditions
        let conditions = texts + ["seq \(comparison) $\(parameters.count + 1)::bigint"]
        let rows = try await connection.query(
            "SELECT \(Self.columns) FROM habeas.audit_entry WHERE \(conditions.joined(separator: " AND ")) "
                + "ORDER BY seq \(order) LIMIT \(limit)", parameters + [String(seq)])
        return try rows.map { row throws(AuditError) in try Self.record(row) }
    }

    private static func record(_ row: [String?]) throws(AuditError) -> AuditRecord {
        guard row.count == 9, let seq = row[0].flatMap({ Int($0) }), let at = row[1].flatMap(moment),
            let action = row[2], let actor = row[3], let facts = row[6], let previous = row[7].flatMap(bytes),
            let hash = row[8].flatMap(bytes)
        else { throw unreadable }
        return AuditRecord(
            seq: seq, at: at, action: action, actor: actor, request: row[4], subject: row[5].flatMap(bytes),
            facts: facts, previous: previous, hash: hash)
    }

    /// The chain's end; nil when somebody removed what remembers it.
    package func head() async throws -> AuditHead? {
        let rows = try await connection.query(
            "SELECT seq, CASE WHEN isfinite(at) THEN (extract(epoch FROM at) * 1000000)::bigint::text "
                + "ELSE at::text END, hash FROM habeas.audit_head")
        guard let row = rows.first else { return nil }
        guard let seq = row[0].flatMap({ Int($0) }), let at = row[1].flatMap(Self.moment),
            let hash = row[2].flatMap(Self.bytes)
        else { throw Self.unreadable }
        return AuditHead(seq: seq, at: at, hash: hash)
    }

    /// The recorded checkpoints in order; the newest ones only when `limit` says so.
    package func checkpoints(newest limit: Int? = nil) async throws -> [AuditCheckpoint] {
        let bound = limit.map { " LIMIT \($0)" } ?? ""
        let rows = try await connection.query(
            "SELECT seq, kind, document, signature FROM habeas.audit_checkpoint ORDER BY seq DESC, kind DESC\(bound)")
        return try rows.reversed().map { row throws(AuditError) in try Self.checkpoint(row) }
    }

    func checkpoint(_ name: AuditCheckpoint.Name) async throws -> AuditCheckpoint? {
        try await connection.query(
            "SELECT seq, kind, document, signature FROM habeas.audit_checkpoint WHERE seq = $1 AND kind = $2",
            [String(name.seq), name.kind.rawValue]
        ).first.map { row throws(AuditError) in try Self.checkpoint(row) }
    }

    func checkpointNames() async throws -> [AuditCheckpoint.Name] {
        let rows = try await connection.query("SELECT seq, kind FROM habeas.audit_checkpoint ORDER BY seq, kind")
        return rows.compactMap { row in
            guard let seq = row[0].flatMap({ Int($0) }), let kind = row[1].flatMap(AuditCheckpoint.Kind.init) else {
                return nil
            }
            return AuditCheckpoint.Name(seq: seq, kind: kind)
        }
    }

    private static func checkpoint(_ row: [String?]) throws(AuditError) -> AuditCheckpoint {
        guard row.count == 4, let seq = row[0].flatMap({ Int($0) }),
            let kind = row[1].flatMap(AuditCheckpoint.Kind.init), let document = row[2],
            let signature = row[3].flatMap(bytes)
        else { throw unreadable }
        return AuditCheckpoint(name: .init(seq: seq, kind: kind), document: document, signature: signature)
    }

    /// Whether the connection's role may append to the chain, and whether it may change it.
    package func rights() async throws -> (canAppend: Bool, canChange: Bool) {
        let rows = try await connection.query(
            """
            SELECT has_function_privilege('habeas.audit_append(text, text, uuid, bytea, text)', 'EXECUTE'),
                has_table_privilege('habeas.audit_entry', 'INSERT, UPDATE, DELETE, TRUNCATE')
                    OR has_table_privilege('habeas.audit_head', 'INSERT, UPDATE, DELETE, TRUNCATE')
                    OR pg_has_role('habeas_audit', 'MEMBER')
            """)
        return (rows.first?[0] == "t", rows.first?[1] == "t")
    }

    private static func moment(_ text: String) -> Instant? {
        // Nothing the program writes; whole seconds that the calendar can show.
        if text == "infinity" { return Instant(microseconds: Int64.max / 1_000_000 * 1_000_000) }
        if text == "-infinity" { return Instant(microseconds: Int64.min / 1_000_000 * 1_000_000) }
        return Int64(text).map { Instant(microseconds: $0) }
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        guard text.hasPrefix("\\x") else { return nil }
        return [UInt8](hex: text.dropFirst(2))
    }

    private static var unreadable: AuditError {
        AuditError(
            .unreadable, "a row of the audit chain isn't what any version of this program writes",
            hint: "was the schema habeas changed by hand? `habeas doctor` looks at it")
    }
}
