/// Whose tokens are accepted, and what they must say (RFC 7519, RFC 8725).
package struct TokenIssuer: Sendable {
    /// Where the public keys are: a file's path, or an https address.
    package var keys: String
    /// What `iss` must be.
    package var issuer: String
    /// What `aud` must contain.
    package var audience: String
    /// The claim that says who it is.
    package var subjectClaim = "sub"
    /// What stands before it in the data map's way of naming people, such as `user`; nil when the claim is used as it is.
    package var subjectKind: String?
    /// How long ago the person may have signed in: 11 CCR 7061 wants them asked again.
    package var maximumAge: Duration?

    /// An issuer by its parts.
    package init(keys: String, issuer: String, audience: String) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }
}
