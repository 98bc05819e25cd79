internal import PostgresAccess
package import RightsCore

/// What somebody of the staff may do.
package enum StaffRole: String, Sendable, CaseIterable, Codable {
    /// Opens requests and sends links; never sees content.
    case support
    /// Sees deadlines and evidence, verifies, releases, refuses.
    case compliance
    /// Reads only.
    case auditor
    /// Manages staff and the queue.
    case admin
}

/// Somebody of the staff.
package struct StaffRecord: Sendable {
    package let id: StaffID
    /// How colleagues know them; never in logs or the chain.
    package let name: String
    package let roles: Set<StaffRole>
    /// `sub` of the sign-in service.
    package let signInSubject: String?
    package let madeAt: Instant
    package let endedAt: Instant?

    /// Somebody by their parts.
    package init(
        id: StaffID, name: String, roles: Set<StaffRole>, signInSubject: String?, madeAt: Instant,
        endedAt: Instant? = nil
    ) {
        self.id = id
        self.name = name
        self.roles = roles
        self.signInSubject = signInSubject
        self.madeAt = madeAt
        self.endedAt = endedAt
    }

    static let columns = """
        s.id, s.name, array_to_string(s.roles, ','), s.oidc_subject, habeas.micros(s.made_at), \
        habeas.micros(s.ended_at)
        """

    init(_ row: inout LedgerRow) throws(LedgerError) {
        id = try row.value { StaffID($0) }
        name = try row.text()
        roles = Set(try row.list().compactMap(StaffRole.init(rawValue:)))
        signInSubject = try row.optionalText()
        madeAt = try row.instant()
        endedAt = try row.optionalInstant()
    }
}

/// A token of somebody of the staff: its secret is stored as a hash only.
package struct StaffTokenRecord: Sendable {
    /// 16 hexadecimal digits, the part of the token that may be shown.
    package let id: String
    package let staff: StaffID
    package let hash: Hash256
    /// What it may be used for; all that the roles allow when empty.
    package let scopes: [String]
    package let madeAt: Instant
    package let expiresAt: Instant
    package let revokedAt: Instant?
    package let usedAt: Instant?

    /// A token that was just made.
    package init(id: String, staff: StaffID, hash: Hash256, scopes: [String], madeAt: Instant, expiresAt: Instant) {
        self.id = id
        self.staff = staff
        self.hash = hash
        self.scopes = scopes
        self.madeAt = madeAt
        self.expiresAt = expiresAt
        revokedAt = nil
        usedAt = nil
    }

    static let columns = """
        t.id, t.staff_id, t.hash, array_to_string(t.scopes, ','), habeas.micros(t.made_at), \
        habeas.micros(t.expires_at), habeas.micros(t.revoked_at), habeas.micros(t.used_at)
        """

    init(_ row: inout LedgerRow) throws(LedgerError) {
        id = try row.text()
        staff = try row.value { StaffID($0) }
        hash = try row.hash()
        scopes = try row.list()
        madeAt = try row.instant()
        expiresAt = try row.instant()
        revokedAt = try row.optionalInstant()
        usedAt = try row.optionalInstant()
    }
}

extension ControlTransaction {
    /// Stores somebody of the staff.
    ///
    /// - Returns: false when somebody has that name or sign-in already.
    package func insert(_ staff: StaffRecord) async throws -> Bool {
        try await touched(
            """
            INSERT INTO habeas.staff (id, name, roles, oidc_subject, made_at)
            VALUES ($1, $2, $3, $4, habeas.instant($5)) ON CONFLICT DO NOTHING RETURNING id
            """,
            [
                staff.id.text, staff.name, staff.roles.map(\.rawValue).sorted().sqlArray, staff.signInSubject,
                staff.madeAt.sql,
            ])
    }

    /// Everybody of the staff, those who left too, the newest first.
    package func staff(before: StaffID? = nil, limit: Int) async throws -> [StaffRecord] {
        try await rows(
            """
            SELECT \(StaffRecord.columns) FROM habeas.staff s
            WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2
            """, [before?.text, String(limit)]
        ).map { row in
            var row = row
            return try StaffRecord(&row)
        }
    }

    /// Somebody of the staff; nil when there is nobody of that id.
    package func staff(_ id: StaffID) async throws -> StaffRecord? {
        guard
            var row = try await first(
                "SELECT \(StaffRecord.columns) FROM habeas.staff s WHERE id = $1 FOR UPDATE", [id.text])
        else { return nil }
        return try StaffRecord(&row)
    }

    /// Who signs in with that subject, if they haven't left.
    package func staff(signInSubject: String) async throws -> StaffRecord? {
        guard
            var row = try await first(
                "SELECT \(StaffRecord.columns) FROM habeas.staff s WHERE oidc_subject = $1 AND ended_at IS NULL",
                [signInSubject])
        else { return nil }
        return try StaffRecord(&row)
    }

    /// Who has that name and hasn't left.
    package func staff(named name: String) async throws -> StaffRecord? {
        guard
            var row = try await first(
                "SELECT \(StaffRecord.columns) FROM habeas.staff s WHERE name = $1 AND ended_at IS NULL", [name])
        else { return nil }
        return try StaffRecord(&row)
    }

    /// Whether anybody is an active administrator.
    package func hasAdministrator() async throws -> Bool {
        try await first("SELECT 1 FROM habeas.staff WHERE 'admin' = ANY (roles) AND ended_at IS NULL LIMIT 1") != nil
    }

    /// Ends an account and all its tokens.
    ///
    /// - Returns: whether it was active.
    package func endStaff(_ id: StaffID, now: Instant) async throws -> Bool {
        try await execute(
            "UPDATE habeas.staff_token SET revoked_at = habeas.instant($2) WHERE staff_id = $1 AND revoked_at IS NULL",
            [id.text, now.sql])
        return try await touched(
            "UPDATE habeas.staff SET ended_at = habeas.instant($2) WHERE id = $1 AND ended_at IS NULL RETURNING id",
            [id.text, now.sql])
    }

    /// Stores a token.
    package func insert(_ token: StaffTokenRecord) async throws {
        try await execute(
            """
            INSERT INTO habeas.staff_token (id, staff_id, hash, scopes, made_at, expires_at)
            VALUES ($1, $2, $3, $4, habeas.instant($5), habeas.instant($6))
            """,
            [
                token.id, token.staff.text, token.hash.sql, token.scopes.sqlArray, token.madeAt.sql,
                token.expiresAt.sql,
            ])
    }

    /// A token and whose it is.
    package func token(_ id: String) async throws -> (token: StaffTokenRecord, staff: StaffRecord)? {
        guard
            var row = try await first(
                """
                SELECT \(StaffTokenRecord.columns), \(StaffRecord.columns)
                FROM habeas.staff_token t JOIN habeas.staff s ON s.id = t.staff_id WHERE t.id = $1
                """, [id])
        else { return nil }
        return (try StaffTokenRecord(&row), try StaffRecord(&row))
    }

    /// The tokens of an account, the newest first.
    package func tokens(of staff: StaffID) async throws -> [StaffTokenRecord] {
        try await rows(
            "SELECT \(StaffTokenRecord.columns) FROM habeas.staff_token t WHERE staff_id = $1 ORDER BY made_at DESC",
            [staff.text]
        ).map { row in
            var row = row
            return try StaffTokenRecord(&row)
        }
    }

    /// Notes a token's use, at most once a minute.
    package func noteUse(ofToken id: String, now: Instant) async throws {
        try await execute(
            """
            UPDATE habeas.staff_token SET used_at = habeas.instant($2)
            WHERE id = $1 AND (used_at IS NULL OR used_at < habeas.instant($2) - interval '1 minute')
            """, [id, now.sql])
    }

    /// Ends a token.
    ///
    /// - Returns: whether it was alive.
    package func revokeToken(_ id: String, now: Instant) async throws -> Bool {
        try await touched(
            "UPDATE habeas.staff_token SET revoked_at = habeas.instant($2) WHERE id = $1 AND revoked_at IS NULL RETURNING id",
            [id, now.sql])
    }
}
