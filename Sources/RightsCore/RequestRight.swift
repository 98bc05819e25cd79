/// Which right a request invokes.
package enum RequestRight: String, Sendable, CaseIterable, Codable {
    /// A copy of everything held, with what the law wants said about it (GDPR Art. 15).
    case access
    /// What they provided or what was observed of them, in a portable form (GDPR Art. 20).
    case export
    /// Erasure of the account or of single records (GDPR Art. 17).
    case erasure

    /// What the exporter is asked for; nil for an erasure.
    package var archive: Right? {
        switch self {
        case .access: .access
        case .export: .export
        case .erasure: nil
        }
    }
}

/// The way a request came.
package enum Channel: String, Sendable, CaseIterable, Codable {
    /// The person's own pages.
    case web
    /// The product, where the person was signed in.
    case product
    /// Support staff, for a person who wrote or called.
    case staff
}

/// The language a person is written to in.
package enum Language: String, Sendable, CaseIterable, Codable {
    case english = "en"
    case german = "de"
}
