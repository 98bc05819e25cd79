import Foundation
import PostgresAccess
import PostgresTestKit
import PrivatePostgres
import SystemPackage
import Testing

@Suite struct TLSTests {
    /// A server with a certificate for `localhost`, on a loopback port the system chose.
    @Test func verifyFullTrustsTheRightCertificateOnly() async throws {
        try await withFolder { folder in
            let port = try freePort()
            let cluster = try PrivateCluster(
                state: FilePath(folder),
                settings: [
                    "listen_addresses": "127.0.0.1", "port": "\(port)", "ssl": "on",
                    "ssl_cert_file": "\(folder)/server.pem", "ssl_key_file": "\(folder)/server.key",
                ])
            try await certificates(in: folder, owner: cluster.base.string)
            try await cluster.start()
            do {
                let base = "port=\(port) user=tls password=right dbname=postgres"
                let socket = "\(cluster.connectionString) port=\(port)"
                try await PostgresConnection.withConnection(to: ConnectionTarget(socket)) {
                    try await $0.run(unsafeSQL: "CREATE ROLE tls LOGIN PASSWORD 'right'")
                }
                let good =
                    "host=localhost hostaddr=127.0.0.1 \(base) sslmode=verify-full sslrootcert=\(folder)/server.pem"
                let isEncrypted = try await PostgresConnection.withConnection(to: ConnectionTarget(good)) {
                    await $0.isEncrypted()
                }
                #expect(isEncrypted)
                for bad in [
                    good.replacingOccurrences(of: "host=localhost", with: "host=elsewhere"),
                    good.replacingOccurrences(of: "server.pem", with: "other.pem"),
                    good.replacingOccurrences(of: "password=right", with: "password=wrong"),
                ] {
                    let error = await #expect(throws: PostgresError.self) {
                        try await PostgresConnection.withConnection(to: ConnectionTarget(bad)) { _ in }
                    }
                    #expect(error?.code == .cannotConnect)
                }
                try await cluster.stop()
                try? FileManager.default.removeItem(atPath: cluster.base.string)
            } catch {
                try await cluster.stop()
                throw error
            }
        }
    }

    private func certificates(in folder: String, owner: String) async throws {
        for (name, host) in [("server", "localhost"), ("other", "localhost")] {
            let made = try await Program.run(
                "openssl",
                [
                    "req", "-new", "-x509", "-days", "2", "-nodes", "-newkey", "rsa:2048", "-subj", "/CN=\(host)",
                    "-addext", "subjectAltName=DNS:\(host)", "-keyout", "\(folder)/\(name).key", "-out",
                    "\(folder)/\(name).pem",
                ])
            #expect(made.status == 0)
        }
        // The server's user must be able to read its key, and nobody else.
        var facts = stat()
        #expect(stat(owner, &facts) == 0)
        chown("\(folder)/server.key", facts.st_uid, facts.st_gid)
        chmod("\(folder)/server.key", 0o600)
        chmod(folder, 0o711)
        chmod("\(folder)/server.pem", 0o644)
    }

    private func freePort() throws -> UInt16 {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, length) == 0 && getsockname(handle, $0, &length) == 0
            }
        }
        try #require(isBound)
        return UInt16(bigEndian: address.sin_port)
    }
}
