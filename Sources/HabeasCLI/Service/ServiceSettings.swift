internal import DataMap
internal import HabeasHTTP
internal import RightsCore
internal import RightsEngine

/// How the service runs: read and judged once, before anything starts.
struct ServiceSettings: Sendable {
    let engine: EngineSettings
    let server: ServerSettings
    let worker: WorkerSettings
    /// Whose tokens sign a person in, if the product has any.
    let personTokens: TokenIssuer?
    /// Where the product's sign-in pages are, so that nobody else's page signs a browser in.
    let personTokenOrigins: [String]
    /// Where the controller says how it treats data (GDPR Art. 13).
    let privacyNotice: String?
    /// Whose tokens sign staff in.
    let staffTokens: TokenIssuer?
    /// For how many months entries of the audit chain are kept.
    let auditMonths: Int

    init(_ settings: Settings, map: DataMap, processName: String) throws {
        let host = settings.found("service.host")?.value ?? "127.0.0.1"
        let port = try settings.number("service.port", 0...65_535, default: 8180)
        let url = settings.found("service.url")?.value ?? "http://\(host):\(port)"
        try Self.check(url: url, host: host)
        engine = try Self.engine(settings, map: map, url: url)
        server = try Self.server(settings, url: url, host: host, port: port)
        worker = try Self.worker(settings, processName)
        personTokens = try Self.issuer(settings, "person_tokens")
        personTokenOrigins = settings.list("person_tokens.origins")
        privacyNotice = settings.found("service.privacy_notice")?.value
        staffTokens = try Self.issuer(settings, "staff_tokens")
        auditMonths = try settings.number("audit.months", 24...1200, default: 24)
    }

    /// Links in mails lead there, so it must be what people can reach, and not in the clear across a network.
    private static func check(url: String, host: String) throws {
        let address = try? ServiceAddress(url)
        // Pages, cookies and links stand at the root.
        guard let address, !address.text.drop(while: { $0 != "/" }).dropFirst(2).contains("/") else {
            throw CommandFailure(
                .usage, code: "settings.invalid",
                "service.url must be the https address people use, such as https://privacy.example.com",
                hint: "http is for 127.0.0.1 only; TLS may end here (service.tls.*) or at a proxy")
        }
    }

    private static func engine(_ settings: Settings, map: DataMap, url: String) throws -> EngineSettings {
        var engine = EngineSettings(
            publicURL: url.hasSuffix("/") ? String(url.dropLast()) : url, defaultRegime: map.defaultRegime.text,
            clock: try settings.legalClock(), archives: settings.archivesPath)
        engine.partSize = try settings.size("archive.part_size", default: engine.partSize)
        guard engine.partSize == 0 || engine.partSize >= 1_000_000 else {
            throw CommandFailure(
                .usage, code: "settings.invalid", "archive.part_size must be at least 1MB, or 0 for one file")
        }
        engine.archiveKeep = try settings.duration("archive.keep", atMost: .days(366), default: engine.archiveKeep)
        engine.linkLifetime = try settings.duration("link.lifetime", atMost: .days(366), default: engine.linkLifetime)
        guard engine.linkLifetime <= engine.archiveKeep else {
            throw CommandFailure(
                .usage, code: "settings.invalid", "link.lifetime is longer than archive.keep",
                hint: "a link can't outlive its archive; raise archive.keep")
        }
        engine.coolDown = try settings.duration("identity.cool_down", atMost: .days(30), default: engine.coolDown)
        engine.identityPatience = try settings.duration(
            "identity.patience", atMost: .days(366), default: engine.identityPatience)
        engine.approvalLifetime = try settings.duration(
            "erasure.approval_lifetime", atMost: .days(90), default: engine.approvalLifetime)
        engine.automaticErasureRows = try settings.number(
            "erasure.automatic_rows", 0...1_000_000, default: engine.automaticErasureRows)
        engine.collections = Set(map.collections.map(\.name))
        engine.isTwoPersonRule = map.isTwoPersonRule
        engine.spaceBudget = Int(clamping: try settings.size("workers.space", default: UInt64(engine.spaceBudget)))
        engine.heavyRows = try settings.number("workers.heavy_rows", 1...1_000_000_000, default: engine.heavyRows)
        engine.operatorsAddress = settings.found("operators.address")?.value
        engine.webhooks = try settings.webhooks()
        engine.recipients = try recipients(map, engine.webhooks)
        return engine
    }

    /// Who is told of erasures, and by which of the settings' webhooks or at which address.
    private static func recipients(_ map: DataMap, _ webhooks: [WebhookEndpoint]) throws -> [RecipientWay] {
        try map.recipients.map { recipient in
            var (webhook, mail): (String?, String?)
            switch recipient.notice {
            case .manual: break
            case .mail(let address): mail = address
            case .webhook(let name):
                guard webhooks.contains(where: { $0.name == name }) else {
                    throw CommandFailure(
                        .usage, code: "settings.invalid",
                        "the data map has “\(recipient.name)” told by the webhook \(name), which the settings don't have",
                        hint: "add it to `webhooks`, or let the staff tell them: notice: manual")
                }
                webhook = name
            }
            return RecipientWay(
                name: recipient.name, webhook: webhook, mail: mail, identifiesBy: recipient.identifiesBy,
                keepsDays: recipient.keepsDays)
        }
    }

    private static func server(
        _ settings: Settings, url: String, host: String, port: Int
    ) throws -> ServerSettings {
        var server = ServerSettings(publicBaseURL: url)
        server.trustedProxies = try proxies(settings)
        server.host = host
        server.port = port
        switch (settings.path("service.tls.certificate"), settings.path("service.tls.key")) {
        case (let chain?, let key?): server.tls = .init(certificateChain: chain, privateKey: key)
        case (nil, nil): break
        default:
            throw CommandFailure(
                .usage, code: "settings.invalid", "service.tls.certificate and service.tls.key belong together")
        }
        let burst = try settings.number("service.intake_burst", 1...1_000_000, default: 10)
        if burst != 10 {
            server.rateLimits[.intake] = RateLimit(burst: burst, every: .microseconds(max(1, 30_000_000 / burst)))
            // Guessing isn't loosened with asking, but for people behind one address.
            server.rateLimits[.code] = RateLimit(burst: min(max(burst, 10), 60), every: .seconds(1))
        }
        return server
    }

    private static func proxies(_ settings: Settings) throws -> TrustedProxies {
        TrustedProxies(
            try settings.list("service.trusted_proxies").map { text in
                guard let range = AddressRange(text) else {
                    throw settings.invalid(
                        "service.trusted_proxies", "setting", text, "addresses or networks such as 10.0.0.0/8")
                }
                return range
            })
    }

    private static func worker(_ settings: Settings, _ name: String) throws -> WorkerSettings {
        var worker = WorkerSettings(name: name)
        worker.exportPlaces = try settings.number("workers.exports", 0...64, default: worker.exportPlaces)
        worker.errandPlaces = try settings.number("workers.errands", 0...64, default: worker.errandPlaces)
        worker.grace = try settings.duration("workers.grace", atMost: .seconds(3600), default: worker.grace)
        worker.lease = try settings.duration("workers.lease", atMost: .seconds(3600), default: worker.lease)
        guard worker.lease >= .seconds(2) else {
            throw CommandFailure(
                .usage, code: "settings.invalid", "workers.lease must be at least 2s",
                hint: "a busy machine would lose its jobs between two heartbeats")
        }
        return worker
    }

    private static func issuer(_ settings: Settings, _ group: String) throws -> TokenIssuer? {
        guard let keys = settings.found("\(group).keys")?.value else { return nil }
        let isAddress = keys.contains("://")
        if isAddress { _ = try ServiceAddress(keys) }
        var issuer = TokenIssuer(
            keys: isAddress ? keys : settings.path("\(group).keys") ?? keys,
            issuer: try settings.required("\(group).issuer", why: "tokens of any issuer would be taken"),
            audience: try settings.required("\(group).audience", why: "tokens meant for others would be taken"))
        guard group == "person_tokens" else { return issuer }
        issuer.subjectClaim = settings.found("\(group).claim")?.value ?? "sub"
        issuer.subjectKind = settings.found("\(group).kind")?.value
        if settings.found("\(group).max_age") != nil {
            issuer.maximumAge = try settings.duration("\(group).max_age", atMost: .days(366), default: .days(1))
        }
        return issuer
    }
}
