internal import AuditLedger
internal import Erasing
internal import ErasureLedger
internal import HTTPTypes
internal import PostgresAccess
internal import RequestLedger
internal import RightsEngine

extension StaffAPI {
    /// Knows the errors of the modules below (docs/errors.md); hand it to the server with the routes.
    package static let translator: ProblemTranslation.Translator = { error in
        switch error {
        case let error as EngineError: error.problem
        case let error as LedgerError: error.problem
        case let error as PostgresError: error.problem
        case let error as AuditError: error.problem
        case let error as KeyRingError: error.problem
        case let error as ErasureError: error.problem
        case let error as ErasureLedgerError: error.problem
        default: nil
        }
    }
}

extension EngineError {
    /// What the API answers.
    var problem: Problem {
        Problem(
            status: code.status, code: code.rawValue, title: code.title, detail: detail, hint: hint, headers: headers)
    }

    /// What went wrong, with the field before it where the words don't begin with that themselves.
    private var detail: String {
        guard let field, !description.hasPrefix("\(field) "), !description.hasPrefix("\(field):") else {
            return description
        }
        return "\(field): \(description)"
    }

    private var headers: HTTPFields {
        switch code {
        case .unauthenticated, .badToken: [.wwwAuthenticate: "Bearer realm=\"habeas\", error=\"invalid_token\""]
        case .noSession: [.wwwAuthenticate: "Bearer realm=\"habeas\""]
        case .forbidden: [.wwwAuthenticate: "Bearer realm=\"habeas\", error=\"insufficient_scope\""]
        case .codeTooSoon: [.retryAfter: "60"]
        case .unavailable: [.retryAfter: "10"]
        case .requestNotFound, .requestNotPossible, .invalid, .noSuchPerson, .ambiguousPerson, .noAddress,
            .claimNotFound, .codeWrong, .codeLocked, .codeExpired, .linkNotFound, .linkGone, .noArchive,
            .archiveDamaged, .coolingDown, .needsSecondPerson, .notFound, .exists, .lastAdministrator,
            .noDate, .extensionRefused, .clockSetBack, .holdNotPossible, .noPlan, .planRefused:
            [:]
        }
    }
}

extension EngineError.Code {
    /// The status that goes with the code.
    var status: HTTPResponse.Status {
        switch self {
        case .unauthenticated, .badToken, .noSession: .unauthorized
        case .forbidden, .needsSecondPerson: .forbidden
        case .requestNotFound, .noSuchPerson, .claimNotFound, .linkNotFound, .notFound, .noPlan: .notFound
        case .requestNotPossible, .ambiguousPerson, .noAddress, .noArchive, .coolingDown, .exists, .lastAdministrator,
            .extensionRefused, .holdNotPossible, .planRefused:
            .conflict
        case .linkGone, .codeExpired: .gone
        case .invalid, .codeWrong, .noDate: .unprocessableContent
        case .codeLocked: HTTPResponse.Status(code: 423, reasonPhrase: "Locked")
        case .codeTooSoon: .tooManyRequests
        case .archiveDamaged: .internalServerError
        case .unavailable, .clockSetBack: .serviceUnavailable
        }
    }

    /// What the code means, in a few words.
    var title: String {
        switch self {
        case .requestNotFound: "no such request"
        case .requestNotPossible: "not possible now"
        case .invalid: "value not allowed"
        case .noSuchPerson: "nobody found"
        case .ambiguousPerson: "several people found"
        case .noAddress: "no address on file"
        case .claimNotFound: "no such claim"
        case .codeWrong: "wrong code"
        case .codeLocked: "too many wrong codes"
        case .codeExpired: "code is over"
        case .codeTooSoon: "too soon for another code"
        case .noSession: "not signed in"
        case .badToken: "token not accepted"
        case .linkNotFound: "no such link"
        case .linkGone: "link is over"
        case .noArchive: "nothing to download"
        case .archiveDamaged: "archive damaged"
        case .coolingDown: "address changed lately"
        case .noDate: "no date can be given"
        case .extensionRefused: "period not lengthened"
        case .clockSetBack: "this machine's clock is wrong"
        case .needsSecondPerson: "needs a second person"
        case .noPlan: "no plan yet"
        case .planRefused: "plan not accepted"
        case .unauthenticated: "not signed in"
        case .forbidden: "not allowed"
        case .holdNotPossible: "not possible now"
        case .notFound: "not found"
        case .exists: "exists already"
        case .lastAdministrator: "last administrator"
        case .unavailable: "not available now"
        }
    }
}

extension LedgerError {
    /// What the API answers; how the database stands is the operator's business.
    var problem: Problem? {
        switch code {
        case .idempotencyMismatch:
            Problem(
                status: .unprocessableContent, code: code.rawValue, title: "key used for another request",
                detail: description, hint: hint)
        case .notMigrated, .tooNew, .migrationChanged:
            Problem(
                status: .serviceUnavailable, code: code.rawValue, title: "not available now",
                detail: "the control database isn't of this program's version", headers: [.retryAfter: "60"])
        case .unreadable: nil
        }
    }
}

extension PostgresError {
    /// What the API answers; nil for a statement that was refused, which is our fault.
    var problem: Problem? {
        switch code {
        case .cannotConnect, .connectionLost, .cancelled, .timedOut, .poolExhausted: unavailable
        case .statementFailed: isTransient ? unavailable : nil
        case .badConnectionString, .unsupportedEncoding: nil
        }
    }

    /// Conflicts of transactions, want of resources, a server that stops: gone when tried again (appendix A).
    private var isTransient: Bool { ["40", "53", "57", "58"].contains(String((sqlState ?? "").prefix(2))) }

    private var unavailable: Problem {
        Problem(
            status: .serviceUnavailable, code: code.rawValue, title: "not available now",
            detail: "a database can't be used at the moment; nothing was changed", hint: "try again in a moment",
            headers: [.retryAfter: "5"])
    }
}

extension AuditError {
    /// What the API answers; nil for what the operator has to see to.
    var problem: Problem? {
        switch code {
        case .broken:
            Problem(
                status: .internalServerError, code: code.rawValue, title: "audit log broken", detail: description,
                hint: hint)
        case .retentionTooShort, .copyUnusable, .notAnExport, .unreadable: nil
        }
    }
}

extension KeyRingError {
    /// What the API answers: without its keys the service can do nothing; which file it is, the operator is told.
    var problem: Problem? {
        Problem(
            status: .serviceUnavailable, code: code.rawValue, title: "not available now",
            detail: "the service's keys can't be used", headers: [.retryAfter: "60"])
    }
}

extension ErasureError {
    /// What the API answers.
    var problem: Problem {
        let isUnavailable = status == .serviceUnavailable
        return Problem(
            status: status, code: code.rawValue, title: isUnavailable ? "not available now" : "not possible",
            detail: description, hint: hint, headers: isUnavailable ? [.retryAfter: "60"] : [:])
    }

    private var status: HTTPResponse.Status {
        switch code {
        case .noSuchSubject: .notFound
        case .unknownReference: .unprocessableContent
        case .ambiguousSubject, .preflight, .conflict, .planChanged, .badPlan, .countMismatch, .rowsRemain,
            .nothingFound:
            .conflict
        case .mapDoesNotFit, .wrongRole, .noCompanion, .contended, .storeUnavailable, .outcomeUnknown:
            .serviceUnavailable
        }
    }
}

extension ErasureLedgerError {
    /// What the API answers: without its ledger the service erases nothing; where it lies, the operator is told.
    var problem: Problem? {
        Problem(
            status: .serviceUnavailable, code: code.rawValue, title: "not available now",
            detail: "the erasure ledger can't be used; nothing was changed", headers: [.retryAfter: "60"])
    }
}
