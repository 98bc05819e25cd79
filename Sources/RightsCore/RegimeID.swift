/// The id of a body of law, such as `GDPR` or `CCPA`.
package struct RegimeID: Hashable, Sendable, CustomStringConvertible {
    /// The id as the deadline tables write it.
    package let text: String

    /// Parses an id in any case; nil when no such regime is known.
    package init?(_ text: String) {
        let upper = text.uppercased()
        guard let known = Self.known.first(where: { $0.uppercased() == upper }) else { return nil }
        self.text = known
    }

    package var description: String { text }

    /// Every regime whose rules are tabled.
    package static let known: [String] = [
        "GDPR", "EUDPR", "UK-GDPR", "UK-GDPR-pre-2026-02-05", "UK-DPA2018-s164A", "CCPA", "CCPA-OPTOUT",
        "CA-DELETE-ACT", "US-VA", "US-CO", "US-CT", "US-UT", "US-TX", "US-OR", "US-MT", "US-DE", "US-IA", "US-IN",
        "US-TN", "US-NH", "US-NJ", "US-NE", "US-MD", "US-MN", "US-KY", "US-RI", "US-FL", "US-NV", "US-HIPAA",
        "BR-LGPD", "CA-PIPEDA", "CA-QC-LAW25", "CH-DSG", "AU-APP", "NZ-PA2020", "SG-PDPA", "JP-APPI", "KR-PIPA",
        "CN-PIPL", "IN-DPDP", "ZA-POPIA", "TH-PDPA", "TR-KVKK", "MX-LFPDPPP", "AR-25326", "CL-21719", "ID-PDP",
        "KE-DPA", "SA-PDPL", "HK-PDPO", "TW-PDPA",
    ]
}
