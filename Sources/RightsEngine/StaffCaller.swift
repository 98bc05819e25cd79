package import AuditLedger
package import RequestLedger
package import RightsCore

/// What may be done through the API: also the scopes a token can be narrowed to.
package enum Permission: String, Sendable, CaseIterable, Codable {
    case readRequests = "requests.read"
    case openRequests = "requests.open"
    case handle = "requests.handle"
    case vouch = "requests.vouch"
    case release = "requests.release"
    case decide = "requests.decide"
    case cancel = "requests.cancel"
    case approveErasure = "erasure.approve"
    case manageRecipients = "recipients.manage"
    case checkSuppression = "suppression.check"
    case reportDeletions = "deletions.report"
    case manageLinks = "links.manage"
    case readCalendar = "calendar.read"
    case readJobs = "jobs.read"
    case manageJobs = "jobs.manage"
    case readAudit = "audit.read"
    case readStaff = "staff.read"
    case manageStaff = "staff.manage"
    case readHolds = "holds.read"
    case writeHolds = "holds.write"
    case reportBounces = "notices.bounce"
}

extension StaffRole {
    /// What the role may do (docs/staff.md). Nobody's role shows content.
    package var permissions: Set<Permission> {
        switch self {
        case .support:
            [.readRequests, .openRequests, .handle, .vouch, .cancel, .manageLinks, .readCalendar, .readJobs]
        case .compliance:
            [
                .readRequests, .openRequests, .handle, .vouch, .release, .decide, .cancel, .manageLinks, .readCalendar,
                .readJobs, .readAudit, .readStaff, .readHolds, .writeHolds, .approveErasure, .manageRecipients,
                .checkSuppression,
            ]
        case .auditor: [.readRequests, .readCalendar, .readJobs, .readAudit, .readStaff, .readHolds]
        case .admin:
            [
                .readRequests, .readCalendar, .readJobs, .manageJobs, .readAudit, .readStaff, .manageStaff,
                .reportBounces, .reportDeletions, .checkSuppression,
            ]
        }
    }
}

/// Somebody of the staff, or a program of theirs, with a token that was accepted.
package struct StaffCaller: Sendable {
    /// Who.
    package let id: StaffID
    /// How colleagues know them.
    package let name: String
    /// Their roles.
    package let roles: Set<StaffRole>
    /// What they may do with this token.
    package let permissions: Set<Permission>

    init(_ staff: StaffRecord, scopes: [String]) {
        id = staff.id
        name = staff.name
        roles = staff.roles
        let allowed = staff.roles.reduce(into: Set<Permission>()) { $0.formUnion($1.permissions) }
        permissions = scopes.isEmpty ? allowed : allowed.intersection(scopes.compactMap(Permission.init(rawValue:)))
    }

    /// Whether the token opens nothing but the calendar, so that it may stand in a calendar's address.
    package var isForCalendarOnly: Bool { permissions == [.readCalendar] }

    /// How the audit chain names them.
    package var actor: AuditActor { .staff(id) }

    /// Refuses what role or scope doesn't allow.
    package func require(_ permission: Permission) throws(EngineError) {
        guard !permissions.contains(permission) else { return }
        throw EngineError(
            .forbidden, "this token doesn't allow “\(permission.rawValue)”",
            hint: "ask an administrator for a role or token with that permission")
    }
}

/// Why somebody of the staff acts: without a ticket and a reason nothing is done.
package struct StaffGround: Sendable {
    /// The ticket at the help desk.
    package let ticket: Ticket
    /// A code, and words that are kept apart from the audit chain.
    package let reason: Reason

    /// A ground by its parts.
    package init(ticket: Ticket, reason: Reason) {
        self.ticket = ticket
        self.reason = reason
    }
}
