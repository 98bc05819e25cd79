/// What a reference to a person says of the row, judged by the names of its columns. The first is the strongest.
enum ReferenceRole: Int, Comparable {
    /// The row is that person's: `user_id`, `owner`, `customer_id`.
    case owner
    /// They take part in it: `sender_id`, `recipient_id`, or a name that says nothing.
    case participant
    /// They made it: `created_by`, `uploader_id`.
    case creator
    /// They did something with it: `updated_by`, `assignee_id`, `approved_by`.
    case handler
    /// They are at its other end: `ignored_user_id`, `target_id`. The row is whose it is without them.
    case counterpart

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The role of a reference that starts from `columns` of a table with this theme.
    init(_ columns: [NameWords], isWholeKey: Bool, theme: TableTheme, personNoun: String) {
        let words = columns.reduce(into: Set<String>()) { $0.formUnion($1.set.map(NameWords.singular)) }
        let role = Self.role(words, squashed: columns.map(\.squashed), personNoun: personNoun)
        switch role {
        // Who did what is whose activity it is; and who wrote a comment, whose comment.
        case .handler where theme.isObserved && !theme.isOccasion: self = .participant
        case .creator where theme.isObserved && !theme.isOccasion || theme.isAuthored: self = .owner
        // A row that has a person's key for its own key is a part of the person.
        case _ where isWholeKey: self = .owner
        default: self = role
        }
    }

    private static func role(_ words: Set<String>, squashed: [String], personNoun: String) -> Self {
        // `other` alone is any other, `other_user_id` the other person.
        if !words.isDisjoint(with: counterparts) && !squashed.contains("other") { return .counterpart }
        if !words.isDisjoint(with: handlers) { return .handler }
        if !words.isDisjoint(with: creators) || squashed.contains(where: { $0.hasSuffix("createdby") }) {
            return .creator
        }
        if !words.isDisjoint(with: participants) { return .participant }
        if words.contains("owner") || words.contains(personNoun) || !words.isDisjoint(with: PersonWords.nouns) {
            return .owner
        }
        return words.contains("by") ? .creator : .participant
    }

    private static let handlers: Set<String> = [
        "updated", "updater", "modified", "modifier", "edited", "editor", "changed", "deleted", "removed", "archived",
        "approved", "approver", "reviewed", "reviewer", "assigned", "assignee", "agent", "handled", "handler",
        "processed",
        "closed", "resolved", "resolver", "verified", "verifier", "rejected", "locked", "manager", "supervisor",
        "admin",
        "moderator", "moderated", "operator", "granted", "granter", "grantor", "impersonator", "technician",
        "salesperson", "cancelled", "canceled", "confirmed", "revoked", "banned", "last",
        "judge", "judged", "moderating", "impersonating", "impersonated", "processor",
        "mentioned", "responsible", "about", "regarding", "concerning", "against", "updatedby", "modifiedby",
        "approvedby", "assignedto", "deletedby", "parent",
    ]
    private static let creators: Set<String> = [
        "created", "creator", "made", "maker", "filed", "opened", "uploaded", "uploader", "posted", "poster",
        "added", "inserted",
        "recorded", "recorder", "entered", "registered", "issued", "logged", "initiated", "initiator",
        "started", "placed", "written", "actor", "performed", "reporter", "reported", "published", "publisher",
        "imported",
        "createdby", "inviter", "invited", "referrer", "referred",
    ]
    private static let participants: Set<String> = [
        "sender", "recipient", "receiver", "from", "to", "addressee", "buyer", "seller", "follower", "following",
        "followee", "followed", "friend", "requester", "participant", "attendee", "partner", "peer", "blocker",
        "voter", "payer", "payee", "beneficiary", "source", "invitee", "host", "guest", "submitted", "submitter",
        "requested", "requestor", "applicant",
    ]
    private static let counterparts: Set<String> = [
        "other", "ignored", "blocked", "muted", "target", "favourited", "favorited",
    ]
}
