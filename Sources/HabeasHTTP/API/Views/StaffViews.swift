internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Who calls, and what they may do with this token.
struct CallerView: Encodable {
    let id: String
    let name: String
    let roles: [String]
    let permissions: [String]

    init(_ caller: StaffCaller) {
        id = caller.id.text
        name = caller.name
        roles = caller.roles.map(\.rawValue).sorted()
        permissions = caller.permissions.map(\.rawValue).sorted()
    }
}

/// Somebody of the staff.
struct StaffMemberView: Encodable {
    let id: String
    let name: String
    let roles: [String]
    let signInSubject: String?
    let madeAt: String
    let endedAt: String?

    init(_ staff: StaffRecord) {
        id = staff.id.text
        name = staff.name
        roles = staff.roles.map(\.rawValue).sorted()
        signInSubject = staff.signInSubject
        madeAt = staff.madeAt.rfc3339
        endedAt = staff.endedAt?.rfc3339
    }
}

/// A token without its secret.
struct TokenView: Encodable {
    let id: String
    let staffID: String
    let scopes: [String]
    let state: String
    let madeAt: String
    let expiresAt: String
    let revokedAt: String?
    let usedAt: String?

    init(_ token: StaffTokenRecord, now: Instant) {
        id = token.id
        staffID = token.staff.text
        scopes = token.scopes.sorted()
        state = token.revokedAt != nil ? "revoked" : now < token.expiresAt ? "live" : "expired"
        madeAt = token.madeAt.rfc3339
        expiresAt = token.expiresAt.rfc3339
        revokedAt = token.revokedAt?.rfc3339
        usedAt = token.usedAt?.rfc3339
    }
}

/// A token just issued: its text is shown this once.
struct IssuedTokenView: Encodable {
    let details: TokenView
    let token: String?
    let hint: String?
}
