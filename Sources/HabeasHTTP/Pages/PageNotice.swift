internal import HTTPTypes
internal import RightsEngine

/// A page that says what is wrong, and what to do about it.
enum PageNotice: String, CaseIterable {
    case signedOut = "signed_out"
    case noSession = "no_session"
    case claimOver = "claim_over"
    case claimDone = "claim_done"
    case locked = "locked"
    case lockedLink = "locked_link"
    case tooSoon = "too_soon"
    case noLink = "no_link"
    case linkExpired = "link_expired"
    case linkRevoked = "link_revoked"
    case linkCancelled = "link_cancelled"
    case linkDestroyed = "link_destroyed"
    case linkNotReady = "link_not_ready"
    case archiveDamaged = "archive_damaged"
    case noRequest = "no_request"
    case notPossible = "not_possible"
    case noPerson = "no_person"
    case badToken = "bad_token"
    case crossSite = "cross_site"
    case rate = "rate"
    case notFound = "not_found"
    case badInput = "bad_input"
    case unavailable = "unavailable"
    case internalError = "internal"

    /// The page of a problem.
    init(_ problem: Problem) {
        if let code = EngineError.Code(rawValue: problem.code), let notice = PageNotice(code) {
            self = notice
        } else if let code = HTTPCode(rawValue: problem.code), let notice = PageNotice(code) {
            self = notice
        } else {
            self = problem.status.kind == .clientError ? .badInput : .internalError
        }
    }

    private init?(_ code: EngineError.Code) {
        switch code {
        case .requestNotFound: self = .noRequest
        case .requestNotPossible, .noArchive: self = .notPossible
        case .noSuchPerson, .ambiguousPerson, .noAddress: self = .noPerson
        case .claimNotFound: self = .claimOver
        case .codeLocked: self = .locked
        case .codeTooSoon: self = .tooSoon
        case .noSession: self = .noSession
        case .badToken: self = .badToken
        case .linkNotFound, .linkGone: self = .noLink
        case .archiveDamaged: self = .archiveDamaged
        case .unavailable: self = .unavailable
        // What a page says beside its field, and what only staff meet.
        default: return nil
        }
    }

    private init?(_ code: HTTPCode) {
        switch code {
        case .notFound, .methodNotAllowed: self = .notFound
        case .crossSite: self = .crossSite
        case .rateLimited: self = .rate
        case .unauthenticated: self = .noSession
        case .shuttingDown: self = .unavailable
        case .internalError: self = .internalError
        default: return nil
        }
    }

    /// The page of a link that doesn't open; nil for one that does.
    init?(_ state: Landing.State) {
        switch state {
        case .live: return nil
        case .expired: self = .linkExpired
        case .revoked: self = .linkRevoked
        case .cancelled: self = .linkCancelled
        case .destroyed: self = .linkDestroyed
        case .notReady: self = .linkNotReady
        }
    }

    /// The keys of its texts; not every one says what to do.
    var titleKey: String { "\(rawValue)_title" }
    var textKey: String { "\(rawValue)_text" }
    var nextKey: String { "\(rawValue)_next" }
}
