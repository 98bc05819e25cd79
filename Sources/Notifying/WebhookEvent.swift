package import RightsCore

/// One thing that happened, as told to the product's own systems. Its type has no room for personal data.
package struct WebhookEvent: Sendable, Hashable {
    /// What can happen.
    package enum Kind: String, Sendable, CaseIterable {
        /// A request came into another state.
        case requestStateChanged = "request.state_changed"
        /// The day to have a request done by came near, or is past.
        case deadlineNear = "request.deadline_near"
    }

    let id: EventID
    let kind: Kind
    let at: Instant
    let request: RequestID
    let right: RequestRight
    let state: RequestState

    /// What happened to a request at `at`, and where it stands. The id is the same for each attempt, so that a receiver can drop what it has
    /// seen.
    package init(
        _ kind: Kind, id: EventID, at: Instant, request: RequestID, right: RequestRight, state: RequestState
    ) {
        self.id = id
        self.kind = kind
        self.at = at
        self.request = request
        self.right = right
        self.state = state
    }

    /// The event as it is sent: one JSON object. No value needs escaping: each is a code, an id or an instant.
    package var message: WebhookMessage {
        WebhookMessage(
            id: id,
            body: """
                {"at":"\(at.rfc3339)","id":"\(id)","request_id":"\(request)","right":"\(right.rawValue)",\
                "state":"\(state.rawValue)","type":"\(kind.rawValue)"}
                """)
    }
}

/// The exact bytes that a receiver gets and that are signed.
package struct WebhookMessage: Sendable, Hashable {
    /// The event's id.
    package let id: EventID
    /// JSON.
    package let body: String

    /// A message as it was made from an event and stored.
    package init(id: EventID, body: String) {
        self.id = id
        self.body = body
    }
}
