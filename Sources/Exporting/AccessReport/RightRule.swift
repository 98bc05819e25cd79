internal import DataMap

/// A right of the person, and when it applies.
struct RightRule: Sendable {
    /// To which data a right applies.
    enum Scope: Sendable {
        /// To all of them.
        case everything
        /// To those that are processed on one of these grounds.
        case grounds(Set<LegalGround>)
        /// To those of them that the person provided or that were observed (WP 242 rev.01).
        case portable(Set<LegalGround>)
        /// Where decisions are made by automated means alone.
        case decisions
    }

    let name: String
    let explanation: String
    let citation: String
    let scope: Scope

    init(_ name: String, _ explanation: String, _ citation: String, _ scope: Scope = .everything) {
        self.name = name
        self.explanation = explanation
        self.citation = citation
        self.scope = scope
    }
}
