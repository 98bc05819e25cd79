/// The id of a body of law, such as `GDPR` or `CCPA`.
///
/// Which regimes there are, the rule book says: operators add their own.
package struct RegimeID: Hashable, Sendable, CustomStringConvertible {
    /// The id; one that is built in, as its document writes it.
    package let text: String

    /// Parses an id: letters, digits and hyphens, 64 at most; a built-in one in any case.
    package init?(_ text: String) {
        let upper = text.uppercased()
        if let known = Self.known.first(where: { $0.uppercased() == upper }) {
            self.text = known
            return
        }
        guard Self.isWellFormed(text) else { return nil }
        self.text = text
    }

    private static func isWellFormed(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), let first = text.utf8.first, first != 0x2d else { return false }
        return text.unicodeScalars.allSatisfy {
            "a"..."z" ~= $0 || "A"..."Z" ~= $0 || "0"..."9" ~= $0 || $0 == "-"
        }
    }

    package var description: String { text }

    /// Every regime that is built in, and the names that mean one edition.
    package static let known: [String] = [
        "GDPR", "EUDPR", "UK-GDPR", "UK-GDPR-pre-2026-02-05", "UK-DPA2018-s164A", "CCPA", "CCPA-OPTOUT",
        "CA-DELETE-ACT", "US-VA", "US-CO", "US-CT", "US-UT", "US-TX", "US-OR", "US-MT", "US-DE", "US-IA", "US-IN",
        "US-TN", "US-NH", "US-NJ", "US-NE", "US-MD", "US-MN", "US-KY", "US-RI", "US-FL", "US-NV", "US-HIPAA",
        "BR-LGPD", "BR-LGPD-SMALL", "CA-PIPEDA", "CA-QC-LAW25", "CH-DSG", "AU-APP", "NZ-PA2020", "SG-PDPA",
        "JP-APPI", "KR-PIPA", "CN-PIPL", "CN-PIPL-APP", "IN-DPDP", "ZA-POPIA", "TH-PDPA", "TR-KVKK", "MX-LFPDPPP",
        "AR-25326", "CL-21719", "ID-PDP", "KE-DPA", "SA-PDPL", "HK-PDPO", "TW-PDPA",
    ]
}
