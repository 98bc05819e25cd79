import HTTPTypes
import Hummingbird
import HummingbirdTesting
import PostgresTestKit
import Testing

@testable import HabeasHTTP

/// The text of metrics, judged by Prometheus's own parser.
@Suite struct MetricsTests {
    private static let script = """
        import sys
        from prometheus_client.parser import text_string_to_metric_families as families
        for family in families(sys.stdin.read()):
            print(family.name, family.type)
            for s in family.samples:
                print(" ", s.name, sorted(s.labels.items()), s.value)
        """

    private func judged(_ text: String) async throws -> String {
        let outcome = try await Program.run(Checkout.python, ["-c", Self.script], input: text)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }

    @Test func everyKindIsReadByPrometheus() async throws {
        let registry = MetricsRegistry()
        let label = MetricLabel("route", values: ["/a/{id}", "say \"hi\"\\\n"])
        let counter = registry.counter("habeas_things_total", help: "Things,\nwith a \\ in them.", labels: [label])
        let gauge = registry.gauge("habeas_waiting_jobs", help: "Jobs.")
        let histogram = registry.histogram("habeas_time_seconds", help: "Time.", bounds: [0.5, 1])
        registry.gauge("habeas_absent_bytes", help: "Nothing to read.") { nil }

        counter.add(2, "/a/{id}")
        counter.add(1, "say \"hi\"\\\n")
        counter.add(1, "/a/0190-some-id")
        gauge.set(-1.5)
        for value in [0.2, 0.5, 0.7, 9] { histogram.observe(value) }
        let output = try await judged(registry.text())

        #expect(output.contains("habeas_things counter"))
        #expect(output.contains("habeas_things_total [('route', '/a/{id}')] 2"))
        #expect(output.contains(#"[('route', 'say "hi"\\\n')] 1"#))
        #expect(output.contains("[('route', 'other')] 1"))
        #expect(!output.contains("0190") && !output.contains("absent"))
        #expect(output.contains("habeas_waiting_jobs [] -1.5"))
        #expect(output.contains("habeas_time_seconds_bucket [('le', '0.5')] 2"))
        #expect(output.contains("habeas_time_seconds_bucket [('le', '1')] 3"))
        #expect(output.contains("habeas_time_seconds_bucket [('le', '+Inf')] 4"))
        #expect(output.contains("habeas_time_seconds_count [] 4"))
        #expect(output.contains("habeas_time_seconds_sum [] 10.4"))
    }

    @Test func requestsAreCountedByTemplate() async throws {
        let server = try SampleServer.server()
        let metrics = try await server.application.test(.router) { client in
            for id in ["one", "two"] { try await client.execute(uri: "/v1/notes/\(id)", method: .get) }
            try await client.execute(uri: "/secret-path", method: .get)
            try await client.execute(uri: "/v1/notes/x", method: .init("BREW")!)
            return try await client.execute(uri: "/metrics", method: .get)
        }
        let output = try await judged(metrics.text)

        #expect(metrics.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(output.contains("[('method', 'GET'), ('route', '/v1/notes/{id}'), ('status', '2xx')] 2"))
        #expect(output.contains("[('method', 'GET'), ('route', 'unrouted'), ('status', '4xx')] 1"))
        #expect(output.contains("[('method', 'other'), ('route', 'unrouted'), ('status', '4xx')] 1"))
        #expect(output.contains("habeas_http_requests_in_flight [] 1"))
        #expect(output.contains("habeas_build_info [('version', '1.2.3')] 1"))
        #expect(output.contains("habeas_process_start_time_seconds"))
        #expect(output.contains("habeas_process_resident_memory_bytes"))
        #expect(!metrics.text.contains("secret-path") && !metrics.text.contains("BREW"))
    }
}
