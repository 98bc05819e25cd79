package import HTTPTypes
package import Hummingbird
package import HummingbirdCore
internal import NIOCore

/// An answer that says what went wrong (RFC 9457). Throw it from any handler.
package struct Problem: Error, Sendable, CustomStringConvertible {
    /// The status of the answer.
    package let status: HTTPResponse.Status
    /// A stable code (docs/errors.md); `type` is `/problems/<code>`.
    package let code: String
    /// What the code means, the same every time.
    package let title: String
    /// What went wrong this time: names of things, never values.
    package let detail: String?
    /// What to do about it.
    package let hint: String?
    /// Headers of the answer, such as `Retry-After`.
    package var headers: HTTPFields

    /// A problem with a code of another module.
    package init(
        status: HTTPResponse.Status, code: String, title: String, detail: String? = nil, hint: String? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.hint = hint
        self.headers = headers
    }

    /// A problem of the door itself.
    package init(_ code: HTTPCode, _ detail: String? = nil, hint: String? = nil, headers: HTTPFields = [:]) {
        self.init(
            status: code.status, code: code.rawValue, title: code.title, detail: detail, hint: hint, headers: headers)
    }

    package var description: String { "\(code): \(detail ?? title)" }

    /// The problem as `application/problem+json`, with the id under which the request is logged.
    package func response(requestID: String) -> Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        let body = ProblemBody(self, requestID: requestID.isEmpty ? nil : requestID)
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body.json)))
    }
}

extension Problem: HTTPResponseError {
    package func response(from request: Request, context: some RequestContext) throws -> Response {
        response(requestID: (context as? HabeasContext)?.requestID ?? "")
    }
}

extension HTTPCode {
    /// The status that goes with the code.
    package var status: HTTPResponse.Status {
        switch self {
        case .malformedRequest, .badPath, .malformedJSON, .malformedForm, .unknownField, .duplicateField, .missingField,
            .wrongType, .badValue, .badCursor:
            .badRequest
        case .headersTooLarge: .requestHeaderFieldsTooLarge
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .unsupportedMediaType: .unsupportedMediaType
        case .bodyTooLarge: .contentTooLarge
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .crossSite: .forbidden
        case .unauthenticated: .unauthorized
        case .rateLimited: .tooManyRequests
        case .shuttingDown: .serviceUnavailable
        case .internalError: .internalServerError
        }
    }

    /// What the code means, in a few words.
    package var title: String {
        switch self {
        case .malformedRequest: "malformed request"
        case .headersTooLarge: "headers too large"
        case .badPath: "path can't be used"
        case .notFound: "not found"
        case .methodNotAllowed: "method not allowed"
        case .unsupportedMediaType: "unsupported media type"
        case .bodyTooLarge: "body too large"
        case .malformedJSON: "malformed JSON"
        case .malformedForm: "malformed form"
        case .unknownField: "unknown field"
        case .duplicateField: "duplicate field"
        case .missingField: "missing field"
        case .wrongType: "wrong type"
        case .badValue: "value not allowed"
        case .badCursor: "cursor can't be used"
        case .rangeNotSatisfiable: "range not satisfiable"
        case .crossSite: "sent from another site"
        case .unauthenticated: "not signed in"
        case .rateLimited: "too many requests"
        case .shuttingDown: "shutting down"
        case .internalError: "internal error"
        }
    }
}
