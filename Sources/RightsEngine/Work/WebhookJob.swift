internal import RequestLedger
internal import RightsCore

/// Tells one webhook of one event; whatever answers 2xx has heard it.
struct WebhookJob: Sendable {
    let engine: Engine
    let call: @Sendable (WebhookRecord, WebhookEndpoint) async throws -> Int?
    let held: HeldJob

    func run() async throws {
        guard let event = try await waitingEvent() else { return try await held.finish() }
        guard let endpoint = engine.settings.webhooks.first(where: { $0.name == event.endpoint }) else {
            throw JobFailure(.webhookUnknown, retry: .never)
        }
        let status = try await call(try await engine.addressed(event), endpoint)
        guard let status, (200..<300).contains(status) else {
            let failure = JobFailure(status == nil ? .webhookUnreachable : .webhookRefused)
            try await note(event, status, failure)
            throw failure
        }
        try await held.finish { transaction in
            try await transaction.storeWebhook(
                event.id, state: "accepted", status: status, error: nil, now: engine.now())
            try await engine.noteTold(by: event, in: transaction)
        }
    }

    private func waitingEvent() async throws -> WebhookRecord? {
        guard let id = held.job.target.flatMap({ EventID($0) }) else { return nil }
        let event = try await engine.control.transaction { try await $0.webhookEvent(id) }
        return event?.state == "waiting" ? event : nil
    }

    /// What it answered last, for whoever looks.
    private func note(_ event: WebhookRecord, _ status: Int?, _ failure: JobFailure) async throws {
        try await engine.control.transaction { transaction in
            guard try await transaction.holds(held.job) else { throw JobLost() }
            try await transaction.storeWebhook(
                event.id, state: "waiting", status: status, error: failure.code, now: engine.now())
        }
    }
}
