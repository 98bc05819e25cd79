import ErasureLedger
import Foundation
import PostgresTestKit
import PrivatePostgres
import RightsCore
import SystemPackage
import Testing

/// `habeas serve` over a database that goes back in time while it runs.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ClosedServiceTests {
    /// Settings of a service; gives its port.
    private func configure(_ bench: RestoreBench) throws -> Int {
        let port = try FreePort.find()
        let settings = try String(contentsOfFile: "\(bench.folder)/habeas.yaml", encoding: .utf8)
        try """
        \(settings)
        clock: { zone: Europe/Berlin }
        service: { port: \(port) }
        mail: { folder: mail, from: privacy@shop.example }
        operators: { address: ops@shop.example }
        fence: { roles: app, interval: 1s }
        archives: archives
        """.write(toFile: "\(bench.folder)/habeas.yaml", atomically: true, encoding: .utf8)
        return port
    }

    /// The ledger forgot who was erased from so old a copy: it stays shut, whatever is tried.
    @Test func aCopyOlderThanTheLedgerRemembersStaysShut() async throws {
        try await RestoreBench.with { bench in
            let shop = try ShopBench(bench.shop, folder: bench.folder)
            let port = try configure(bench)
            func noon(_ day: String) throws -> Instant { try #require(Instant(rfc3339: "\(day)T12:00:00Z")) }
            try await shop.takeBackup()
            try await shop.erase(3, at: noon("2026-01-10"))
            try await shop.erase(4, at: noon("2026-02-10"))
            let report = try await shop.openLedger().expire(before: noon("2026-02-01"), at: noon("2026-02-11"))
            #expect(report.until == 2)

            let (_, status) = try await RunningProgram.with(Checkout.binary, ["serve"], in: bench.folder) { program in
                try #require(await program.line(with: "listens on") != nil, "\(program.log)")
                #expect(try await answer(port, "/readyz").contains("200"), "receipts that expired aren't missed")

                try await shop.restoreBackup()
                #expect(try await waits(port, for: "503"))
                #expect(try await answer(port, "/healthz").contains("replay.beyond-ledger"))
                #expect(program.log.contains("so old a copy") && program.log.contains("roles=app"), "\(program.log)")
                #expect(try await app(bench).status != 0)
                for more in [["--dry-run"], []] {
                    let replayed = try await bench.habeas(["replay"] + more)
                    #expect(replayed.status == 6 && replayed.errors.contains("so old a copy"), "\(replayed.errors)")
                }
                #expect(try await answer(port, "/healthz").contains("503"))
            }
            #expect(status == 0)
            await shop.close()
        }
    }

    @Test func theServiceClosesItselfAndOpensAfterTheReplay() async throws {
        try await RestoreBench.with { bench in
            let shop = try ShopBench(bench.shop, folder: bench.folder)
            let port = try configure(bench)
            try await shop.takeBackup()
            try await shop.erase(3)

            let (_, status) = try await RunningProgram.with(Checkout.binary, ["serve"], in: bench.folder) { program in
                try #require(await program.line(with: "listens on") != nil, "\(program.log)")
                #expect(try await answer(port, "/readyz").contains("200"))
                #expect(try await app(bench).status == 0)

                try await shop.restoreBackup()
                #expect(try await waits(port, for: "503"))
                for path in ["/healthz", "/readyz", "/v1/requests", "/p/", "/nothing", "/metrics"] {
                    let answer = try await answer(port, path)
                    #expect(answer.contains("503") && answer.contains("restore.rewound"), "\(path): \(answer)")
                }
                let refused = try await app(bench)
                #expect(refused.status != 0 && refused.errors.contains("not permitted to log in"), "\(refused.errors)")
                #expect(program.log.contains("restore.rewound") && program.log.contains("roles=app"), "\(program.log)")
                let mails = try FileManager.default.contentsOfDirectory(atPath: "\(bench.folder)/mail")
                    .filter { $0.hasSuffix(".eml") }
                #expect(mails.count == 1, "the operators are told once")

                let replayed = try await bench.expect("replay")
                #expect(replayed.output.contains("1 erased again"))
                #expect(try await waits(port, for: "200"), "\(program.log)")
                #expect(try await app(bench).output == "59\n")
            }
            #expect(status == 0)
            await shop.close()
        }
    }

    /// What is said to a request, with its status.
    private func answer(_ port: Int, _ path: String) async throws -> String {
        try await Program.run(
            "curl", ["-s", "-w", " %{http_code}", "http://127.0.0.1:\(port)\(path)"]
        ).output
    }

    private func waits(_ port: Int, for status: String) async throws -> Bool {
        for _ in 0..<200 {
            if try await answer(port, "/healthz").hasSuffix(status) { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    private func app(_ bench: RestoreBench) async throws -> ProgramOutcome {
        let place = bench.source.base.appending("run").string
        return try await Program.run(
            "\(RestoreBench.programs)/psql",
            [
                "-X", "-w", "-A", "-t", "-h", place, "-U", "app", "-d", "shop", "-c",
                "SELECT count(*) FROM shop.customers",
            ])
    }
}
