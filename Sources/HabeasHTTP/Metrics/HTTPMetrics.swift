internal import HTTPTypes

/// What is measured of every request; routes are named by their templates.
struct HTTPMetrics: Sendable {
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    private static let bounds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600]

    private let requests: Counter
    private let durations: Histogram
    private let sent: Counter
    private let inFlight: Gauge

    init(_ registry: MetricsRegistry, routes: [String]) {
        let route = MetricLabel("route", values: routes)
        let method = MetricLabel("method", values: Self.methods)
        let status = MetricLabel("status", values: (1...5).map { "\($0)xx" })
        requests = registry.counter(
            "habeas_http_requests_total", help: "Requests that were answered.", labels: [route, method, status])
        durations = registry.histogram(
            "habeas_http_request_duration_seconds", help: "Time until the last byte of the answer was handed over.",
            bounds: Self.bounds, labels: [route, method])
        sent = registry.counter(
            "habeas_http_sent_bytes_total", help: "Bytes of answers' bodies.", labels: [route])
        inFlight = registry.gauge("habeas_http_requests_in_flight", help: "Requests being answered.")
    }

    func begin() { inFlight.add(1) }

    func end(route: String, method: HTTPRequest.Method, status: Int, duration: Duration, bytes: Int) {
        inFlight.add(-1)
        requests.add(1, route, method.rawValue, "\(status / 100)xx")
        durations.observe(duration.inSeconds, route, method.rawValue)
        sent.add(Double(bytes), route)
    }
}
