package import RightsCore

/// What one law wants an answer to a request for access to say. The laws themselves are tables: `ReportLaw+….swift`.
package struct ReportLaw: Sendable {
    /// The two shapes a report has.
    package enum Family: String, Sendable, Encodable {
        /// After GDPR Art. 15; laws without a shape of their own have this one.
        case gdpr
        /// After the California Consumer Privacy Act.
        case ccpa
    }

    /// The law's name.
    package let name: String
    package let family: Family
    /// What is said, in this order, each with the provision that demands it.
    package let statements: [LegalStatement]
    let rights: [RightRule]
    /// Countries (ISO 3166) among which data move without being transferred.
    let home: Set<String>
    /// The provision that forbids to disclose certain values even to the person; nil where there is none.
    package let neverDisclosed: String?
    /// That courts can be asked too, with the provision; nil where the table doesn't say.
    let judicialRemedy: String?

    init(
        _ name: String, _ family: Family, _ statements: [LegalStatement], rights: [RightRule], home: Set<String> = [],
        neverDisclosed: String? = nil, judicialRemedy: String? = nil
    ) {
        self.name = name
        self.family = family
        self.statements = statements
        self.rights = rights
        self.home = home
        self.neverDisclosed = neverDisclosed
        self.judicialRemedy = judicialRemedy
    }

    /// What the law of that id wants; one that an operator added has the GDPR's shape under its own id.
    package static func of(_ regime: RegimeID) -> ReportLaw { table[regime.text] ?? plain(regime.text, regime.text) }

    /// Whether the law wants this said.
    func demands(_ item: ReportItem) -> Bool { statements.contains { $0.item == item } }

    private static let table = Dictionary(uniqueKeysWithValues: european + british + american + others)
}
