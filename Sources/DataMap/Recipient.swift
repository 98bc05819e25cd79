/// Somebody who receives personal data (GDPR Art. 4(9)).
package struct Recipient: Sendable {
    /// Their name.
    package let name: String
    /// `processor` or `controller`.
    package let role: String
    /// What kind of recipient, such as “AI service providers”.
    package let category: String?
    /// Where they are.
    package let country: String
    /// What they do with the data.
    package let purpose: String
    /// Under which safeguard data leave the region, if they do (GDPR Art. 46).
    package let safeguard: String?
    /// Whether the data are sold to them (Cal. Civ. Code § 1798.140(ad)); nil when the map doesn't say.
    package let isSold: Bool?
    /// Whether the data are shared with them for advertising across contexts (§ 1798.140(ah)); nil likewise.
    package let isShared: Bool?
    /// For which business purpose the data are disclosed to them (§ 1798.140(e)).
    package let businessPurpose: String?
    /// Collections of which they hold copies.
    package let collections: [String]
    /// How they are told of erasures.
    package let notice: Notice
    /// The identifier of the subject by which they know a person, or `key`; nil when they can't be told by a program whom it
    /// is about.
    package let identifiesBy: String?
    /// How many days after an erasure a duty of their own ends, if they have one; they are asked then.
    package let keepsDays: Int?

    /// How a recipient is told of erasures.
    package enum Notice: Sendable, Hashable {
        /// Somebody of the staff tells them.
        case manual
        /// A signed webhook of the settings, by its name.
        case webhook(String)
        /// A mail to this address.
        case mail(String)
    }
}
