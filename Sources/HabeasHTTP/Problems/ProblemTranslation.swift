internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Turns any error into a problem: problems stay, known errors of other modules are translated, the framework's get a
/// fixed text, and everything else is an internal error that says nothing.
package struct ProblemTranslation: Sendable {
    /// Knows the errors of a module; nil for an error it doesn't know.
    package typealias Translator = @Sendable (any Error) -> Problem?

    private let translators: [Translator]

    package init(_ translators: [Translator] = []) { self.translators = translators }

    /// The problem for an error; nil when the error is nobody's fault but ours.
    package func problem(for error: any Error) -> Problem? {
        if let problem = error as? Problem { return problem }
        for translate in translators {
            if let problem = translate(error) { return problem }
        }
        // The framework's own messages may repeat what the client sent, so only their status is taken.
        return (error as? any HTTPResponseError).flatMap { Self.problem(status: $0.status) }
    }

    private static func problem(status: HTTPResponse.Status) -> Problem? {
        switch status {
        case .notFound: Problem(.notFound)
        case .contentTooLarge: Problem(.bodyTooLarge)
        case .unsupportedMediaType: Problem(.unsupportedMediaType)
        case .methodNotAllowed: Problem(.methodNotAllowed)
        default: status.kind == .clientError ? Problem(.malformedRequest) : nil
        }
    }
}
