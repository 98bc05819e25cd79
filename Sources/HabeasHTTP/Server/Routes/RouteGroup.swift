package import HTTPTypes
package import Hummingbird
package import HummingbirdCore

/// Routes that share a prefix, a limit and middlewares.
package struct RouteGroup: Sendable {
    let prefix: String
    let rate: RateClass
    let middlewares: [any MiddlewareProtocol<Request, Response, HabeasContext>]
    private(set) var routes: [Route] = []

    /// An empty group. Middlewares run in order, after those every request passes.
    package init(
        _ prefix: String = "", rate: RateClass,
        through middlewares: [any MiddlewareProtocol<Request, Response, HabeasContext>] = []
    ) {
        self.prefix = prefix
        self.rate = rate
        self.middlewares = middlewares
    }

    /// Adds a route; `path` is appended to the prefix.
    package mutating func on(
        _ method: HTTPRequest.Method, _ path: String, rate: RateClass? = nil, handler: @escaping Route.Handler
    ) {
        routes.append(Route(method: method, template: prefix + path, rate: rate ?? self.rate, handler: handler))
    }

    /// Adds GET, and HEAD that answers with the same headers. Give streams a length, or HEAD can't tell it.
    package mutating func get(_ path: String, rate: RateClass? = nil, handler: @escaping Route.Handler) {
        on(.get, path, rate: rate, handler: handler)
        on(.head, path, rate: rate) { request, context in
            let response = try await handler(request, context)
            return response.createHeadResponse()
        }
    }

    /// Adds POST.
    package mutating func post(_ path: String, rate: RateClass? = nil, handler: @escaping Route.Handler) {
        on(.post, path, rate: rate, handler: handler)
    }

    /// Adds PUT.
    package mutating func put(_ path: String, rate: RateClass? = nil, handler: @escaping Route.Handler) {
        on(.put, path, rate: rate, handler: handler)
    }

    /// Adds PATCH.
    package mutating func patch(_ path: String, rate: RateClass? = nil, handler: @escaping Route.Handler) {
        on(.patch, path, rate: rate, handler: handler)
    }

    /// Adds DELETE.
    package mutating func delete(_ path: String, rate: RateClass? = nil, handler: @escaping Route.Handler) {
        on(.delete, path, rate: rate, handler: handler)
    }

    func add(to router: Router<HabeasContext>) {
        let group = router.group()
        for middleware in middlewares { group.add(middleware: middleware) }
        for route in routes {
            group.on(
                RouterPath(route.template), method: route.method, responder: RouteResponder(handler: route.handler))
        }
    }
}

/// A route's handler, as the router calls it.
private struct RouteResponder: HTTPResponder {
    let handler: Route.Handler

    func respond(to request: Request, context: HabeasContext) async throws -> Response {
        try await handler(request, context)
    }
}
