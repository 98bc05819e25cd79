package import RightsCore

/// What somebody is told, with the facts of it.
///
/// Who gets it, and whether, is decided elsewhere. No subject line holds any of the facts but a request's short id.
package enum Notice: Sendable {
    /// The one-time code, for a person to prove that the address is theirs. `minutes` is how long it is good.
    case oneTimeCode(code: String, minutes: Int, purpose: CodePurpose)
    /// Somebody asked with an address that no account has.
    case noAccount
    /// A request came in. `page` shows how it goes.
    case requestReceived(RequestID, RequestRight, page: PagePath)
    /// The person has proved who they are; the request is worked on.
    case requestAccepted(RequestID, RequestRight, page: PagePath)
    /// The archive can be fetched.
    case archiveReady(RequestID, Archive)
    /// The archive has a new link; an earlier one no longer works.
    case linkRenewed(RequestID, Archive)
    /// The link no longer works. `page` shows what is left to do.
    case linkRevoked(RequestID, page: PagePath)
    /// The request was cancelled; nothing more happens.
    case requestCancelled(RequestID, RequestRight)
    /// The request was refused: the reason as the staff wrote it, the provision, and where the person may complain.
    case requestRefused(RequestID, RequestRight, reason: String, law: String, complaint: String)
    /// Something has to be known from the person first, in the staff's words.
    case requestQuestion(RequestID, RequestRight, InterruptionKind, reason: String, page: PagePath)
    /// The period is lengthened: until which day, and why in the staff's words (GDPR Art. 12(3)).
    case requestExtended(RequestID, RequestRight, until: CivilDate, reason: String, page: PagePath)
    /// A complaint about the answer came in.
    case appealReceived(RequestID, RequestRight)
    /// A complaint about the answer was decided, with the reason in the staff's words.
    case appealDecided(RequestID, RequestRight, isGranted: Bool, reason: String)
    /// To the operators: so many days to have something done by came near; lines of ids and days.
    case deadlinesNear(count: Int, requests: String)
    /// To the operators: a legal hold was placed, and waits for a second person.
    case holdPlaced(HoldID, matter: String, reviewOn: CivilDate)
    /// To the operators: so many legal holds wait for a review or a second person; lines of ids, matters, states and days.
    case holdsWaiting(count: Int, holds: String)
    /// The request failed, and somebody looks after it.
    case requestFailed(RequestID, RequestRight, page: PagePath)
    /// The request takes longer than hoped, and until when it will be answered.
    case requestDelayed(RequestID, RequestRight, until: Instant, page: PagePath)
    /// To the OLD address: somebody asked for answers to go to another one, from when they do, and how to stop it.
    case addressChange(RequestID, from: Instant, stop: PagePath)
    /// An erasure was asked for and confirmed. Until it begins it can be cancelled on the page.
    case erasureAccepted(RequestID, page: PagePath)
    /// What a request covers was erased, and nothing of it is kept.
    case erasureDone(RequestID, Erasure)
    /// It was erased but for what a law or proceedings keep.
    case erasureDoneKeeping(RequestID, Erasure)
    /// A part of it is still there and shouldn't be.
    case erasurePartly(RequestID, Erasure)
    /// To the operators: an erasure stopped, or left something behind, for a reason with a code.
    case erasureStopped(RequestID, error: String)
    /// Copies in backups go later than the person was told: until which day.
    case backupsMoved(RequestID, until: CivilDate, page: PagePath)
    /// No copy of what was erased is left in any backup.
    case backupsGone(RequestID, page: PagePath)
    /// To the operators: copies of people who were erased should be gone and aren't; lines of ids, stages and days.
    case backupsLate(count: Int, lines: String)
    /// To the operators: recipients that were told of erasures again and again, and don't answer; lines of ids.
    case recipientsSilent(count: Int, duties: String)
    /// To the operators: recipients whom no program tells, so that people have to; lines of ids.
    case recipientsWaiting(count: Int, duties: String)
    /// To the operators, at once and not by the queue: the service closed itself, for a reason with a code.
    case serviceClosed(error: String, hint: String)
    /// The archive will soon be destroyed.
    case archiveExpiresSoon(RequestID, Archive)
    /// The archive and its key were destroyed.
    case archiveDestroyed(RequestID)
    /// To the operators: a job was given up after all its attempts.
    case jobAbandoned(JobID, JobKind, attempts: Int)
    /// To the operators: a mail of a request was refused for good; with the duty, when a recipient was to be told by it.
    case noticeBounced(RequestID, replyCode: Int?, duty: EventID? = nil)
    /// To a recipient of the data map: something was erased of which they hold a copy (GDPR Art. 19).
    case recipientErasure(RequestID, Passed)

    /// What a one-time code is good for.
    package enum CodePurpose: String, Sendable, CaseIterable {
        /// To prove who asks.
        case identity
        /// To open a download.
        case download
        /// To confirm an erasure.
        case erasure
    }

    /// What came of an erasure.
    package struct Erasure: Sendable {
        let at: Instant
        let law: String?
        let until: CivilDate?
        let isHeld: Bool
        let backupsUntil: CivilDate?
        let complaint: String
        let page: PagePath

        /// An erasure that was carried out at `at`.
        ///
        /// - Parameters:
        ///   - law: the provisions under which something is kept; nil when none is.
        ///   - until: the last day of what is kept longest.
        ///   - isHeld: whether something stays for proceedings. Which, nobody is told.
        ///   - backupsUntil: until when backups can hold a copy; nil when nobody can say.
        ///   - complaint: where the person may complain.
        ///   - page: where the certificate is.
        package init(
            at: Instant, law: String?, until: CivilDate?, isHeld: Bool, backupsUntil: CivilDate?, complaint: String,
            page: PagePath
        ) {
            self.at = at
            self.law = law
            self.until = until
            self.isHeld = isHeld
            self.backupsUntil = backupsUntil
            self.complaint = complaint
            self.page = page
        }
    }

    /// What a recipient is to erase.
    package struct Passed: Sendable {
        let duty: EventID
        let collections: [String]
        let partly: [String]
        let matter: RecipientEvent.Matter?
        let erasedOn: CivilDate
        let answerBy: CivilDate

        /// Copies of what was erased.
        ///
        /// - Parameters:
        ///   - duty: what they acknowledge.
        ///   - collections: the titles of what they received.
        ///   - partly: those of which a legal hold keeps a part.
        ///   - matter: whom or what it is about; nil when nobody said by what they know people.
        package init(
            duty: EventID, collections: [String], partly: [String], matter: RecipientEvent.Matter?,
            erasedOn: CivilDate, answerBy: CivilDate
        ) {
            self.duty = duty
            self.collections = collections
            self.partly = partly
            self.matter = matter
            self.erasedOn = erasedOn
            self.answerBy = answerBy
        }
    }

    /// What a link leads to.
    package struct Archive: Sendable {
        let link: PagePath
        let bytes: UInt64
        let parts: Int
        let until: Instant
        let format: DataFormat

        /// An archive of so many bytes in so many files, to be fetched by `link` until `until`.
        package init(link: PagePath, bytes: UInt64, parts: Int, until: Instant, format: DataFormat) {
            self.link = link
            self.bytes = bytes
            self.parts = parts
            self.until = until
            self.format = format
        }
    }
}
