internal import BackupTruth
internal import ArchiveFormat
internal import RightsEngine
internal import Notifying
internal import MailTransport
internal import HabeasHTTP
internal import AuditLedger
internal import BackupTruth
internal import DataMap
internal import Erasing
internal import ErasureLedger
internal import Exporting
internal import LegalRules
internal import ObjectStore
internal import PostgresAccess
internal import PrivatePostgres
internal import RequestLedger
internal import RowEncoding
internal import RightsCore

/// Exit codes (docs/command-line.md).
enum ExitStatus: Int32 {
    case done = 0
    case failed = 1
    case refused = 3
    case notFound = 4
    case verificationFailed = 6
    case usage = 64
    case interrupted = 130
}

/// A failure as the terminal shows it.
struct CommandFailure: Error, Encodable {
    let status: ExitStatus
    let code: String
    let message: String
    let hint: String?

    init(_ status: ExitStatus, code: String, _ message: String, hint: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.hint = hint
    }

    private enum CodingKeys: String, CodingKey { case code, message, hint }

    /// `habeas: error: what, where`, then what to do.
    var text: String { "habeas: error: \(message)" + (hint.map { "\n  hint: \($0)" } ?? "") }

    /// The failure that any error thrown below amounts to.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let error as ExportError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as PostgresError:
            self.init(
                error.code == .cancelled ? .interrupted : .failed, code: error.code.rawValue, error.description,
                hint: Self.hint(error))
        case let error as ArchiveError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description)
        case let error as DataMapError:
            self.init(.failed, code: error.code.rawValue, error.description, hint: error.hint)
        case let error as KeyRingError: self.init(.failed, code: error.code.rawValue, error.description)
        case let error as AuditError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as ErasureLedgerError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as BackupError:
            let place = error.line.map { "line \($0), column \(error.column ?? 1): " } ?? ""
            self.init(
                error.code == .promiseExceeded ? .refused : .failed, code: error.code.rawValue,
                place + error.description, hint: error.hint)
        case let error as PurgeError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as ErasureError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as RestoreError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as LedgerError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as PrivateClusterError: self.init(.failed, code: error.code.rawValue, error.description)
        case let error as NewFileError: self.init(ArchiveError(error))
        case let error as SealError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as WholeFileError: self.init(.failed, code: "file.unusable", error.description)
        case let error as RowError:
            self.init(.verificationFailed, code: error.rawValue, "the server sent rows that can't be read")
        case let error as ServerError:
            self.init(.failed, code: error.code.rawValue, error.description, hint: error.hint)
        case let error as EngineError:
            self.init(.refused, code: error.code.rawValue, error.description, hint: error.hint)
        case let error as MailError:
            self.init(.failed, code: error.code.rawValue, error.description, hint: error.hint)
        case let error as NotifyingError:
            self.init(.failed, code: error.code.rawValue, error.description, hint: error.hint)
        case let error as RuleError:
            self.init(Self.status(error.code), code: error.code.rawValue, error.description, hint: error.hint)
        case let error as ClockError:
            self.init(.failed, code: error.code, error.description, hint: Self.hint(error))
        case let error as RetentionRefusal: self.init(.failed, code: error.code, error.description)
        case let error as ClockEventsError: self.init(.usage, code: "usage", error.description)
        case let error as TimeZoneError:
            self.init(.notFound, code: "time-zone.unknown", error.description, hint: error.hint)
        case let error as TableProblem: self.init(error)
        case is CancellationError: self.init(.interrupted, code: "interrupted", "interrupted")
        default:
            // The error's own words might hold values, so only its kind is named.
            self.init(.failed, code: "unexpected", "an unexpected \(type(of: error)) stopped the command")
        }
    }

    private static func status(_ code: ExportError.Code) -> ExitStatus {
        switch code {
        case .unknownReference, .unknownCollection, .nothingToExport: .usage
        case .noSuchSubject: .notFound
        case .ambiguousSubject, .mapDoesNotFit, .undisclosableName, .wrongRole: .refused
        case .countMismatch, .ownershipMismatch, .readBackFailed: .verificationFailed
        case .budgetSpent, .tableRewritten, .storeUnavailable: .failed
        }
    }

    private static func status(_ code: ArchiveError.Code) -> ExitStatus {
        switch code {
        case .damaged: .verificationFailed
        case .interrupted: .interrupted
        case .noSpace, .cannotWrite, .outputExists, .cannotRead, .readerGone: .failed
        }
    }

    private static func status(_ code: AuditError.Code) -> ExitStatus {
        switch code {
        case .broken, .notAnExport: .verificationFailed
        case .retentionTooShort: .refused
        case .copyUnusable, .unreadable: .failed
        }
    }

    private static func status(_ code: ErasureLedgerError.Code) -> ExitStatus {
        switch code {
        case .rewound, .damaged: .verificationFailed
        case .conflict, .outOfOrder: .refused
        case .otherKey, .otherVersion, .noSpace, .cannotWrite, .cannotRead, .badEntry: .failed
        }
    }

    private static func status(_ code: ErasureError.Code) -> ExitStatus {
        switch code {
        case .unknownReference: .usage
        case .noSuchSubject: .notFound
        case .ambiguousSubject, .mapDoesNotFit, .wrongRole, .preflight, .conflict, .planChanged, .badPlan,
            .nothingFound:
            .refused
        case .countMismatch, .rowsRemain: .verificationFailed
        case .noCompanion, .contended, .storeUnavailable, .outcomeUnknown: .failed
        }
    }

    private static func status(_ code: PurgeError.Code) -> ExitStatus {
        switch code {
        case .alreadyRunning, .noCompanion: .failed
        case .standby, .noSuchTable: .refused
        }
    }

    private static func status(_ code: RestoreError.Code) -> ExitStatus {
        switch code {
        case .ledgerMissing, .ledgerTruncated, .ledgerEdited, .ledgerReordered, .ledgerIncomplete, .ledgerBehind,
            .ledgerForked, .beyondLedger, .otherKey, .notGone, .rewound:
            .verificationFailed
        case .mapChanged, .mapDoesNotFit, .otherCommand: .refused
        case .inRecovery, .busy, .fenceRefused, .unchecked: .failed
        case .badFence: .usage
        }
    }

    private static func status(_ code: LedgerError.Code) -> ExitStatus {
        switch code {
        case .notMigrated, .tooNew, .migrationChanged, .unreadable: .failed
        case .idempotencyMismatch: .refused
        }
    }

    private static func status(_ code: RuleError.Code) -> ExitStatus {
        switch code {
        case .invalid, .notInForce: .failed
        case .unknown: .notFound
        }
    }

    private static func status(_ code: SealError.Code) -> ExitStatus {
        switch code {
        case .keyRefused, .otherObject, .damaged, .truncated: .verificationFailed
        case .notSealed, .strayKey: .refused
        case .noObject: .notFound
        case .badName: .usage
        case .noKey, .destroyed, .badKeyFile, .tooLarge, .cannotRead: .failed
        }
    }

    private static func hint(_ error: ClockError) -> String? {
        switch error {
        case .noCalendar: "name one with --calendar (a column holidays_used in a table), or list the days"
        case .calendarGap: "no year is assumed to be without holidays: bring a calendar that knows it"
        case .extensionRefused(.noAnnouncedDate): "--announced names the date that the notice promised"
        case .unknownRight, .notInForce, .order, .extensionRefused: nil
        }
    }

    private static func hint(_ error: PostgresError) -> String? {
        switch error.code {
        case .badConnectionString: "write postgresql://user@host:port/database or host=… dbname=…"
        case .cannotConnect:
            "is the server running, and are host, database, user and password right? `habeas doctor` looks at everything"
        case .connectionLost: "nothing was kept; run it again when the server is back"
        case .timedOut: "another session holds a lock, or the server is overloaded; try again later"
        case .statementFailed where error.sqlState == "42501":
            "a role lacks a right: a superuser runs `habeas init`, or what `habeas init --print` prints"
        case .statementFailed, .unsupportedEncoding, .cancelled, .poolExhausted: nil
        }
    }
}
