import RightsCore

/// The wording of the notices, one file a language, compiled into the program.
enum NoticeWording: String, CaseIterable {
    case frame
    case operatorFrame = "operator-frame"
    case recipientFrame = "recipient-frame"
    case wish
    case oneTimeCode = "one-time-code"
    case noAccount = "no-account"
    case requestReceived = "request-received"
    case requestAccepted = "request-accepted"
    case archiveReady = "archive-ready"
    case linkRenewed = "link-renewed"
    case linkRevoked = "link-revoked"
    case requestCancelled = "request-cancelled"
    case requestRefused = "request-refused"
    case requestFailed = "request-failed"
    case requestDelayed = "request-delayed"
    case addressChange = "address-change"
    case erasureAccepted = "erasure-accepted"
    case archiveExpiresSoon = "archive-expires-soon"
    case archiveDestroyed = "archive-destroyed"
    case jobAbandoned = "job-abandoned"
    case noticeBounced = "notice-bounced"
    case requestQuestion = "request-question"
    case requestExtended = "request-extended"
    case appealReceived = "appeal-received"
    case appealDecided = "appeal-decided"
    case deadlinesNear = "deadlines-near"
    case holdPlaced = "hold-placed"
    case holdsWaiting = "holds-waiting"
    case erasureDone = "erasure-done"
    case erasureDoneKeeping = "erasure-done-keeping"
    case erasurePartly = "erasure-partly"
    case erasureStopped = "erasure-stopped"
    case backupsMoved = "backups-moved"
    case backupsGone = "backups-gone"
    case backupsLate = "backups-late"
    case serviceClosed = "service-closed"
    case recipientsSilent = "recipients-silent"
    case recipientsWaiting = "recipients-waiting"
    case recipientErasure = "recipient-erasure"

    /// Whether it is part of other templates, rather than a notice with a subject.
    var isPart: Bool { self == .frame || self == .operatorFrame || self == .recipientFrame || self == .wish }

    /// The file's text. A wording that a language lacks does not compile.
    func source(in language: Language) -> String {
        let bytes =
            switch language {
            case .english: english
            case .german: german
            }
        return String(decoding: bytes, as: UTF8.self)
    }

    private var english: [UInt8] {
        switch self {
        case .frame: PackageResources.frame_en_mustache
        case .operatorFrame: PackageResources.operator_frame_en_mustache
        case .recipientFrame: PackageResources.recipient_frame_en_mustache
        case .wish: PackageResources.wish_en_mustache
        case .oneTimeCode: PackageResources.one_time_code_en_mustache
        case .noAccount: PackageResources.no_account_en_mustache
        case .requestReceived: PackageResources.request_received_en_mustache
        case .requestAccepted: PackageResources.request_accepted_en_mustache
        case .archiveReady: PackageResources.archive_ready_en_mustache
        case .linkRenewed: PackageResources.link_renewed_en_mustache
        case .linkRevoked: PackageResources.link_revoked_en_mustache
        case .requestCancelled: PackageResources.request_cancelled_en_mustache
        case .requestRefused: PackageResources.request_refused_en_mustache
        case .requestFailed: PackageResources.request_failed_en_mustache
        case .requestDelayed: PackageResources.request_delayed_en_mustache
        case .addressChange: PackageResources.address_change_en_mustache
        case .erasureAccepted: PackageResources.erasure_accepted_en_mustache
        case .archiveExpiresSoon: PackageResources.archive_expires_soon_en_mustache
        case .archiveDestroyed: PackageResources.archive_destroyed_en_mustache
        case .jobAbandoned: PackageResources.job_abandoned_en_mustache
        case .noticeBounced: PackageResources.notice_bounced_en_mustache
        case .requestQuestion: PackageResources.request_question_en_mustache
        case .requestExtended: PackageResources.request_extended_en_mustache
        case .appealReceived: PackageResources.appeal_received_en_mustache
        case .appealDecided: PackageResources.appeal_decided_en_mustache
        case .deadlinesNear: PackageResources.deadlines_near_en_mustache
        case .holdPlaced: PackageResources.hold_placed_en_mustache
        case .holdsWaiting: PackageResources.holds_waiting_en_mustache
        case .serviceClosed: PackageResources.service_closed_en_mustache
        case .erasureDone: PackageResources.erasure_done_en_mustache
        case .erasureDoneKeeping: PackageResources.erasure_done_keeping_en_mustache
        case .erasurePartly: PackageResources.erasure_partly_en_mustache
        case .erasureStopped: PackageResources.erasure_stopped_en_mustache
        case .backupsMoved: PackageResources.backups_moved_en_mustache
        case .backupsGone: PackageResources.backups_gone_en_mustache
        case .backupsLate: PackageResources.backups_late_en_mustache
        case .recipientsSilent: PackageResources.recipients_silent_en_mustache
        case .recipientsWaiting: PackageResources.recipients_waiting_en_mustache
        case .recipientErasure: PackageResources.recipient_erasure_en_mustache
        }
    }

    private var german: [UInt8] {
        switch self {
        case .frame: PackageResources.frame_de_mustache
        case .operatorFrame: PackageResources.operator_frame_de_mustache
        case .recipientFrame: PackageResources.recipient_frame_de_mustache
        case .wish: PackageResources.wish_de_mustache
        case .oneTimeCode: PackageResources.one_time_code_de_mustache
        case .noAccount: PackageResources.no_account_de_mustache
        case .requestReceived: PackageResources.request_received_de_mustache
        case .requestAccepted: PackageResources.request_accepted_de_mustache
        case .archiveReady: PackageResources.archive_ready_de_mustache
        case .linkRenewed: PackageResources.link_renewed_de_mustache
        case .linkRevoked: PackageResources.link_revoked_de_mustache
        case .requestCancelled: PackageResources.request_cancelled_de_mustache
        case .requestRefused: PackageResources.request_refused_de_mustache
        case .requestFailed: PackageResources.request_failed_de_mustache
        case .requestDelayed: PackageResources.request_delayed_de_mustache
        case .addressChange: PackageResources.address_change_de_mustache
        case .erasureAccepted: PackageResources.erasure_accepted_de_mustache
        case .archiveExpiresSoon: PackageResources.archive_expires_soon_de_mustache
        case .archiveDestroyed: PackageResources.archive_destroyed_de_mustache
        case .jobAbandoned: PackageResources.job_abandoned_de_mustache
        case .noticeBounced: PackageResources.notice_bounced_de_mustache
        case .requestQuestion: PackageResources.request_question_de_mustache
        case .requestExtended: PackageResources.request_extended_de_mustache
        case .appealReceived: PackageResources.appeal_received_de_mustache
        case .appealDecided: PackageResources.appeal_decided_de_mustache
        case .deadlinesNear: PackageResources.deadlines_near_de_mustache
        case .holdPlaced: PackageResources.hold_placed_de_mustache
        case .holdsWaiting: PackageResources.holds_waiting_de_mustache
        case .serviceClosed: PackageResources.service_closed_de_mustache
        case .erasureDone: PackageResources.erasure_done_de_mustache
        case .erasureDoneKeeping: PackageResources.erasure_done_keeping_de_mustache
        case .erasurePartly: PackageResources.erasure_partly_de_mustache
        case .erasureStopped: PackageResources.erasure_stopped_de_mustache
        case .backupsMoved: PackageResources.backups_moved_de_mustache
        case .backupsGone: PackageResources.backups_gone_de_mustache
        case .backupsLate: PackageResources.backups_late_de_mustache
        case .recipientsSilent: PackageResources.recipients_silent_de_mustache
        case .recipientsWaiting: PackageResources.recipients_waiting_de_mustache
        case .recipientErasure: PackageResources.recipient_erasure_de_mustache
        }
    }
}
