/// Why the engine refuses.
package struct EngineError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// There is no such request, or the asker may not know of it.
        case requestNotFound = "request.not-found"
        /// That can't happen to a request that stands where it stands.
        case requestNotPossible = "request.not-possible"
        /// A value isn't allowed.
        case invalid = "input.invalid"
        /// No person of that description is in the database.
        case noSuchPerson = "person.not-found"
        /// Several are.
        case ambiguousPerson = "person.ambiguous"
        /// The map names no address on file for that kind of person, or it is empty.
        case noAddress = "person.no-address"
        /// The claim is unknown, over, or another browser's.
        case claimNotFound = "claim.not-found"
        /// The code isn't the one that was mailed.
        case codeWrong = "code.wrong"
        /// Too many wrong codes.
        case codeLocked = "code.locked"
        /// The code's time is up, or a later one was mailed.
        case codeExpired = "code.expired"
        /// Codes were asked for too often.
        case codeTooSoon = "code.too-soon"
        /// Nobody is signed in, or no longer.
        case noSession = "session.missing"
        /// The product's token can't be accepted.
        case badToken = "session.bad-token"
        /// The link is unknown.
        case linkNotFound = "link.not-found"
        /// The link ended, was revoked, or its archive is gone.
        case linkGone = "link.gone"
        /// There is nothing to download yet, or no more.
        case noArchive = "archive.missing"
        /// What lies in the store isn't what was sealed.
        case archiveDamaged = "download.damaged"
        /// An address was changed, and the time in which its owner may object isn't over.
        case coolingDown = "contact.cooling-down"
        /// There is no plan of an erasure yet, or none that can be approved.
        case noPlan = "erasure.no-plan"
        /// The digest isn't the plan's, or the plan was replaced, has conflicts, or is too old.
        case planRefused = "erasure.plan-refused"
        /// No date can be given: a calendar has a gap.
        case noDate = "clock.no-date"
        /// The period can't be lengthened: too late, nobody was told, or the law knows no extension.
        case extensionRefused = "clock.extension-refused"
        /// This machine's clock is behind what was written down before.
        case clockSetBack = "clock.set-back"
        /// Whoever vouched can't release too.
        case needsSecondPerson = "staff.second-person"
        /// That can't happen to a hold that stands where it stands.
        case holdNotPossible = "hold.not-possible"
        /// The token is unknown, over or revoked.
        case unauthenticated = "staff.unauthenticated"
        /// The role or the token's scope doesn't allow it.
        case forbidden = "staff.forbidden"
        /// There is no such member of the staff, token, job, notice.
        case notFound = "not-found"
        /// Somebody has that name.
        case exists = "staff.exists"
        /// Nobody could manage the staff any more.
        case lastAdministrator = "staff.last-administrator"
        /// The request has another shape than the version understands.
        case unavailable = "service.unavailable"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people, and safe to show to anybody.
    package let description: String
    /// What to do.
    package let hint: String?
    /// The field of the input that is wrong.
    package let field: String?

    /// A refusal by its parts.
    package init(_ code: Code, _ description: String, hint: String? = nil, field: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
        self.field = field
    }
}
