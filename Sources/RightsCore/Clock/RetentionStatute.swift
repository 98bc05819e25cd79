/// A law that says how long a document must be kept, in one edition (`schemas/retention/*.yaml`).
package struct RetentionStatute: Sendable, Hashable {
    /// ISO 3166-1 alpha-2, or `EU` for the One-Stop-Shop records.
    package let country: String
    /// The kinds of document it covers: `invoice`, `voucher`, `ledger` …
    package let documents: [String]
    /// What it is made for: `tax`, `vat`, `commercial`, `company`.
    package let scope: String
    package let years: Int
    package let anchor: RetentionAnchor
    package let citation: String
    package let evidence: Evidence
    /// The days of computation it holds for.
    package let effective: DayRange
    package let version: RuleVersion
    /// What can make it longer, and who it isn't for.
    package let notes: [String]

    /// A statute by its parts.
    package init(
        country: String, documents: [String], scope: String, years: Int, anchor: RetentionAnchor, citation: String,
        evidence: Evidence, effective: DayRange, version: RuleVersion, notes: [String]
    ) {
        self.country = country
        self.documents = documents
        self.scope = scope
        self.years = years
        self.anchor = anchor
        self.citation = citation
        self.evidence = evidence
        self.effective = effective
        self.version = version
        self.notes = notes
    }

    /// The same statute under another code for its country.
    package func of(country code: String) -> RetentionStatute {
        RetentionStatute(
            country: code, documents: documents, scope: scope, years: years, anchor: anchor, citation: citation,
            evidence: evidence, effective: effective, version: version, notes: notes)
    }
}

/// The kinds of document that retention statutes speak of.
package enum RetainedDocument: String, Sendable, Codable, CaseIterable {
    case invoice
    case transactionRecord = "transaction_record"
    case voucher
    case ledger
    case annualAccounts = "annual_accounts"
    case accountingRecord = "accounting_record"
    case businessLetter = "business_letter"
    /// What sellers in a One-Stop Shop record.
    case oneStopShopRecord = "oss_record"
}

/// What a retention statute is made for.
package enum RetentionScope: String, Sendable, Codable, CaseIterable {
    case tax, vat, commercial, company
}

/// The day a retention period runs from.
package struct RetentionAnchor: Sendable, Hashable {
    package let day: AnchorDay
    /// Whether the period runs from the end of that day's calendar year.
    package let isYearEnd: Bool
    /// What to do when the day isn't known.
    package let missing: Missing

    /// An anchor by its parts.
    package init(_ day: AnchorDay, isYearEnd: Bool, missing: Missing) {
        self.day = day
        self.isYearEnd = isYearEnd
        self.missing = missing
    }

    package enum Missing: Sendable, Hashable {
        /// No date can be given.
        case refuse
        /// The document's own date stands in for it, for the reason given.
        case documentDate(reason: String)
        /// Another statute of the country covers the document for longer in any case, for the reason given.
        case skip(reason: String)
    }
}

/// The kinds of day a retention period can run from.
package enum AnchorDay: String, Sendable, Codable, CaseIterable {
    /// The day the document was made or the transaction took place.
    case documentDate = "document_date"
    case fiscalYearEnd = "fiscal_year_end"
    case taxDue = "tax_due"
    case returnDue = "return_due"
    case taxYearEnd = "tax_year_end"
}

/// A document whose retention is asked for.
package struct RetentionQuestion: Sendable, Hashable {
    package var country: String
    package var document: String
    /// One scope, or nil for the longest of all that apply.
    package var scope: String?
    package var documentDate: CivilDate
    package var anchors: [AnchorDay: CivilDate]
    /// The day the law of which is applied.
    package var asOf: CivilDate

    /// A document whose retention is asked for.
    package init(
        country: String, document: String, scope: String?, documentDate: CivilDate, anchors: [AnchorDay: CivilDate],
        asOf: CivilDate
    ) {
        self.country = country
        self.document = document
        self.scope = scope
        self.documentDate = documentDate
        self.anchors = anchors
        self.asOf = asOf
    }
}

/// Why no retention date can be given.
package enum RetentionRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    case unknownCountry(String, known: [String])
    case noStatute(country: String, document: String, scope: String?)
    case missingAnchor(country: String, anchor: AnchorDay, citation: String)
    /// No period of a document begins before the document was made.
    case anchorBeforeDocument(anchor: AnchorDay, day: CivilDate, documentDate: CivilDate)

    /// A stable name (docs/errors.md).
    package var code: String {
        switch self {
        case .unknownCountry: "retention.unknown-country"
        case .noStatute: "retention.no-statute"
        case .anchorBeforeDocument: "retention.anchor-before-document"
        case .missingAnchor: "retention.missing-anchor"
        }
    }

    package var description: String {
        switch self {
        case .unknownCountry(let country, let known):
            "no statutes of \(country) are known; known are \(known.joined(separator: ", "))"
        case .noStatute(let country, let document, let scope):
            "no statute of \(country) is known for \(document)\(scope.map { " in the scope \($0)" } ?? "")"
        case .missingAnchor(let country, let anchor, let citation):
            "\(country) counts from \(anchor.rawValue) (\(citation)), and that day isn't given"
        case .anchorBeforeDocument(let anchor, let day, let documentDate):
            "\(anchor.rawValue) \(day) lies before the document's date, \(documentDate)"
        }
    }
}
