internal import RightsCore

/// Where and how an SMTP server is spoken to.
package struct SMTPSettings: Sendable {
    /// How the connection is encrypted.
    package enum Security: String, Sendable, CaseIterable {
        /// The connection begins in clear and must turn to TLS before anything is told (submission, port 587).
        case startTLS = "starttls"
        /// TLS from the first byte (submissions, port 465).
        case implicitTLS = "tls"
        /// No encryption: only to a relay on this machine.
        case none
    }

    /// User and password. It prints itself without them.
    package struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
        let user: String
        let password: String

        /// Credentials as the operator gave them.
        package init(user: String, password: String) {
            self.user = user
            self.password = password
        }

        package var description: String { "<credentials>" }

        package var customMirror: Mirror { Mirror(self, children: []) }
    }

    let host: String
    let port: Int
    let security: Security
    let credentials: Credentials?
    let authorities: String?
    let helloName: String?
    let connectSeconds: Int
    let totalSeconds: Int

    /// Checked settings.
    ///
    /// - Parameters:
    ///   - host: a host name or IP address, the one the server's certificate is for.
    ///   - authorities: a PEM file of the certificate authorities that are trusted; nil trusts the system's.
    ///   - helloName: the name told in EHLO; nil tells this machine's.
    ///   - connectSeconds: how long connecting may take.
    ///   - totalSeconds: how long one mail may take in all.
    /// - Throws: ``MailError`` with what contradicts.
    package init(
        host: String, port: Int, security: Security, credentials: Credentials? = nil, authorities: String? = nil,
        helloName: String? = nil, connectSeconds: Int = 15, totalSeconds: Int = 60
    ) throws(MailError) {
        guard Self.isHost(host), helloName.map(Self.isHost) ?? true, (1...65_535).contains(port) else {
            throw MailError(.badSettings, "the mail server's host, port or hello name can't be one")
        }
        guard security != .none || Self.loopback.contains(host) else {
            throw MailError(
                .badSettings, "mail without TLS is only sent to this machine, not to \(host)",
                hint: "use starttls (mostly port 587) or tls (mostly port 465)")
        }
        guard connectSeconds > 0, totalSeconds > 0 else {
            throw MailError(.badSettings, "the mail server's time limits must be longer than nothing")
        }
        self.host = host
        self.port = port
        self.security = security
        self.credentials = credentials
        self.authorities = authorities
        self.helloName = helloName
        self.connectSeconds = connectSeconds
        self.totalSeconds = totalSeconds
    }

    private static let loopback: Set<String> = ["localhost", "127.0.0.1", "::1"]

    /// The server's URL as libcurl takes it.
    var url: String {
        let scheme = security == .implicitTLS ? "smtps" : "smtp"
        let name = host.contains(":") ? "[\(host)]" : host
        return "\(scheme)://\(name):\(port)/\(helloName ?? "")"
    }

    private static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count) && text.utf8.allSatisfy { $0.isLetterOrDigit || ".-:_".utf8.contains($0) }
    }
}
