internal import Hummingbird
package import HummingbirdCore
internal import HTTPTypes
internal import Logging

/// Turns every thrown error into an answer: a page where a person looks, problem JSON elsewhere.
package struct ProblemMiddleware: RouterMiddleware {
    /// Renders a problem as a page; nil to answer in JSON.
    package typealias Page = @Sendable (Problem, Request, HabeasContext) async -> Response?

    let table: RouteTable
    let translation: ProblemTranslation
    let page: Page?

    package func handle(
        _ request: Request, context: HabeasContext,
        next: @concurrent (Request, HabeasContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let problem = problem(for: error, request: request, context: context)
            return await response(to: request, problem: problem, context: context)
        }
    }

    private func problem(for error: any Error, request: Request, context: HabeasContext) -> Problem {
        guard let problem = translation.problem(for: error) else {
            // The type only: a description may hold what a database or a person said.
            context.logger.error(
                "request failed", metadata: ["habeas.error.type": "\(String(reflecting: type(of: error)))"])
            return Problem(
                .internalError, "the request couldn't be done; nothing about it is told here",
                hint: "the operator finds it in the log under the request id")
        }
        guard problem.code == HTTPCode.notFound.rawValue, context.isUnrouted else { return problem }
        return notRouted(request)
    }

    /// 405 when the path is there for other methods, 404 otherwise.
    private func notRouted(_ request: Request) -> Problem {
        let methods = table.methods(at: request.uri.path)
        guard !methods.isEmpty else { return Problem(.notFound, "there is nothing at this path") }
        let allowed = methods.map(\.rawValue).joined(separator: ", ")
        return Problem(
            .methodNotAllowed, "this path doesn't take that method", hint: "allowed: \(allowed)",
            headers: [.allow: allowed])
    }

    private func response(to request: Request, problem: Problem, context: HabeasContext) async -> Response {
        if let page, Self.wantsPage(request), var response = await page(problem, request, context) {
            response.status = problem.status
            for field in problem.headers { response.headers[field.name] = field.value }
            return response
        }
        return problem.response(requestID: context.requestID)
    }

    /// Pages live under `/p`; a program that asks there for JSON gets JSON.
    private static func wantsPage(_ request: Request) -> Bool {
        let path = request.uri.path
        guard path == "/p" || path.hasPrefix("/p/") else { return false }
        return request.headers[values: .accept].contains { $0.contains("text/html") }
    }
}
