/// A value that some laws forbid to hand out even to the person: it is described instead (11 CCR § 7024(d)).
package struct NeverDisclosed: Hashable, Sendable {
    /// What it is.
    package let kind: Kind
    /// What it is more exactly, in the map's words.
    package let note: String?

    /// The kinds of California's list.
    package enum Kind: String, Sendable, CaseIterable {
        case socialSecurityNumber = "ssn"
        case governmentID = "government_id"
        case financialAccount = "financial_account"
        case healthInsuranceID = "health_insurance_id"
        case password
        case securityAnswer = "security_answer"
        case biometric

        /// What people call it.
        package var words: String {
            switch self {
            case .socialSecurityNumber: "social security number"
            case .governmentID: "government-issued identification number"
            case .financialAccount: "financial account number"
            case .healthInsuranceID: "health insurance or medical identification number"
            case .password: "account password"
            case .securityAnswer: "security question or answer"
            case .biometric: "unique biometric data"
            }
        }
    }

    /// The kind, and the note where there is one.
    package var words: String { note.map { "\(kind.words), \($0)" } ?? kind.words }
}
