package import RightsCore

/// Who answers for the data (GDPR Art. 4(7)).
package struct Controller: Sendable {
    /// Name of the controller.
    package let name: String
    /// How a person reaches them.
    package let contact: String
    /// The data protection officer and how a person reaches them (GDPR Art. 37).
    package let dataProtectionOfficer: String?
    /// The representative where the controller is established elsewhere (GDPR Art. 27).
    package let representative: String?
    /// The authority that takes complaints (GDPR Art. 77) where the map names no other for a law.
    package let complaintAuthority: String
    /// The authorities of particular laws.
    package let complaintAuthorities: [RegimeID: String]

    /// The authority that takes complaints under a law.
    package func complaintAuthority(under regime: RegimeID) -> String {
        complaintAuthorities[regime] ?? complaintAuthority
    }
}
