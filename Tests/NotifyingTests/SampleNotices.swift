import MailTransport
import Notifying
import RightsCore
import Testing

/// Every notice, with facts that must not get where they don't belong.
enum SampleNotices {
    static let request = RequestID("01936f1e-7a2b-7c3d-8e4f-0123456789ab")
    static let token = "canaryTOKEN_-~x"
    static let code = "4711-0815"
    static let reason = "canary reason: \"a\" < b & c > d\nsecond 'line'"
    static let until = Instant(microseconds: 1_763_744_462_000_000)

    static func all() throws -> [String: Notice] {
        let id = try #require(request)
        let job = try #require(JobID("01936f1e-7a2b-7c3d-8e4f-0123456789ac"))
        let page = try PagePath("/p/r/\(token)")
        let small = Notice.Archive(
            link: try PagePath("/p/d/\(token)"), bytes: 4_160_000, parts: 1, until: until, format: .both)
        let large = Notice.Archive(
            link: try PagePath("/p/d/\(token)"), bytes: 17_400_000_000, parts: 9, until: until, format: .csv)
        var notices: [String: Notice] = [
            "noAccount": .noAccount, "archiveReady": .archiveReady(id, small),
            "archiveReady-parts": .archiveReady(id, large),
            "linkRenewed": .linkRenewed(id, small), "linkRevoked": .linkRevoked(id, page: page),
            "addressChange": .addressChange(id, from: until, stop: page),
            "erasureAccepted": .erasureAccepted(id, page: page),
            "archiveExpiresSoon": .archiveExpiresSoon(id, large), "archiveDestroyed": .archiveDestroyed(id),
            "jobAbandoned": .jobAbandoned(job, .export, attempts: 5),
            "noticeBounced": .noticeBounced(id, replyCode: 550),
            "deadlinesNear": .deadlinesNear(count: 2, requests: "\(id) 2026-03-02 3\n\(job) 2026-03-03 -1"),
            "holdPlaced": .holdPlaced(
                try #require(HoldID(id.text)), matter: "2026-LIT-014", reviewOn: until.utcDate),
            "holdsWaiting": .holdsWaiting(count: 1, holds: "\(id) 2026-LIT-014 proposed 2026-03-02"),
            "erasureDone": .erasureDone(id, erasure(page)),
            "erasureDoneKeeping": .erasureDoneKeeping(
                id, erasure(page, law: "UStG § 14b(1); AO § 147(3)", until: CivilDate("2034-12-31"))),
            "erasureDoneKeeping-held": .erasureDoneKeeping(id, erasure(page, isHeld: true)),
            "erasurePartly": .erasurePartly(id, erasure(page)),
            "erasurePartly-keeping": .erasurePartly(
                id, erasure(page, law: "UStG § 14b(1)", until: CivilDate("2034-12-31"), isHeld: true)),
            "erasureStopped": .erasureStopped(id, error: "erasure.plan-changed"),
            "erasureStopped-partly": .erasureStopped(id, error: "erasure.leftovers"),
            "backupsMoved": .backupsMoved(id, until: until.utcDate, page: page),
            "backupsGone": .backupsGone(id, page: page),
            "backupsLate": .backupsLate(count: 1, lines: "\(job) breach can_resurrect 2026-03-02"),
            "erasureDone-backups": .erasureDone(id, erasure(page, backupsUntil: CivilDate("2026-01-05"))),
            "serviceClosed": .serviceClosed(error: "restore.rewound", hint: "run `habeas replay`"),
            "recipientsSilent": .recipientsSilent(count: 1, duties: "\(job) \(id) 2026-03-02"),
            "recipientsWaiting": .recipientsWaiting(count: 2, duties: "\(job) \(id) 2026-03-02"),
            "noticeBounced-unknown": .noticeBounced(id, replyCode: nil),
            "noticeBounced-duty": .noticeBounced(id, replyCode: 550, duty: EventID(job.text)),
            "recipientErasure-person": try passed(.person(identifiedBy: "email", values: [address, "ada@b.example"])),
            "recipientErasure-partly": try passed(
                .person(identifiedBy: "email", values: [address]), partly: ["Documents"]),
            "recipientErasure-record": try passed(.record(collection: "Conversations", key: "canary & 41")),
            "recipientErasure-unknown": try passed(nil),
        ]
        for purpose in Notice.CodePurpose.allCases {
            notices["oneTimeCode-\(purpose)"] = .oneTimeCode(code: code, minutes: 10, purpose: purpose)
        }
        for right in RequestRight.allCases {
            notices["requestReceived-\(right)"] = .requestReceived(id, right, page: page)
            notices["requestAccepted-\(right)"] = .requestAccepted(id, right, page: page)
            notices["requestCancelled-\(right)"] = .requestCancelled(id, right)
            notices["requestRefused-\(right)"] = .requestRefused(
                id, right, reason: reason, law: "GDPR Art. 12(5)(b)", complaint: "your supervisory authority")
            notices["requestExtended-\(right)"] = .requestExtended(
                id, right, until: until.utcDate, reason: reason, page: page)
            for kind in InterruptionKind.allCases {
                notices["requestQuestion-\(right)-\(kind)"] = .requestQuestion(
                    id, right, kind, reason: reason, page: page)
            }
            notices["appealReceived-\(right)"] = .appealReceived(id, right)
            notices["appealDecided-\(right)-granted"] = .appealDecided(id, right, isGranted: true, reason: reason)
            notices["appealDecided-\(right)-denied"] = .appealDecided(id, right, isGranted: false, reason: reason)
            notices["requestFailed-\(right)"] = .requestFailed(id, right, page: page)
            notices["requestDelayed-\(right)"] = .requestDelayed(id, right, until: until, page: page)
        }
        return notices
    }

    static let address = "canary<ada>@example.com"

    private static func passed(_ matter: RecipientEvent.Matter?, partly: [String] = []) throws -> Notice {
        .recipientErasure(
            try #require(request),
            Notice.Passed(
                duty: try #require(EventID("01936f1e-7a2b-7c3d-8e4f-0123456789ac")),
                collections: ["Messages to the assistant", "Documents"], partly: partly, matter: matter,
                erasedOn: until.utcDate, answerBy: try #require(CivilDate("2025-12-05"))))
    }

    private static func erasure(
        _ page: PagePath, law: String? = nil, until: CivilDate? = nil, isHeld: Bool = false,
        backupsUntil: CivilDate? = nil
    ) -> Notice.Erasure {
        Notice.Erasure(
            at: Self.until, law: law, until: until, isHeld: isHeld, backupsUntil: backupsUntil,
            complaint: "your supervisory authority", page: page)
    }

    static func renderer() throws -> NoticeRenderer {
        let controller = try Controller(
            name: "Demo & Söhne <GmbH>", service: "Workspace", contact: "privacy@demo.example, +49 30 123",
            from: MailAddress("privacy@demo.example"))
        return try NoticeRenderer(controller: controller, baseURL: "https://privacy.demo.example/")
    }

    static func mail(_ notice: Notice, _ language: Language, zone: String? = nil) throws -> MailMessage {
        try renderer().message(
            for: notice, language: language, zone: zone, to: MailAddress("canary@example.org"),
            messageID: MessageID(unique: "0199", domain: "demo.example"), date: until)
    }
}
