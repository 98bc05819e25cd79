/// Why the server doesn't start.
package struct ServerError: Error, Sendable, CustomStringConvertible {
    /// Stable codes (docs/errors.md).
    package enum Code: String, Sendable, CaseIterable {
        /// A certificate or key file can't be read or isn't PEM, or the two don't belong together.
        case unusableCertificate = "server.unusable-certificate"
        /// The address can't be listened on.
        case cannotListen = "server.cannot-listen"
    }

    /// What went wrong.
    package let code: Code
    /// Said for people: names of files and addresses.
    package let description: String
    /// What to do about it.
    package let hint: String?

    init(_ code: Code, _ description: String, hint: String? = nil) {
        self.code = code
        self.description = description
        self.hint = hint
    }
}
