// RightsCore: the words of the field as values (rights, regimes, ids, instants).
//
// Owns rules that are pure functions of their arguments. It must never do I/O or read the clock.

/// What a data subject may ask for.
package enum Right: String, Sendable, CaseIterable, Codable {
    /// A copy of everything held about them, inferences included (GDPR Art. 15, CCPA right to know).
    case access
    /// What they provided or what was observed of them, in a portable form (GDPR Art. 20).
    case export
}

/// The form in which rows are written.
package enum DataFormat: String, Sendable, CaseIterable, Codable {
    case json, csv, both

    /// Whether the archive holds `data/json`.
    package var hasJSON: Bool { self != .csv }
    /// Whether the archive holds `data/csv`.
    package var hasCSV: Bool { self != .json }
}
