/// Stable codes of what the door itself refuses (docs/errors.md).
package enum HTTPCode: String, Sendable, CaseIterable {
    /// The request line or the headers aren't HTTP.
    case malformedRequest = "http.malformed-request"
    /// The headers are longer than allowed.
    case headersTooLarge = "http.headers-too-large"
    /// The path has an empty or a dot segment, a control character or an encoded slash.
    case badPath = "http.bad-path"
    /// No such path.
    case notFound = "http.not-found"
    /// The path is there, but not for that method.
    case methodNotAllowed = "http.method-not-allowed"
    /// The body is of a type that isn't read here.
    case unsupportedMediaType = "http.unsupported-media-type"
    /// The body is longer than allowed.
    case bodyTooLarge = "http.body-too-large"
    /// The body isn't JSON.
    case malformedJSON = "http.malformed-json"
    /// The form or the query isn't `application/x-www-form-urlencoded`.
    case malformedForm = "http.malformed-form"
    /// A field isn't known here.
    case unknownField = "http.unknown-field"
    /// A field comes twice.
    case duplicateField = "http.duplicate-field"
    /// A field is missing.
    case missingField = "http.missing-field"
    /// A field's value is of the wrong type.
    case wrongType = "http.wrong-type"
    /// A field's value isn't one that is allowed.
    case badValue = "http.bad-value"
    /// The cursor of a list isn't one that was given out for it.
    case badCursor = "http.bad-cursor"
    /// The range lies outside of the content.
    case rangeNotSatisfiable = "http.range-not-satisfiable"
    /// The form was sent from somewhere else, or its token doesn't fit.
    case crossSite = "http.cross-site"
    /// Nobody is signed in where somebody has to be.
    case unauthenticated = "http.unauthenticated"
    /// Too many requests from one address.
    case rateLimited = "http.rate-limited"
    /// The service is stopping.
    case shuttingDown = "http.shutting-down"
    /// Something failed that isn't the caller's fault.
    case internalError = "http.internal-error"
}
