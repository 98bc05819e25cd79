import RightsCore

/// How facts are written for one reader.
struct NoticeReader {
    let language: Language
    let time: ReaderTime
    let baseURL: String

    func facts(of archive: Notice.Archive) -> [String: Any] {
        [
            "link": link(archive.link), "size": ReaderSize.text(archive.bytes, in: language), "parts": archive.parts,
            "many": archive.parts > 1, "until": text(archive.until), "format": name(of: archive.format),
        ]
    }

    func facts(of erasure: Notice.Erasure) -> [String: Any] {
        var facts: [String: Any] = [
            "day": text(time.day(of: erasure.at)), "held": erasure.isHeld, "complaint": erasure.complaint,
            "link": link(erasure.page),
        ]
        if let day = erasure.backupsUntil { facts["backups"] = ["day": text(day)] }
        if let law = erasure.law, let until = erasure.until { facts["kept"] = ["law": law, "until": text(until)] }
        return facts
    }

    func facts(of passed: Notice.Passed) -> [String: Any] {
        var facts: [String: Any] = [
            "duty": passed.duty.text, "collections": passed.collections.joined(separator: "; "),
            "day": text(passed.erasedOn), "answer": text(passed.answerBy),
        ]
        if !passed.partly.isEmpty { facts["partly"] = passed.partly.joined(separator: "; ") }
        switch passed.matter {
        case .person(let name, let values)?:
            facts["person"] = ["name": name, "values": values.map(quoted).joined(separator: ", ")]
        case .record(let collection, let key)?: facts["record"] = ["collection": collection, "key": quoted(key)]
        case nil: facts["unknown"] = true
        }
        return facts
    }

    private func quoted(_ text: String) -> String { language == .german ? "„\(text)“" : "“\(text)”" }

    func link(_ path: PagePath) -> String { baseURL + path.text }

    func text(_ instant: Instant) -> String { time.text(instant, in: language) }

    func text(_ day: CivilDate) -> String { ReaderTime.text(day, in: language) }

    private func name(of format: DataFormat) -> String {
        switch format {
        case .json: "JSON"
        case .csv: "CSV"
        case .both: language == .german ? "JSON und CSV" : "JSON and CSV"
        }
    }
}

extension Notice {
    /// Which wording tells it.
    var wording: NoticeWording {
        switch self {
        case .oneTimeCode: .oneTimeCode
        case .noAccount: .noAccount
        case .requestReceived: .requestReceived
        case .requestAccepted: .requestAccepted
        case .archiveReady: .archiveReady
        case .linkRenewed: .linkRenewed
        case .linkRevoked: .linkRevoked
        case .requestCancelled: .requestCancelled
        case .requestRefused: .requestRefused
        case .requestFailed: .requestFailed
        case .requestDelayed: .requestDelayed
        case .addressChange: .addressChange
        case .erasureAccepted: .erasureAccepted
        case .archiveExpiresSoon: .archiveExpiresSoon
        case .archiveDestroyed: .archiveDestroyed
        case .jobAbandoned: .jobAbandoned
        case .noticeBounced: .noticeBounced
        case .requestQuestion: .requestQuestion
        case .requestExtended: .requestExtended
        case .appealReceived: .appealReceived
        case .appealDecided: .appealDecided
        case .deadlinesNear: .deadlinesNear
        case .holdPlaced: .holdPlaced
        case .holdsWaiting: .holdsWaiting
        case .serviceClosed: .serviceClosed
        case .erasureDone: .erasureDone
        case .erasureDoneKeeping: .erasureDoneKeeping
        case .erasurePartly: .erasurePartly
        case .erasureStopped: .erasureStopped
        case .backupsMoved: .backupsMoved
        case .backupsGone: .backupsGone
        case .backupsLate: .backupsLate
        case .recipientsSilent: .recipientsSilent
        case .recipientsWaiting: .recipientsWaiting
        case .recipientErasure: .recipientErasure
        }
    }

    /// What it is wrapped in: people and recipients are told who is responsible, operators what runs.
    var frame: NoticeWording {
        switch self {
        case .jobAbandoned, .noticeBounced, .deadlinesNear, .holdPlaced, .holdsWaiting, .erasureStopped,
            .backupsLate, .recipientsSilent, .recipientsWaiting, .serviceClosed:
            .operatorFrame
        case .recipientErasure: .recipientFrame
        default: .frame
        }
    }

    /// The facts under the names that the wordings use.
    func facts(for reader: NoticeReader) -> [String: Any] {
        var facts = ownFacts(for: reader)
        if let request {
            facts["request"] = request.shortText
            facts["id"] = request.text
        }
        if let right {
            facts["copy"] = right == .access
            facts["portable"] = right == .export
            facts["erasure"] = right == .erasure
        }
        return facts
    }

    private func ownFacts(for reader: NoticeReader) -> [String: Any] {
        switch self {
        case .oneTimeCode(let code, let minutes, let purpose):
            return [
                "code": code, "minutes": minutes, "identity": purpose == .identity, "download": purpose == .download,
                "confirm": purpose == .erasure,
            ]
        case .noAccount: return ["link": "\(reader.baseURL)/p/"]
        case .requestReceived(_, _, let page), .requestAccepted(_, _, let page), .requestFailed(_, _, let page),
            .linkRevoked(_, let page), .erasureAccepted(_, let page):
            return ["link": reader.link(page)]
        case .archiveReady(_, let archive), .linkRenewed(_, let archive), .archiveExpiresSoon(_, let archive):
            return reader.facts(of: archive)
        case .requestCancelled, .archiveDestroyed, .appealReceived: return [:]
        case .requestRefused(_, _, let reason, let law, let complaint):
            return ["reason": reason, "law": law, "complaint": complaint]
        case .requestQuestion(_, _, let kind, let reason, let page):
            return [
                "reason": reason, "link": reader.link(page), "identity": kind == .identity, "fee": kind == .fee,
            ]
        case .requestExtended(_, _, let until, let reason, let page):
            return ["until": reader.text(until), "reason": reason, "link": reader.link(page)]
        case .appealDecided(_, _, let isGranted, let reason): return ["granted": isGranted, "reason": reason]
        case .deadlinesNear(let count, let requests): return ["count": count, "requests": requests]
        case .holdPlaced(let id, let matter, let day):
            return ["hold": id.text, "matter": matter, "day": reader.text(day)]
        case .holdsWaiting(let count, let holds): return ["count": count, "holds": holds]
        case .serviceClosed(let error, let hint): return ["error": error, "hint": hint]
        case .erasureDone(_, let erasure), .erasureDoneKeeping(_, let erasure), .erasurePartly(_, let erasure):
            return reader.facts(of: erasure)
        case .erasureStopped(_, let error):
            return ["error": error, "partly": ["erasure.leftovers", "erasure.deviations"].contains(error)]
        case .backupsMoved(_, let until, let page): return ["until": reader.text(until), "link": reader.link(page)]
        case .backupsGone(_, let page): return ["link": reader.link(page)]
        case .backupsLate(let count, let lines): return ["count": count, "lines": lines]
        case .recipientsSilent(let count, let duties), .recipientsWaiting(let count, let duties):
            return ["count": count, "duties": duties]
        case .requestDelayed(_, _, let until, let page):
            return ["until": reader.text(until), "link": reader.link(page)]
        case .addressChange(_, let from, let stop): return ["from": reader.text(from), "link": reader.link(stop)]
        case .jobAbandoned(let job, let kind, let attempts):
            return ["job": job.text, "kind": kind.rawValue, "attempts": attempts]
        case .noticeBounced(_, let code, let duty):
            var facts: [String: Any] = code.map { ["reply": $0] } ?? [:]
            if let duty { facts["duty"] = duty.text }
            return facts
        case .recipientErasure(_, let passed): return reader.facts(of: passed)
        }
    }

    private var request: RequestID? {
        switch self {
        case .oneTimeCode, .noAccount, .jobAbandoned, .deadlinesNear, .holdPlaced, .holdsWaiting, .recipientsSilent,
            .recipientsWaiting, .backupsLate, .serviceClosed:
            nil
        case .requestReceived(let id, _, _), .requestAccepted(let id, _, _), .archiveReady(let id, _),
            .linkRenewed(let id, _), .linkRevoked(let id, _), .requestCancelled(let id, _),
            .requestRefused(let id, _, _, _, _), .requestFailed(let id, _, _), .requestDelayed(let id, _, _, _),
            .addressChange(let id, _, _), .erasureAccepted(let id, _), .archiveExpiresSoon(let id, _),
            .archiveDestroyed(let id),
            .noticeBounced(let id, _, _), .recipientErasure(let id, _), .requestQuestion(let id, _, _, _, _),
            .requestExtended(let id, _, _, _, _), .appealReceived(let id, _), .appealDecided(let id, _, _, _),
            .erasureDone(let id, _), .erasureDoneKeeping(let id, _), .erasurePartly(let id, _),
            .erasureStopped(let id, _), .backupsMoved(let id, _, _), .backupsGone(let id, _):
            id
        }
    }

    private var right: RequestRight? {
        switch self {
        case .requestReceived(_, let right, _), .requestAccepted(_, let right, _), .requestCancelled(_, let right),
            .requestRefused(_, let right, _, _, _), .requestFailed(_, let right, _),
            .requestDelayed(_, let right, _, _), .requestQuestion(_, let right, _, _, _),
            .requestExtended(_, let right, _, _, _), .appealReceived(_, let right),
            .appealDecided(_, let right, _, _):
            right
        case .erasureAccepted, .erasureDone, .erasureDoneKeeping, .erasurePartly, .backupsMoved, .backupsGone: .erasure
        case .oneTimeCode, .noAccount, .archiveReady, .linkRenewed, .linkRevoked, .addressChange, .archiveExpiresSoon,
            .archiveDestroyed, .jobAbandoned, .noticeBounced, .deadlinesNear, .holdPlaced, .holdsWaiting,
            .erasureStopped, .backupsLate, .recipientsSilent, .recipientsWaiting, .recipientErasure, .serviceClosed:
            nil
        }
    }
}
