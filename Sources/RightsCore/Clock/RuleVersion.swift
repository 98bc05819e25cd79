/// Which edition of a rule, calendar or statute gave a date: its own version and what its text hashes to.
package struct RuleVersion: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The version written in the document, a day such as `2026-11-21`.
    package let text: String
    /// The first eight hexadecimal digits of the document's SHA-256: an edit without a new version shows too.
    package let digest: String

    /// A version and the digest of the text that carries it.
    package init(text: String, digest: String) {
        self.text = text
        self.digest = digest
    }

    /// `2026-11-21 (1a2b3c4d)`.
    package var description: String { digest.isEmpty ? text : "\(text) (\(digest))" }
}

/// Where a rule was read.
package enum Evidence: String, Sendable, Codable, CaseIterable {
    /// In a primary or secondary text.
    case source
    /// In nobody's text yet: from memory, to be checked by counsel.
    case knowledge
}

/// Days from one to another, either end open.
package struct DayRange: Hashable, Sendable, Codable {
    /// The first day; nil when it always held.
    package let from: CivilDate?
    /// The last day; nil while it holds.
    package let through: CivilDate?

    /// A range of days, both ends included.
    package init(from: CivilDate?, through: CivilDate?) {
        self.from = from
        self.through = through
    }

    /// Whether a day lies within.
    package func contains(_ day: CivilDate) -> Bool {
        if let from, day < from { return false }
        if let through, day > through { return false }
        return true
    }

    /// Whether two ranges share a day.
    package func overlaps(_ other: DayRange) -> Bool {
        if let through, let start = other.from, start > through { return false }
        if let end = other.through, let from, from > end { return false }
        return true
    }
}

extension DayRange: CustomStringConvertible {
    /// `from 2026-02-05`, `2021-01-01 to 2026-02-04`, `always`.
    package var description: String {
        switch (from, through) {
        case (let from?, let through?): "\(from) to \(through)"
        case (let from?, nil): "from \(from)"
        case (nil, let through?): "until \(through)"
        case (nil, nil): "always"
        }
    }
}
