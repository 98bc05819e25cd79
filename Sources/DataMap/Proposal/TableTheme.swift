/// What a table's name says of its contents: the category it is filed under, and how its references are to be read.
struct TableTheme: Hashable {
    /// The category shown in the access report.
    let category: String
    /// Rows that the product writes about use: activity, sign-ins, logs.
    let isObserved: Bool
    /// Rows that are events people go to, or about such, rather than lines of a log: who made one isn't whose it is.
    let isOccasion: Bool
    /// Rows that somebody wrote: comments, posts, messages. Whoever made them is whose they are.
    let isAuthored: Bool
    /// Rows about other people: contacts, guests, invitations.
    let isAboutOthers: Bool
    /// Rows that say who may do something with a thing, or belongs to it.
    let isMembership: Bool
    /// Rows about money, which statutes often require to be kept.
    let isMoney: Bool

    init(_ words: [String]) {
        var set = Set(words.map(NameWords.singular))
        if set.isSuperset(of: ["api", "key"]) { set.insert("apikey") }
        let known = Self.themes.first { !set.isDisjoint(with: $0.words) }
        category = known?.category ?? (words.isEmpty ? "other" : words.joined(separator: " "))
        isObserved = known?.isObserved ?? false
        isOccasion = set.contains("event") && set.isDisjoint(with: Self.logs)
        isAuthored = !set.isDisjoint(with: [
            "comment", "post", "message", "reply", "answer", "review", "vote", "like", "reaction", "rating", "feedback",
            "bookmark", "favorite", "favourite", "upload", "submission", "response", "tweet", "status",
        ])
        isAboutOthers = !set.isDisjoint(with: [
            "contact", "recipient", "guest", "invitee", "invitation", "invite", "referral", "beneficiary", "dependent",
            "relative", "friend", "participant", "attendee", "lead", "addressbook", "emergency", "sender", "companion",
        ])
        isMembership = !set.isDisjoint(with: [
            "membership", "member", "role", "permission", "principal", "acl", "collaborator", "share", "grant",
        ])
        isMoney = known?.category == "billing"
    }

    private static let logs: Set<String> = [
        "log", "audit", "activity", "history", "tracking", "analytic", "metric", "login", "session", "security",
        "usage",
    ]

    private struct Known {
        let category: String
        let words: Set<String>
        let isObserved: Bool

        init(_ category: String, _ words: Set<String>, isObserved: Bool = false) {
            self.category = category
            self.words = words
            self.isObserved = isObserved
        }
    }

    /// The first that has a word in common wins, so the narrow ones stand first.
    private static let themes = [
        Known(
            "security",
            [
                "session", "token", "login", "signin", "apikey", "mfa", "otp", "totp", "credential", "password",
                "device",
                "passkey", "webauthn", "identity", "oauth",
            ], isObserved: true),
        Known(
            "usage",
            [
                "activity", "event", "log", "audit", "visit", "view", "history", "metric", "click", "pageview",
                "tracking",
                "analytic", "impression", "stat",
            ], isObserved: true),
        Known(
            "billing",
            [
                "invoice", "payment", "order", "transaction", "subscription", "charge", "refund", "billing", "receipt",
                "purchase", "payout", "bill", "ledger", "checkout", "sale", "rechnung", "bestellung", "zahlung",
            ]),
        Known("contacts", ["contact", "addressbook", "relative", "friend", "lead", "emergency"]),
        Known(
            "communication",
            [
                "message", "email", "mail", "notification", "comment", "chat", "conversation", "post", "review",
                "reply",
                "feedback", "ticket", "thread", "inbox",
            ]),
        Known("documents", ["document", "file", "attachment", "upload", "image", "photo", "media", "page", "note"]),
        Known("addresses", ["address", "location", "adresse", "anschrift"]),
        Known("preferences", ["setting", "preference", "option", "config", "consent", "newsletter"]),
        Known(
            "health data",
            ["diagnosis", "prescription", "medication", "allergy", "treatment", "vaccination", "patient", "lab"]),
        Known(
            "memberships",
            [
                "membership", "member", "role", "permission", "group", "team", "enrollment", "enrolment",
            ]),
        Known("profile", ["profile"]),
        Known("account data", ["user", "account", "customer", "person", "employee", "client", "benutzer", "kunde"]),
    ]
}
