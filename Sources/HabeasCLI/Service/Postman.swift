internal import FoundationEssentials
internal import MailTransport
internal import Notifying
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Turns what the queue wants mailed into mails, and hands them over.
struct Postman: Sendable {
    let renderer: NoticeRenderer
    let transport: any MailTransport
    /// What addresses of pages begin with.
    let publicURL: String
    /// The titles of collections, by their names in the map.
    let titles: [String: String]
    /// What stands behind the `@` of Message-IDs.
    let domain: String
    /// The words of a reason, for the person to read.
    let words: @Sendable (EventID, RequestID) async throws -> String?
    let now: @Sendable () -> Instant

    /// Mails one letter; what can't be a letter is refused for good.
    func deliver(_ letter: Letter) async throws -> PostOutcome {
        guard let notice = try await notice(of: letter) else {
            return .refused(code: "notice.facts-missing", replyCode: nil)
        }
        do {
            let message = try renderer.message(
                for: notice, language: letter.notice.language, zone: letter.request?.zone,
                to: try MailAddress(letter.address),
                messageID: try MessageID(unique: letter.notice.id.text, domain: domain), date: now())
            return .handedOver(replyCode: try await transport.send(message).replyCode)
        } catch let error as MailError {
            return error.isWorthRetrying
                ? .deferred(code: error.code.rawValue, replyCode: error.replyCode)
                : .refused(code: error.code.rawValue, replyCode: error.replyCode)
        }
    }

    /// Mails the operators at once, beside the queue, that the service closed itself.
    func tellClosed(_ code: String, _ hint: String, to address: String) async throws {
        var random = SystemRandomNumberGenerator()
        let message = try renderer.message(
            for: .serviceClosed(error: code, hint: hint), language: .english, zone: nil, to: try MailAddress(address),
            messageID: try MessageID(unique: RightsCore.NoticeID(now: now(), using: &random).text, domain: domain),
            date: now())
        _ = try await transport.send(message)
    }

    // MARK: what to say

    private func notice(of letter: Letter) async throws -> Notice? {
        guard let kind = NoticeKindCode(rawValue: letter.notice.kind) else { return nil }
        switch kind {
        case .oneTimeCode: return letter.code.map { code(letter, $0) }
        case .noAccount: return .noAccount
        case .jobAbandoned: return abandoned(letter)
        case .deadlinesNear:
            return .deadlinesNear(
                count: letter.facts["count"].flatMap { Int($0) } ?? 0, requests: letter.facts["requests"] ?? "")
        case .holdPlaced: return placedHold(letter)
        case .holdsWaiting:
            return .holdsWaiting(
                count: letter.facts["count"].flatMap { Int($0) } ?? 0, holds: letter.facts["holds"] ?? "")
        case .backupsLate:
            return .backupsLate(
                count: letter.facts["count"].flatMap { Int($0) } ?? 0, lines: letter.facts["lines"] ?? "")
        case .recipientsSilent:
            return .recipientsSilent(
                count: letter.facts["count"].flatMap { Int($0) } ?? 0, duties: letter.facts["duties"] ?? "")
        case .recipientsWaiting:
            return .recipientsWaiting(
                count: letter.facts["count"].flatMap { Int($0) } ?? 0, duties: letter.facts["duties"] ?? "")
        default: break
        }
        guard let request = letter.request else { return nil }
        return try await notice(kind, letter, request)
    }

    private func notice(_ kind: NoticeKindCode, _ letter: Letter, _ request: RequestRecord) async throws -> Notice? {
        let id = request.id
        let page = try PagePath("/p/requests/\(id)")
        switch kind {
        case .requestReceived: return .requestReceived(id, request.right, page: page)
        case .requestAccepted: return .requestAccepted(id, request.right, page: page)
        case .requestDelayed: return .requestFailed(id, request.right, page: page)
        case .erasureAccepted: return .erasureAccepted(id, page: page)
        case .archiveReady: return try archive(letter, request).map { .archiveReady(id, $0) }
        case .linkRenewed: return try archive(letter, request).map { .linkRenewed(id, $0) }
        case .archiveExpiresSoon: return try archive(letter, request).map { .archiveExpiresSoon(id, $0) }
        case .linkRevoked: return .linkRevoked(id, page: page)
        case .requestCancelled: return .requestCancelled(id, request.right)
        case .requestRefused: return try await refusal(letter, request)
        case .addressChange:
            let from = letter.facts["usable_from"].flatMap(Instant.init(rfc3339:))
            return from.map { .addressChange(id, from: $0, stop: page) }
        case .archiveDestroyed: return .archiveDestroyed(id)
        case .noticeBounced:
            return .noticeBounced(
                id, replyCode: letter.facts["reply_code"].flatMap { Int($0) },
                duty: letter.facts["duty"].flatMap { EventID($0) })
        case .recipientErasure: return letter.duty.map { .recipientErasure(id, passed($0)) }
        case .requestQuestion:
            let kind = letter.facts["kind"].flatMap(InterruptionKind.init(rawValue:))
            guard let kind, let reason = try await reason(letter, request) else { return nil }
            return .requestQuestion(id, request.right, kind, reason: reason, page: page)
        case .requestExtended:
            let until = letter.facts["until"].flatMap { CivilDate($0) }
            guard let until, let reason = try await reason(letter, request) else { return nil }
            return .requestExtended(id, request.right, until: until, reason: reason, page: page)
        case .appealReceived: return .appealReceived(id, request.right)
        case .appealDecided:
            let isGranted = letter.facts["outcome"] == AppealRecord.Outcome.granted.rawValue
            return try await reason(letter, request).map {
                .appealDecided(id, request.right, isGranted: isGranted, reason: $0)
            }
        case .erasureDone: return erasure(letter, request, page).map { .erasureDone(id, $0) }
        case .erasureDoneKeeping: return erasure(letter, request, page).map { .erasureDoneKeeping(id, $0) }
        case .erasurePartly: return erasure(letter, request, page).map { .erasurePartly(id, $0) }
        case .backupsMoved:
            return letter.facts["backups_until"].flatMap { CivilDate($0) }.map {
                .backupsMoved(id, until: $0, page: page)
            }
        case .backupsGone: return .backupsGone(id, page: page)
        case .erasureStopped: return .erasureStopped(id, error: letter.facts["error"] ?? "erasure.stopped")
        case .oneTimeCode, .noAccount, .jobAbandoned, .deadlinesNear, .holdPlaced, .holdsWaiting, .recipientsSilent,
            .recipientsWaiting, .backupsLate:
            return nil
        }
    }

    /// What a recipient is told, with titles for the names that only we know.
    private func passed(_ duty: Letter.Duty) -> Notice.Passed {
        var matter = duty.matter
        if case .record(let collection, let key)? = matter {
            matter = .record(collection: title(collection), key: key)
        }
        return Notice.Passed(
            duty: duty.id, collections: duty.collections.map(title), partly: duty.partly.map(title), matter: matter,
            erasedOn: duty.erasedOn, answerBy: duty.answerBy)
    }

    private func title(_ collection: String) -> String { titles[collection] ?? collection }

    private func code(_ letter: Letter, _ code: String) -> Notice {
        let purpose: Notice.CodePurpose =
            switch letter.facts["purpose"] {
            case "download": .download
            case RequestRight.erasure.rawValue: .erasure
            default: .identity
            }
        return .oneTimeCode(code: code, minutes: 10, purpose: purpose)
    }

    private func archive(_ letter: Letter, _ request: RequestRecord) throws -> Notice.Archive? {
        guard let download = letter.download, download.url.hasPrefix(publicURL) else { return nil }
        return Notice.Archive(
            link: try PagePath(String(download.url.dropFirst(publicURL.count))), bytes: download.bytes,
            parts: download.parts, until: download.until, format: request.format)
    }

    /// What came of an erasure; nil when the letter lacks what the law wants told.
    private func erasure(_ letter: Letter, _ request: RequestRecord, _ page: PagePath) -> Notice.Erasure? {
        guard let at = letter.facts["erased_at"].flatMap(Instant.init(rfc3339:)),
            let complaint = letter.facts["complaint"]
        else { return nil }
        return Notice.Erasure(
            at: at, law: letter.facts["law"], until: letter.facts["until"].flatMap { CivilDate($0) },
            isHeld: letter.facts["held"] != nil,
            backupsUntil: letter.facts["backups_until"].flatMap { CivilDate($0) }, complaint: complaint, page: page)
    }

    private func refusal(_ letter: Letter, _ request: RequestRecord) async throws -> Notice? {
        guard let law = letter.facts["law"], let complaint = letter.facts["complaint"] else { return nil }
        return try await reason(letter, request).map {
            .requestRefused(request.id, request.right, reason: $0, law: law, complaint: complaint)
        }
    }

    /// What the staff wrote for the person to read; nil when it was erased.
    private func reason(_ letter: Letter, _ request: RequestRecord) async throws -> String? {
        guard let id = letter.facts["words"].flatMap({ EventID($0) }) else { return nil }
        return try await words(id, request.id)
    }

    private func placedHold(_ letter: Letter) -> Notice? {
        guard let id = letter.facts["hold"].flatMap({ HoldID($0) }), let matter = letter.facts["matter"],
            let day = letter.facts["review_on"].flatMap({ CivilDate($0) })
        else { return nil }
        return .holdPlaced(id, matter: matter, reviewOn: day)
    }

    private func abandoned(_ letter: Letter) -> Notice? {
        guard let job = letter.facts["job"].flatMap({ JobID($0) }),
            let kind = letter.facts["kind"].flatMap(JobKind.init(rawValue:))
        else { return nil }
        return .jobAbandoned(job, kind, attempts: letter.facts["attempts"].flatMap { Int($0) } ?? 0)
    }
}
