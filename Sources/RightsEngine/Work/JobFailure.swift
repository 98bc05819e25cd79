internal import ArchiveFormat
internal import AuditLedger
internal import Erasing
internal import ErasureLedger
internal import Exporting
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger

/// Why a job failed: a stable code, and what that means for another attempt.
package struct JobFailure: Error, Sendable, Hashable {
    /// What a failure means for another attempt.
    package enum Retry: Sendable, Hashable {
        /// It is tried again until its attempts are used up.
        case asUsual
        /// It is tried once more: what comes back then isn't chance.
        case once
        /// It would fail again.
        case never
        /// It waits until there is space; that is no failure.
        case whenThereIsSpace
    }

    /// The codes of the queue itself (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// Nothing better is known of the failure.
        case failed = "job.failed"
        /// The worker that had it ended without a word, or lost its connection for too long.
        case workerLost = "job.worker-lost"
        /// It was stopped from within.
        case cancelled = "job.cancelled"
        /// This version has nothing that does jobs of the kind.
        case noRunner = "job.no-runner"
        /// The export alone would fill more space than all exports together may.
        case overBudget = "job.over-budget"
        /// The disk is full.
        case noSpace = "job.no-space"
        /// The archives' folder can't be written or read.
        case folderUnusable = "job.folder-unusable"
        /// The webhook is no longer in the settings.
        case webhookUnknown = "webhook.unknown"
        /// The webhook doesn't answer.
        case webhookUnreachable = "webhook.unreachable"
        /// The webhook answers with another status than 2xx.
        case webhookRefused = "webhook.refused"
    }

    /// The code (docs/errors.md); never words, since those of others may hold anything.
    package let code: String
    /// What it means for another attempt.
    package let retry: Retry

    /// A failure by its parts.
    package init(code: String, retry: Retry = .asUsual) {
        self.code = code
        self.retry = retry
    }

    /// A failure of the queue itself.
    package init(_ code: Code, retry: Retry = .asUsual) { self.init(code: code.rawValue, retry: retry) }

    /// What an error means.
    init(_ error: any Error) {
        switch error {
        case let failure as JobFailure: self = failure
        case let error as ExportError: self.init(code: error.code.rawValue, retry: Self.retry(error.code))
        case let error as ErasureError: self.init(code: error.code.rawValue, retry: Self.retry(error.code))
        case let error as ErasureLedgerError: self.init(code: error.code.rawValue)
        case let error as EngineError: self.init(code: error.code.rawValue, retry: Self.retry(error.code))
        case let error as NewFileError where error.reason == .noSpace: self = .diskFull
        case is NewFileError: self.init(.folderUnusable)
        // The exporter's way of saying the same.
        case let error as ArchiveError where error.code == .noSpace: self = .diskFull
        case let error as PostgresError: self.init(code: error.code.rawValue)
        case let error as LedgerError: self.init(code: error.code.rawValue)
        case let error as SealError: self.init(code: error.code.rawValue)
        case let error as ArchiveError: self.init(code: error.code.rawValue)
        case let error as KeyRingError: self.init(code: error.code.rawValue)
        case is WholeFileError: self.init(.folderUnusable)
        case is CancellationError: self.init(.cancelled)
        default: self.init(.failed)
        }
    }

    private static var diskFull: JobFailure { JobFailure(.noSpace, retry: .whenThereIsSpace) }

    /// Whether a job that failed thus is given up after that many attempts.
    func isLast(attempt: Int, of most: Int) -> Bool {
        switch retry {
        case .whenThereIsSpace: false
        case .never: true
        case .once: attempt >= min(2, most)
        case .asUsual: attempt >= most
        }
    }

    /// Whether an archive was made and withheld, since something about it isn't right.
    var isWithheld: Bool {
        [.countMismatch, .ownershipMismatch, .readBackFailed].contains(ExportError.Code(rawValue: code))
    }

    private static func retry(_ code: ExportError.Code) -> Retry {
        switch code {
        case .countMismatch, .readBackFailed: .once
        // Somebody else's row: nobody tries that again before it is understood (FAILURES F8).
        case .ownershipMismatch: .never
        case .unknownReference, .noSuchSubject, .ambiguousSubject, .unknownCollection, .nothingToExport: .never
        // Somebody may mend these meanwhile.
        case .mapDoesNotFit, .undisclosableName, .wrongRole, .storeUnavailable: .asUsual
        case .budgetSpent, .tableRewritten: .asUsual
        }
    }

    private static func retry(_ code: ErasureError.Code) -> Retry {
        switch code {
        case .noSuchSubject, .ambiguousSubject, .unknownReference, .badPlan: .never
        // Something keeps rows that should go: nobody tries that for ever.
        case .countMismatch, .rowsRemain: .once
        case .mapDoesNotFit, .wrongRole, .noCompanion, .preflight, .conflict, .planChanged, .nothingFound, .contended,
            .storeUnavailable, .outcomeUnknown:
            .asUsual
        }
    }

    private static func retry(_ code: EngineError.Code) -> Retry {
        switch code {
        case .noSuchPerson, .ambiguousPerson, .noAddress: .never
        default: .asUsual
        }
    }
}
