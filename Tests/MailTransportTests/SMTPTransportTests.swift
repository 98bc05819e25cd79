import Foundation
import MailTransport
import PostgresTestKit
import RightsCore
import Testing

/// Mails over a real SMTP server that isn't ours, judged by a mail parser that isn't ours.
@Suite(.timeLimit(.minutes(10))) struct SMTPTransportTests {
    private static let handed = Instant(microseconds: 1_763_744_463_000_000)

    /// A server with a certificate of its own for `localhost`, and a transport to it.
    private func withServer<Value: Sendable>(
        _ security: SMTPSettings.Security, offering offered: String? = nil, host: String = "localhost",
        trusting authority: String? = "server", credentials: SMTPSettings.Credentials? = nil, signIn: Bool = false,
        seconds: Int = 20, _ body: (LineServer, SMTPTransport) async throws -> Value
    ) async throws -> Value {
        try await withFolder { folder in
            for name in ["server", "other"] { try await makeCertificate("\(folder)/\(name)") }
            let offered = offered ?? security.rawValue
            let files = offered == "none" ? [] : ["\(folder)/server.pem", "\(folder)/server.key"]
            return try await LineServer.with("mail_server.py", [offered] + files + (signIn ? ["--sign-in"] : [])) {
                let settings = try SMTPSettings(
                    host: host, port: $0.port, security: security, credentials: credentials,
                    authorities: authority.map { "\(folder)/\($0).pem" }, helloName: "habeas.test", connectSeconds: 10,
                    totalSeconds: seconds)
                return try await body($0, SMTPTransport(settings, now: { Self.handed }))
            }
        }
    }

    private func makeCertificate(_ path: String) async throws {
        let made = try await Program.run(
            "openssl",
            [
                "req", "-new", "-x509", "-days", "2", "-nodes", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                "-keyout", "\(path).key", "-out", "\(path).pem",
            ])
        #expect(made.status == 0, "\(made.errors)")
    }

    private func failure(_ transport: SMTPTransport, to: String, from: String = "privacy@service.example") async throws
        -> MailError?
    {
        let mail = try SampleMail.make(to: to, from: from)
        return await #expect(throws: MailError.self) { try await transport.send(mail) }
    }

    @Test(arguments: SMTPSettings.Security.allCases)
    func handsAMailOverUnchanged(security: SMTPSettings.Security) async throws {
        try await withServer(security) { server, transport in
            let subject = "Größe „ü“ " + String(repeating: "日本語 ", count: 8)
            let handover = try await transport.send(SampleMail.make(subject: subject, name: "Büro \"Nord\""))
            let mail = try await server.next(SeenMail.self)

            #expect(handover == Handover(at: Self.handed, replyCode: 250))
            #expect(mail.sender == "privacy@service.example")
            #expect(mail.recipients == ["ada@example.org"])
            #expect(mail.encrypted == (security != .none))
            #expect(mail.text.trimmingCharacters(in: .newlines) == SampleMail.text)
            #expect(mail.html.trimmingCharacters(in: .newlines) == SampleMail.html)
            #expect(mail.defects == [])
            #expect(mail.ascii && mail.longest <= 76)
            #expect(mail.headers["Subject"] == subject)
            #expect(mail.headers["From"] == "\"Büro \\\"Nord\\\"\" <privacy@service.example>")
            #expect(mail.headers["To"] == "ada@example.org")
            #expect(mail.headers["Reply-To"] == "dpo@service.example")
            #expect(mail.headers["Date"] == "Fri, 21 Nov 2025 17:01:02 +0000")
            #expect(mail.headers["Message-ID"] == "<0199.ready@service.example>")
            #expect(mail.headers["Auto-Submitted"] == "auto-generated")
            #expect(mail.headers["X-Auto-Response-Suppress"] == "All")
            #expect(mail.headers["Content-Language"] == "de")
        }
    }

    @Test(arguments: [
        ("unknown@example.org", MailError.Code.refused, 550, SMTPStage.recipient),
        ("later@example.org", .refusedForNow, 451, .recipient), ("spam@example.org", .refused, 554, .content),
    ])
    func tellsRefusalsApart(to: String, code: MailError.Code, reply: Int, stage: SMTPStage) async throws {
        try await withServer(.startTLS) { _, transport in
            let error = try await failure(transport, to: to)

            #expect(error?.code == code)
            #expect(error?.replyCode == reply)
            #expect(error?.stage == stage)
            #expect(error?.isWorthRetrying == (code == .refusedForNow))
            var dumped = ""
            if let error { dump(error, to: &dumped) }
            #expect(!dumped.contains("example.org"), "the server's answer quotes the address")
        }
    }

    /// That the server doesn't take the service as a sender says nothing about the recipient, and can be mended.
    @Test func aRefusedSenderIsNotARefusedRecipient() async throws {
        try await withServer(.startTLS) { _, transport in
            let error = try await failure(transport, to: "ada@example.org", from: "banned@service.example")

            #expect(error?.code == .refused)
            #expect(error?.replyCode == 553)
            #expect(error?.stage == .sender)
            #expect(error?.isWorthRetrying == true)
        }
    }

    @Test func sendsNothingWhenSTARTTLSIsNotOffered() async throws {
        try await withServer(.startTLS, offering: "none") { _, transport in
            let error = try await failure(transport, to: "ada@example.org")
            #expect(error?.code == .tls)
        }
    }

    @Test(
        arguments: [SMTPSettings.Security.startTLS, .implicitTLS],
        [("other", "localhost"), (nil, "localhost"), ("server", "127.0.0.1")])
    func trustsOnlyTheServerThatWasMeant(
        security: SMTPSettings.Security, server: (authority: String?, host: String)
    ) async throws {
        try await withServer(security, host: server.host, trusting: server.authority) { _, transport in
            let error = try await failure(transport, to: "ada@example.org")
            #expect(error?.code == .tls)
        }
    }

    @Test func signsIn() async throws {
        let credentials = SMTPSettings.Credentials(user: "habeas", password: "correct horse")
        try await withServer(.startTLS, credentials: credentials, signIn: true) { server, transport in
            _ = try await transport.send(SampleMail.make())
            let mail = try await server.next(SeenMail.self)
            #expect(mail.user == "habeas")
        }
    }

    @Test func tellsARefusedPasswordFromARefusedMail() async throws {
        let credentials = SMTPSettings.Credentials(user: "habeas", password: "battery staple")
        try await withServer(.startTLS, credentials: credentials, signIn: true) { _, transport in
            let error = try await failure(transport, to: "ada@example.org")
            #expect(error?.code == .signInRefused)
            #expect(error?.replyCode == 535)
            #expect(error?.isWorthRetrying == true)
        }
    }

    @Test func aServerThatDoesNotAnswerIsUnreachable() async throws {
        try await withServer(.startTLS, seconds: 5) { _, transport in
            let error = try await failure(transport, to: "hang@example.org")
            #expect(error?.code == .unreachable)
            #expect(error?.stage == .recipient)
        }
    }

    @Test func cancellingEndsTheConversation() async throws {
        try await withServer(.startTLS, seconds: 600) { server, transport in
            let mail = try SampleMail.make(to: "hang@example.org")
            let sending = Task { try await transport.send(mail) }
            let event: [String: String] = try await server.next()
            #expect(event == ["event": "hanging"])

            let begun = ContinuousClock.now
            sending.cancel()
            await #expect(throws: CancellationError.self) { try await sending.value }
            #expect(ContinuousClock.now - begun < .seconds(30))
        }
    }

    @Test func nobodyThereIsUnreachable() async throws {
        // A port that was free a moment ago: the server that held it has ended.
        let port = try await LineServer.with("mail_server.py", ["none"]) { $0.port }
        let transport = SMTPTransport(
            try SMTPSettings(host: "127.0.0.1", port: port, security: .none), now: { Self.handed })
        let error = try await failure(transport, to: "ada@example.org")
        #expect(error?.code == .unreachable)
        #expect(error?.stage == .connecting)
    }

    @Test func settingsRefuseMailInClearToOtherMachines() {
        let error = #expect(throws: MailError.self) {
            try SMTPSettings(host: "mail.example.org", port: 25, security: .none)
        }
        #expect(error?.code == .badSettings)
    }

    @Test(arguments: ["", "a b", "mail.example.org/x", "user@mail.example.org", "mail\r\nQUIT"])
    func settingsRefuseWhatIsNoHost(host: String) {
        let error = #expect(throws: MailError.self) { try SMTPSettings(host: host, port: 587, security: .startTLS) }
        #expect(error?.code == .badSettings)
    }

    @Test func credentialsPrintNothing() {
        let credentials = SMTPSettings.Credentials(user: "habeas", password: "correct horse")
        var dumped = "\(credentials) \(String(reflecting: credentials))"
        dump(credentials, to: &dumped)
        #expect(!dumped.contains("horse"))
    }
}
