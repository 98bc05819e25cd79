import PostgresTestKit
import Testing

/// The service as it is started and stopped.
@Suite struct RunningServiceTests {
    @Test func startsAnswersAndEndsInOrder() async throws {
        try await Workbench.with { bench in
            let port = try await RunningService.with(bench) { service in
                let health = try await service.curl("/healthz")
                #expect(health.status == 0)
                let refused = try await service.curl("/v1/me")
                #expect(refused.status == 22 && refused.output.contains("http.unauthenticated"))
                return service.port
            }
            // Killed, then started again at the same place.
            try await RunningService.with(bench, port: port, endsWith: 137) { service in
                service.program.send(.kill)
                await service.program.waitForEnd()
            }
            try await RunningService.with(bench, port: port) { service in
                let ready = try await service.curl("/readyz")
                #expect(ready.status == 0)
            }
        }
    }
}
