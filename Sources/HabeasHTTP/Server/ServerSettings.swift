/// How the server listens and what it bears.
package struct ServerSettings: Sendable {
    /// Certificate chain and key, both PEM.
    package struct TLSFiles: Sendable {
        /// The certificate, then those between it and the root.
        package var certificateChain: String
        /// The certificate's private key.
        package var privateKey: String

        package init(certificateChain: String, privateKey: String) {
            self.certificateChain = certificateChain
            self.privateKey = privateKey
        }
    }

    /// Where to listen.
    package var host = "127.0.0.1"
    /// The port; 0 takes any free one.
    package var port = 8180
    /// TLS 1.2 and 1.3 with these files; nil speaks plain HTTP (behind a proxy, or on loopback).
    package var tls: TLSFiles?
    /// The address people and programs use, such as `https://privacy.example.com`, without a slash at the end.
    package var publicBaseURL: String
    /// Longest body of a request, in bytes.
    package var bodyLimit = 64 << 10
    /// Longest header block of a request, in bytes.
    package var headerLimit = 16 << 10
    /// Most header fields of a request.
    package var headerCountLimit = 100
    /// Most connections at once; more wait in the system's queue.
    package var connectionLimit = 1024
    /// How long a connection may be idle, and how long a client may take for the headers of a request.
    package var idleTimeout: Duration = .seconds(30)
    /// How long a client may take to send one whole request.
    package var requestTimeout: Duration = .seconds(30)
    /// How long a client may take no bytes of an answer.
    package var stalledWriteTimeout: Duration = .seconds(60)
    /// Requests per client and route class.
    package var rateLimits: [RateClass: RateLimit] = RateLimit.standard
    /// How many clients the rate limiter remembers.
    package var rateLimitMemory = 50_000
    /// Proxies whose `X-Forwarded-For` and `X-Request-ID` are believed.
    package var trustedProxies = TrustedProxies()
    /// How long `/readyz` says 503 before the server stops listening, for load balancers to notice.
    package var stopNotice: Duration = .seconds(2)
    /// How long answers that are under way may take after that.
    package var stopGrace: Duration = .seconds(30)

    package init(publicBaseURL: String) {
        self.publicBaseURL = publicBaseURL.hasSuffix("/") ? String(publicBaseURL.dropLast()) : publicBaseURL
    }

    /// Whether browsers reach us by TLS, here or at a proxy.
    package var isSecure: Bool { tls != nil || publicBaseURL.lowercased().hasPrefix("https://") }
}
