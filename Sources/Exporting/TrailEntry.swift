package import RightsCore

/// One step of the record of who asked for, looked at or downloaded a person's data. It prints nothing of its words.
package struct TrailEntry: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// When it was.
    package let at: Instant
    /// What kind of actor, as a code: `person`, `staff`, `system`.
    package let actor: String
    /// What was done, as a code: `request.opened`.
    package let action: String
    /// Why, as a code.
    package let reasonCode: String?
    /// Why, in words that the person may read.
    package let words: String?
    /// The request it belongs to.
    package let requestID: String

    /// A step by its parts.
    package init(
        at: Instant, actor: String, action: String, reasonCode: String? = nil, words: String? = nil, requestID: String
    ) {
        (self.at, self.actor, self.action) = (at, actor, action)
        (self.reasonCode, self.words, self.requestID) = (reasonCode, words, requestID)
    }

    package var description: String { "\(action) by \(actor)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
