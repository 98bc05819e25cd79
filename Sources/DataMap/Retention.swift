/// How long data are kept, and by which rule (GDPR Art. 15(1)(d)).
package struct Retention: Hashable, Sendable {
    /// How long.
    package let term: Term
    /// The rule that says so: a statute, a contract, the controller's own schedule.
    package let rule: String

    /// How long data are kept.
    package enum Term: Hashable, Sendable {
        /// A period, such as “30 days”.
        case period(String)
        /// What the period depends on, where none can be named.
        case criteria(String)
    }

    /// The period or the criteria, as the map words them.
    package var words: String {
        switch term {
        case .period(let words), .criteria(let words): words
        }
    }
}
