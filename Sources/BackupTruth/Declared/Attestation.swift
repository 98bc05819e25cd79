package import RightsCore

/// Somebody's word that copies which no adapter can read, such as snapshots or object versions, go in time.
package struct Attestation: Sendable, Hashable {
    /// Whose word: a team or a post.
    package let who: String
    /// What it is about.
    package let what: String
    /// How many days such a copy lives.
    package let expiresAfterDays: Int
    /// The last day the word counts.
    package let validUntil: CivilDate

    /// A word with its end.
    package init(who: String, what: String, expiresAfterDays: Int, validUntil: CivilDate) {
        self.who = who
        self.what = what
        self.expiresAfterDays = expiresAfterDays
        self.validUntil = validUntil
    }
}
