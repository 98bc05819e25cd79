package import HTTPTypes
package import HummingbirdCore

/// One method at one path template.
package struct Route: Sendable {
    /// Answers a request.
    package typealias Handler = @Sendable (Request, HabeasContext) async throws -> Response

    /// The method.
    package let method: HTTPRequest.Method
    /// The path with `{name}` for parts that vary: metrics and logs name routes by it, never by the path.
    package let template: String
    /// Which limit applies.
    package let rate: RateClass
    let handler: Handler
}
