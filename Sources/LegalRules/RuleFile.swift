internal import Crypto
internal import RightsCore

/// The text of one rule document.
package struct RuleFile: Sendable, Hashable {
    /// Its name for errors, such as `regimes/GDPR.yaml`.
    package let name: String
    package let text: String

    /// A document's name and text.
    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// The edition: the version the document names, and the beginning of its SHA-256.
    func version(_ version: String) -> RuleVersion {
        RuleVersion(text: version, digest: Array(SHA256.hash(data: Array(text.utf8)).prefix(4)).hex)
    }
}
