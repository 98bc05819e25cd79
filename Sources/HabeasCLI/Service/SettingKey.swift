/// A setting of the service, as docs/configuration.md lists it.
struct SettingKey: Sendable {
    let name: String
    var isSecret = false

    /// Every setting of the service; `webhooks.` takes any name.
    static let service: [SettingKey] = [
        SettingKey(name: "service.url"), SettingKey(name: "service.host"), SettingKey(name: "service.port"),
        SettingKey(name: "service.tls.certificate"), SettingKey(name: "service.tls.key"),
        SettingKey(name: "service.trusted_proxies"), SettingKey(name: "service.privacy_notice"),
        SettingKey(name: "service.intake_burst"),
        SettingKey(name: "clock.zone"), SettingKey(name: "clock.calendar"), SettingKey(name: "clock.respond_within"),
        SettingKey(name: "clock.warn_before"),
        SettingKey(name: "archive.part_size"), SettingKey(name: "archive.keep"),
        SettingKey(name: "link.lifetime"), SettingKey(name: "identity.cool_down"),
        SettingKey(name: "identity.patience"), SettingKey(name: "workers.exports"),
        SettingKey(name: "workers.errands"), SettingKey(name: "workers.grace"), SettingKey(name: "workers.lease"),
        SettingKey(name: "workers.space"),
        SettingKey(name: "workers.heavy_rows"), SettingKey(name: "mail.folder"), SettingKey(name: "mail.host"),
        SettingKey(name: "mail.port"), SettingKey(name: "mail.security"), SettingKey(name: "mail.user"),
        SettingKey(name: "mail.password", isSecret: true), SettingKey(name: "mail.authorities"),
        SettingKey(name: "mail.from"), SettingKey(name: "mail.reply_to"), SettingKey(name: "operators.address"),
        SettingKey(name: "person_tokens.keys"), SettingKey(name: "person_tokens.issuer"),
        SettingKey(name: "person_tokens.audience"), SettingKey(name: "person_tokens.claim"),
        SettingKey(name: "person_tokens.kind"), SettingKey(name: "person_tokens.max_age"),
        SettingKey(name: "person_tokens.origins"), SettingKey(name: "staff_tokens.keys"),
        SettingKey(name: "staff_tokens.issuer"), SettingKey(name: "staff_tokens.audience"),
        SettingKey(name: "audit.months"), SettingKey(name: "webhooks.names"),
        SettingKey(name: "rules.folder"), SettingKey(name: "erasure.ledger"),
        SettingKey(name: "erasure.hunt_budget"), SettingKey(name: "erasure.approval_lifetime"),
        SettingKey(name: "erasure.automatic_rows"), SettingKey(name: "erasure.ledger_margin"),
        SettingKey(name: "purge.every"),
        SettingKey(name: "promise.days"), SettingKey(name: "promise.break_glass"), SettingKey(name: "promise.warn"),
        SettingKey(name: "fence.roles"), SettingKey(name: "fence.interval"),
    ]
}
