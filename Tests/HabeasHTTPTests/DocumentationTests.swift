import PostgresTestKit
import Testing

@testable import HabeasHTTP

/// The documents and the code name the same things.
@Suite struct DocumentationTests {
    @Test(arguments: HTTPCode.allCases.map(\.rawValue) + ServerError.Code.allCases.map(\.rawValue))
    func codesAreDocumented(code: String) throws {
        let text = try Checkout.text("docs/errors.md")
        #expect(text.contains("`\(code)`"))
    }

    @Test func metricsAreDocumented() throws {
        let documented = try Checkout.text("docs/http.md")
        let parts = SampleServer.parts()
        _ = try SampleServer.server(parts: parts)
        // Declared even before the first request: names stand in HELP lines once there is a sample.
        for line in parts.metrics.text().split(separator: "\n") where line.hasPrefix("# TYPE ") {
            #expect(documented.contains("`\(line.split(separator: " ")[2])`"))
        }
        for name in [
            "habeas_http_requests_total", "habeas_http_request_duration_seconds", "habeas_http_sent_bytes_total",
        ] {
            #expect(documented.contains("`\(name)`"))
        }
    }
}
