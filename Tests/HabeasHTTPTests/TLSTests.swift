import PostgresTestKit
import Testing

@testable import HabeasHTTP

/// TLS by certificate files that openssl made, judged by curl.
@Suite(.timeLimit(.minutes(10))) struct TLSTests {
    private func certificate(in folder: String, _ name: String) async throws -> ServerSettings.TLSFiles {
        let files = ServerSettings.TLSFiles(
            certificateChain: "\(folder)/\(name).crt", privateKey: "\(folder)/\(name).key")
        let outcome = try await Program.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", files.privateKey, "-out",
                files.certificateChain,
            ])
        try #require(outcome.status == 0, "\(outcome.errors)")
        return files
    }

    private func curl(_ arguments: [String]) async throws -> ProgramOutcome {
        try await Program.run("curl", ["--silent", "--show-error", "--max-time", "20"] + arguments)
    }

    @Test func curlTrustsTheCertificateAndOldVersionsAreRefused() async throws {
        try await withFolder { folder in
            let files = try await certificate(in: folder, "server")
            try await withServer {
                $0.tls = files
                $0.host = "localhost"
            } _: { port, _ in
                let url = "https://localhost:\(port)/healthz"
                let trusted = try await curl(["--include", "--cacert", files.certificateChain, url])
                let twelve = try await curl(["--tls-max", "1.2", "--cacert", files.certificateChain, url])
                let old = try await curl([
                    "--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0", "--cacert",
                    files.certificateChain, url,
                ])
                let stranger = try await curl([url])
                let plain = try await curl(["http://localhost:\(port)/healthz"])

                #expect(trusted.output.hasPrefix("HTTP/1.1 200 OK"))
                #expect(trusted.output.contains("Strict-Transport-Security: max-age=31536000"))
                #expect(twelve.output.contains("alive"))
                #expect(old.status == 35)
                #expect(stranger.status == 60)
                #expect(!plain.output.contains("alive"))
            }
        }
    }

    @Test func unusableFilesAreNamed() async throws {
        try await withFolder { folder in
            let one = try await certificate(in: folder, "one")
            let other = try await certificate(in: folder, "other")
            let missing = ServerSettings.TLSFiles(
                certificateChain: "\(folder)/none.crt", privateKey: one.privateKey)
            let mixed = ServerSettings.TLSFiles(
                certificateChain: one.certificateChain, privateKey: other.privateKey)
            let swapped = ServerSettings.TLSFiles(
                certificateChain: one.certificateChain, privateKey: one.certificateChain)

            for (files, word) in [(missing, "none.crt"), (mixed, "doesn't go with"), (swapped, "private key")] {
                let error = #expect(throws: ServerError.self) { try SampleServer.server { $0.tls = files } }
                #expect(error?.code == .unusableCertificate)
                #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
            }
        }
    }

    @Test func anAddressInUseIsNamed() async throws {
        let error = try await withServer { port, _ in
            let second = try SampleServer.server { $0.port = port }
            return await #expect(throws: ServerError.self) { try await second.run() }
        }
        #expect(error?.code == .cannotListen)
    }
}
