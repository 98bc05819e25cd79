/// One thing an answer to a request for access must say.
package enum ReportItem: String, Sendable, CaseIterable, Encodable {
    case controller
    case officer = "data_protection_officer"
    case confirmation
    case purposes
    case categories
    case recipients
    case transfers
    case retention
    case sources
    case rights
    case complaint
    case automatedDecisions = "automated_decisions"
    case copy
    case inferences
    case soldOrShared = "sold_or_shared"
    case businessDisclosures = "business_disclosures"
    case lookBack = "look_back"
    case neverDisclosed = "never_disclosed"
    case withheld
    case meanings

    /// Its heading.
    var title: String {
        switch self {
        case .controller: "Who answers for your data"
        case .officer: "Data protection officer and representative"
        case .confirmation: "Whether we hold data about you, and where we looked"
        case .purposes: "What your data are used for"
        case .categories: "Which categories of data we hold about you"
        case .recipients: "Who received your data"
        case .transfers: "Transfers to other countries"
        case .retention: "How long your data are kept"
        case .sources: "Where your data come from"
        case .rights: "Your rights"
        case .complaint: "Where you can complain"
        case .automatedDecisions: "Decisions made by automated means"
        case .copy: "The copy of your data"
        case .inferences: "What was inferred about you"
        case .soldOrShared: "What was sold or shared, and with whom"
        case .businessDisclosures: "What was disclosed for a business purpose, and to whom"
        case .lookBack: "How far back this goes"
        case .neverDisclosed: "What the law tells us to describe and not to hand out"
        case .withheld: "What is not in the copy, and why"
        case .meanings: "What the fields mean"
        }
    }
}

/// A thing to say and the provision that demands it.
package struct LegalStatement: Sendable {
    package let item: ReportItem
    let citation: String

    init(_ item: ReportItem, _ citation: String) {
        self.item = item
        self.citation = citation
    }
}
