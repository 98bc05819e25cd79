package import AuditLedger
internal import Crypto
package import RequestLedger
package import RightsCore

/// A token just made: shown once, never stored.
package struct IssuedToken: Sendable {
    /// `habeas_<id>_<secret>`.
    package let text: String
    /// What is stored of it.
    package let record: StaffTokenRecord
}

extension Engine {
    // MARK: tokens

    /// Who a token belongs to.
    ///
    /// - Throws: `EngineError` when it is unknown, over or revoked, which all look the same.
    package func caller(token text: String) async throws -> StaffCaller {
        let refused = EngineError(
            .unauthenticated, "the token isn't accepted", hint: "sign in again with `habeas login`")
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        // The secret is base64url and may hold underscores.
        guard parts.count >= 3, parts[0] == "habeas", parts[1].count == 16 else { throw refused }
        let id = String(parts[1])
        let secret = parts[2...].joined(separator: "_")
        let now = now()
        let found = try await control.connection { connection in
            let found = try await connection.token(id)
            if found != nil { try await connection.noteUse(ofToken: id, now: now) }
            return found
        }
        guard let (token, staff) = found, token.hash.isEqualInConstantTime(to: Self.hash(secret: secret)),
            token.revokedAt == nil, now < token.expiresAt, staff.endedAt == nil
        else { throw refused }
        return StaffCaller(staff, scopes: token.scopes)
    }

    /// Whoever signs in with that subject at the sign-in service.
    ///
    /// - Throws: `EngineError` when no account has it.
    package func caller(signInSubject: String) async throws -> StaffCaller {
        guard let staff = try await control.connection({ try await $0.staff(signInSubject: signInSubject) }) else {
            throw EngineError(
                .unauthenticated, "no staff account has that sign-in",
                hint: "an administrator adds one with `habeas staff add --sign-in SUBJECT`")
        }
        return StaffCaller(staff, scopes: [])
    }

    /// Makes a token for an account.
    ///
    /// - Parameter scopes: permissions it is narrowed to; all of the roles when empty.
    package func issueToken(
        for staff: StaffID, scopes: [Permission], lifetime: Duration, by actor: AuditActor,
        _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws -> IssuedToken {
        guard let account = try await transaction.staff(staff), account.endedAt == nil else { throw Self.noStaff }
        guard lifetime > .zero, lifetime <= .days(366) else {
            throw EngineError(.invalid, "a token lives at most 366 days", field: "expires_in")
        }
        var random = SystemRandomNumberGenerator()
        let id = (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }.hex
        let secret = Self.makeSecret()
        let now = now()
        let record = StaffTokenRecord(
            id: id, staff: staff, hash: Self.hash(secret: secret), scopes: scopes.map(\.rawValue), madeAt: now,
            expiresAt: now + lifetime)
        try await transaction.insert(record)
        var facts = facts
        facts["staff"] = .id(staff.text)
        facts["token"] = .code(id)
        facts["expires_at"] = .instant(record.expiresAt)
        try await transaction.connection.append(AuditEntry(.tokenIssued, by: actor, facts))
        return IssuedToken(text: "habeas_\(id)_\(secret)", record: record)
    }

    /// Ends a token.
    package func revokeToken(
        _ id: String, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        guard try await transaction.revokeToken(id, now: now()) else {
            throw EngineError(.notFound, "there is no live token of that id")
        }
        try await transaction.connection.append(
            AuditEntry(.tokenRevoked, by: actor, facts.merging(["token": .code(id)]) { $1 }))
    }

    // MARK: accounts

    /// Adds somebody.
    ///
    /// - Throws: `EngineError` when the name or sign-in is taken, or a value isn't allowed.
    package func addStaff(
        name: String, roles: Set<StaffRole>, signInSubject: String?, by actor: AuditActor,
        _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws -> StaffRecord {
        guard (1...80).contains(name.count), !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw EngineError(.invalid, "a name has 1 to 80 characters, all of them printable", field: "name")
        }
        guard !roles.isEmpty else {
            throw EngineError(
                .invalid, "an account needs a role",
                hint: "roles: \(StaffRole.allCases.map(\.rawValue).joined(separator: ", "))", field: "roles")
        }
        let staff = StaffRecord(
            id: makeID(), name: name, roles: roles, signInSubject: signInSubject, madeAt: now())
        guard try await transaction.insert(staff) else {
            throw EngineError(.exists, "somebody has that name or sign-in already", field: "name")
        }
        var facts = facts
        facts["staff"] = .id(staff.id.text)
        for role in roles { facts["role_\(role.rawValue)"] = .flag(true) }
        try await transaction.connection.append(AuditEntry(.staffAdded, by: actor, facts))
        return staff
    }

    /// Ends an account and its tokens.
    package func endStaff(
        _ id: StaffID, by actor: AuditActor, _ facts: [String: AuditFact] = [:], in transaction: ControlTransaction
    ) async throws {
        guard try await transaction.endStaff(id, now: now()) else { throw Self.noStaff }
        try await transaction.connection.append(
            AuditEntry(.staffEnded, by: actor, facts.merging(["staff": .id(id.text)]) { $1 }))
    }

    package static var noStaff: EngineError { EngineError(.notFound, "there is no such active account") }
}
