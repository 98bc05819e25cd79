internal import Hummingbird
internal import HTTPTypes
internal import HummingbirdCore

extension RouteGroup {
    /// What machines ask: health, readiness, metrics, the API's description and the public keys.
    ///
    /// `/metrics` tells nothing of persons; whether the world may read it is for the proxy to say (docs/http.md).
    ///
    /// - Parameter refresh: brings measurements up to date that aren't taken as things happen.
    package static func system(
        checks: [ReadinessCheck], life: ServerLife, metrics: MetricsRegistry, openAPI: [UInt8],
        refresh: @escaping @Sendable () async -> Void = {},
        wellKnown: @escaping @Sendable () async throws -> [UInt8]
    ) -> RouteGroup {
        var group = RouteGroup(rate: .open)
        group.get("/healthz") { _, _ in try .json(["state": "alive"]) }
        group.get("/readyz") { _, _ in
            let readiness = await Readiness.of(checks, life: life)
            return try .json(readiness, status: readiness.isReady ? .ok : .serviceUnavailable)
        }
        group.get("/metrics") { _, _ in
            await refresh()
            return .bytes(Array(metrics.text().utf8), type: "text/plain; version=0.0.4; charset=utf-8")
        }
        group.get("/openapi.yaml") { _, _ in
            .bytes(openAPI, type: "application/yaml", headers: [.cacheControl: "public, max-age=300"])
        }
        group.get("/.well-known/habeas.json") { _, _ in
            .bytes(
                try await wellKnown(), type: "application/json", headers: [.cacheControl: "public, max-age=300"])
        }
        return group
    }
}
