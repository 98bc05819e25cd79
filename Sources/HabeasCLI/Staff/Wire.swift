// What the API's documents hold, as far as the terminal shows it (schemas/openapi.yaml).

/// A page of a list.
struct PageOf<Item: Decodable>: Decodable {
    let items: [Item]
    let nextCursor: String?
}

struct CallerDocument: Decodable {
    let name: String
    let roles: [String]
}

struct RequestDocument: Decodable {
    let id: String
    let right: String
    let regime: String
    let channel: String
    let state: String
    let stateSince: String
    let pausedFrom: String?
    let outcome: String?
    let receivedAt: String
    let openedAt: String
    let subjectHash: String
    let format: String
    let collections: [String]
    let assurance: Int
    let needsRelease: Bool
    let readyAt: String?
    let deliveredAt: String?
    let keepUntil: String?
    let closedAt: String?
    let ticket: String?
    let alsoUnder: [String]
    let acknowledgedAt: String?
    let answeredAt: String?
    let dueOn: String?
    let workBy: String?
    let acknowledgeBy: String?
    let waitsFor: String?
    let waitsSince: String?
    let hasProposedDates: Bool
    let assignee: String?
    let possible: [String]
}

struct RequestDetailDocument: Decodable {
    struct Part: Decodable {
        let part: Int
        let bytes: UInt64
    }

    struct Receipt: Decodable {
        let part: Int
        let method: String
        let lastAt: String
        let sentBytes: UInt64
        let completedAt: String?
    }

    struct Notice: Decodable {
        let kind: String
        let recipient: String
        let state: String
        let madeAt: String
        let error: String?
    }

    struct Verification: Decodable {
        let at: String
        let method: String
        let evidence: [String]
        let accepted: Bool
    }

    let request: RequestDocument
    let assigneeName: String?
    let job: JobDocument?
    let links: [LinkDocument]
    let archive: [Part]
    let receipts: [Receipt]
    let notices: [Notice]
    let verifications: [Verification]
    let hasContact: Bool
    let holds: [HoldNoteDocument]?
}

struct HoldNoteDocument: Decodable {
    let id: String
    let matter: String
    let isWaitedFor: Bool
}

struct HoldDocument: Decodable {
    struct Range: Decodable {
        let column: String
        let from: String?
        let until: String?
    }

    let id: String
    let matter: String
    let basis: String
    let state: String
    let subjectHash: String?
    let collections: [String]
    let recordCount: Int
    let range: Range?
    let issuer: String
    let custodian: String?
    let placedAt: String
    let reviewOn: String
    let reviewOverdue: Bool
    let approvedBy: String?
    let approvedAt: String?
    let releaseProposedBy: String?
    let releasedBy: String?
    let releasedAt: String?
    let possible: [String]
}

struct HoldDetailDocument: Decodable {
    let hold: HoldDocument
    let heldRequests: [String]
}

struct HoldChangeDocument: Decodable {
    let hold: HoldDocument
    let resumedRequests: [String]
}

struct JobDocument: Decodable {
    let id: String
    let kind: String
    let state: String
    let runAt: String
    let madeAt: String
    let attempts: Int
    let maxAttempts: Int
    let waitsFor: String?
    let error: String?
    let phase: String?
    let done: Int?
    let total: Int?
    let endedAt: String?
}

struct QueueDocument: Decodable {
    let paused: [String]
}

struct LinkDocument: Decodable {
    let id: String
    let state: String
    let madeAt: String
    let expiresAt: String
    let revokedAt: String?
    let renewals: Int
}

struct IssuedLinkDocument: Decodable {
    let link: LinkDocument
    let url: String?
    let hint: String?
}

struct AuditEntryDocument: Decodable {
    let seq: Int
    let at: String
    let action: String
    let actor: String
    let requestId: String?
    let facts: [String: String]
    let words: String?
}

struct StaffDocument: Decodable {
    let id: String
    let name: String
    let roles: [String]
    let madeAt: String
    let endedAt: String?
}

struct TokenDocument: Decodable {
    let id: String
    let scopes: [String]
    let state: String
    let madeAt: String
    let expiresAt: String
    let usedAt: String?
}

struct IssuedTokenDocument: Decodable {
    let details: TokenDocument
    let token: String?
    let hint: String?
}
