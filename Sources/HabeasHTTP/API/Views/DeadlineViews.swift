internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// The dates of a request with all that led to them.
struct DeadlinesView: Encodable {
    let requestId: String
    let state: String
    let clocks: [ClockView]
    let questions: [QuestionView]
    let extensions: [ExtensionView]
    let appeal: AppealView?

    init(_ dates: RequestClocks) {
        requestId = dates.request.id.text
        state = dates.request.state.rawValue
        clocks = dates.clocks.map(ClockView.init)
        questions = dates.questions.map(QuestionView.init)
        extensions = dates.extensions.map(ExtensionView.init)
        appeal = dates.appeal.map(AppealView.init)
    }
}

/// One clock: the dates as they stand, and what today's rules would give where that differs.
struct ClockView: Encodable {
    let purpose: String
    let computedAt: String
    let deadline: Deadline
    let proposed: Deadline?

    init(_ clock: ClockRecord) {
        purpose = clock.purpose.rawValue
        computedAt = clock.computedAt.rfc3339
        deadline = clock.deadline
        proposed = clock.proposed
    }
}

/// What the person was asked.
struct QuestionView: Encodable {
    let kind: String
    let askedOn: String
    let answeredOn: String?
    let askedBy: String

    init(_ question: QuestionRecord) {
        kind = question.kind.rawValue
        askedOn = question.askedOn.description
        answeredOn = question.answeredOn?.description
        askedBy = question.askedBy
    }
}

/// A notice that the answer takes longer, and what became of it.
struct ExtensionView: Encodable {
    let purpose: String
    let reason: String
    let state: String
    let madeAt: String
    let deliveredOn: String?
    let announcedOn: String?

    init(_ record: ExtensionRecord) {
        purpose = record.purpose.rawValue
        reason = record.reason
        state = record.state.rawValue
        madeAt = record.madeAt.rfc3339
        deliveredOn = record.deliveredOn?.description
        announcedOn = record.announcedOn?.description
    }
}

/// A complaint about the answer.
struct AppealView: Encodable {
    let receivedAt: String
    let dueEnd: String?
    let decidedAt: String?
    let outcome: String?

    init(_ appeal: AppealRecord) {
        receivedAt = appeal.received.instant.rfc3339
        dueEnd = appeal.dueEnd?.rfc3339
        decidedAt = appeal.decidedAt?.rfc3339
        outcome = appeal.outcome?.rawValue
    }
}
