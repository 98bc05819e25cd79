internal import HummingbirdCore
internal import HummingbirdTLS
internal import NIOSSL

extension ServerSettings.TLSFiles {
    /// TLS 1.2 and 1.3 before another protocol.
    func builder(over base: HTTPServerBuilder) throws(ServerError) -> HTTPServerBuilder {
        let chain = try reading(certificateChain, as: "certificate") { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try reading(privateKey, as: "private key") { try NIOSSLPrivateKey(file: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            _ = try NIOSSLContext(configuration: configuration)
            return try .tls(base, tlsConfiguration: configuration)
        } catch {
            throw ServerError(
                .unusableCertificate, "the certificate in \(certificateChain) doesn't go with the key in \(privateKey)",
                hint: "the first certificate of the file has to be the server's own")
        }
    }

    private func reading<Value>(
        _ file: String, as what: String, _ read: (String) throws -> Value
    ) throws(ServerError) -> Value {
        do {
            return try read(file)
        } catch {
            throw ServerError(
                .unusableCertificate, "\(file) can't be read as a \(what)",
                hint: "it has to be a PEM file that this user may read, the key without a passphrase")
        }
    }
}
