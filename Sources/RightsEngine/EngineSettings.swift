package import RightsCore

/// How the engine works; read once at the start.
package struct EngineSettings: Sendable {
    /// Where people reach the service, such as `https://privacy.example.com`; without a slash at the end.
    package var publicURL: String
    /// The law under which requests come that name none.
    package var defaultRegime: String
    /// The language of people whose own isn't known.
    package var defaultLanguage = Language.english
    /// The dates the law gives.
    package var clock: LegalClock
    /// The folder of sealed archives.
    package var archives: String
    /// How large a part may be; 0 makes one part of everything.
    package var partSize: UInt64 = 2_147_483_648
    /// How long a link lives from the moment the archive is there.
    package var linkLifetime = Duration.days(7)
    /// How long an archive is kept; no link outlives it.
    package var archiveKeep = Duration.days(14)
    /// How long a claim waits for its code.
    package var claimLifetime = Duration.seconds(3600)
    /// How long a code can be entered.
    package var codeLifetime = Duration.seconds(600)
    /// How many wrong codes lock it.
    package var codeTries = 5
    /// How soon a new code can be asked for.
    package var codePause = Duration.seconds(60)
    /// How many codes an hour.
    package var codesPerHour = 5
    /// How long a person stays signed in.
    package var sessionLifetime = Duration.seconds(1800)
    /// How long a changed address waits before anything goes to it.
    package var coolDown = Duration.seconds(72 * 3600)
    /// How long a mailed code is waited for before the request is dropped.
    package var identityPatience = Duration.days(30)
    /// Whether whoever vouches for a person can't release the request too.
    package var isTwoPersonRule = false
    /// How long the approval of an erasure plan is good.
    package var approvalLifetime = Duration.days(14)
    /// Up to how many rows an erasure without conflicts, holds, shared rows or side effects needs nobody's approval; 0 lets
    /// none pass.
    package var automaticErasureRows = 0
    /// Temporary and lasting space that running exports may fill together, in bytes.
    package var spaceBudget = 20_000_000_000
    /// From how many rows on an export is heavy.
    package var heavyRows = 200_000
    /// How long records of requests are kept after they are closed (11 CCR 7101: 24 months).
    package var recordKeep = Duration.days(731)
    /// The collections of the data map; a hold on another one would keep nothing. Nil where no map is at hand.
    package var collections: Set<String>?
    /// Where the operators read mail; nil when nobody does.
    package var operatorsAddress: String?
    /// Where events are told to.
    package var webhooks: [WebhookEndpoint] = []
    /// Who holds copies and is told of erasures by a program, or is asked later; everybody else is told by the staff.
    package var recipients: [RecipientWay] = []

    /// Settings with defaults for everything that has one.
    package init(publicURL: String, defaultRegime: String, clock: LegalClock, archives: String) {
        self.publicURL = publicURL
        self.defaultRegime = defaultRegime
        self.clock = clock
        self.archives = archives
    }
}

/// A program that is told of events.
package struct WebhookEndpoint: Sendable {
    /// Its name in the settings.
    package let name: String
    /// Where it listens.
    package let url: String
    /// The secret events are signed with, as `whsec_…`, then the one before while receivers may still have it.
    package let secrets: [String]

    /// An endpoint by its parts.
    package init(name: String, url: String, secrets: [String]) {
        self.name = name
        self.url = url
        self.secrets = secrets
    }
}

/// How one recipient of the data map is told of erasures.
package struct RecipientWay: Sendable {
    /// As the map names them.
    package let name: String
    /// The webhook of the settings that tells them, if one does.
    package let webhook: String?
    /// The address they are told at by mail, if they are.
    package let mail: String?
    /// The identifier by which they know a person, or `key`.
    package let identifiesBy: String?
    /// How long a duty of their own binds them after an erasure.
    package let keepsDays: Int?

    /// A way by its parts.
    package init(
        name: String, webhook: String? = nil, mail: String? = nil, identifiesBy: String? = nil, keepsDays: Int? = nil
    ) {
        self.name = name
        self.webhook = webhook
        self.mail = mail
        self.identifiesBy = identifiesBy
        self.keepsDays = keepsDays
    }

    /// Who tells a recipient.
    package enum Means: String, Sendable {
        case webhook
        case mail
        /// The staff.
        case manual
    }

    /// Who tells them.
    package var means: Means { webhook != nil ? .webhook : mail != nil ? .mail : .manual }
}

extension EngineSettings {
    /// How a recipient is told.
    func way(to recipient: String) -> RecipientWay {
        recipients.first { $0.name == recipient } ?? RecipientWay(name: recipient)
    }

    /// The webhooks that hear of every request: those of recipients hear of erasures of what they hold, and nothing else.
    var ownWebhooks: [WebhookEndpoint] {
        let foreign = Set(recipients.compactMap(\.webhook))
        return webhooks.filter { !foreign.contains($0.name) }
    }
}

extension Duration {
    /// Whole days of 24 hours.
    package static func days(_ days: Int) -> Duration { .seconds(days * 86_400) }
}

extension Instant {
    static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds + duration.microseconds)
    }

    static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds - duration.microseconds)
    }
}
