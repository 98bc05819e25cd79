package import RightsCore

/// One thing that happened, as told to the product's own systems. Its type has no room for personal data.
package struct WebhookEvent: Sendable, Hashable {
    /// The same for each attempt, so that a receiver can drop what it has seen.
    package let id: String
    /// What happened, such as `request.state_changed`.
    package let type: String
    /// When it happened.
    package let at: Instant
    /// The request it happened to.
    package let request: RequestID
    /// The request's state since.
    package let state: String

    /// An event of checked words.
    ///
    /// - Throws: ``NotifyingError`` when `id` has more than letters, digits, `-` and `_`, or `type` or `state` more than
    ///   lower-case letters, digits, `_` and dots.
    package init(id: String, type: String, at: Instant, request: RequestID, state: String) throws(NotifyingError) {
        let isID = (1...64).contains(id.utf8.count) && id.utf8.allSatisfy(Self.isIDByte)
        guard isID, Self.isCode(type), Self.isCode(state) else {
            throw NotifyingError(.badEvent, "an event has a word in it that isn't a code")
        }
        self.id = id
        self.type = type
        self.at = at
        self.request = request
        self.state = state
    }

    /// The event as one JSON object. No value needs escaping: each is a checked word, an id or an instant.
    package var json: String {
        """
        {"id":"\(id)","type":"\(type)","timestamp":"\(at.rfc3339)",\
        "data":{"request_id":"\(request)","state":"\(state)"}}
        """
    }

    private static func isCode(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                isIDByte($0) && $0 != UInt8(ascii: "-") && !isUpper($0) || $0 == UInt8(ascii: ".")
            }
    }

    private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func isIDByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: isUpper(byte)
        }
    }
}
