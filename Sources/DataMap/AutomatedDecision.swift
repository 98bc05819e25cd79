/// A decision made about people by automated means alone (GDPR Art. 22).
package struct AutomatedDecision: Sendable {
    /// What is decided.
    package let name: String
    /// The procedure and principles actually applied (GDPR Art. 15(1)(h); CJEU C-203/22).
    package let logic: String
    /// What the decision means for the person.
    package let significance: String
    /// What follows from it.
    package let consequences: String
    /// Collections it is made from; all when empty.
    package let collections: [String]
}
