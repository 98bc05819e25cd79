internal import RequestLedger
package import RightsCore

/// What a link's page says before anybody has shown who they are. Looking at it consumes and counts nothing.
package struct Landing: Sendable {
    /// What the link is good for now.
    package enum State: String, Sendable, CaseIterable {
        /// It can be opened.
        case live
        /// Its time is up; while the archive is kept it can be renewed.
        case expired
        /// Somebody ended it.
        case revoked
        /// The request was withdrawn or refused.
        case cancelled
        /// The archive and its key are destroyed, or about to be: its time is up.
        case destroyed
        /// The archive is being made again.
        case notReady = "not-ready"
    }

    /// A file to download.
    package struct Part: Sendable, Hashable {
        /// 1 is the first.
        package let number: Int
        package let fileName: String
        package let bytes: UInt64
    }

    package let link: LinkID
    package let request: RequestID
    package let right: RequestRight
    package let state: State
    package let parts: [Part]
    /// What the archive holds, as JSON of counts; nil when it isn't known.
    package let contents: String?
    package let readyAt: Instant?
    /// Until when the link opens.
    package let expiresAt: Instant
    /// Until when the archive is kept.
    package let keepUntil: Instant?
    /// When its last byte was fetched for the first time.
    package let deliveredAt: Instant?
    package let language: Language
    /// The person's time zone by IANA's name, if known.
    package let zone: String?
    /// How often the whole archive was fetched.
    package let completedDownloads: Int

    /// Bytes of all parts.
    package var bytes: UInt64 { parts.reduce(0) { $0 + $1.bytes } }

    init(_ link: LinkRecord, _ request: RequestRecord, _ archives: [ArchiveRecord], fetched: Int, now: Instant) {
        self.link = link.id
        self.request = request.id
        right = request.right
        state = Self.state(link, request, hasArchive: !archives.isEmpty, now: now)
        parts = archives.map { Part(number: $0.part, fileName: $0.fileName, bytes: $0.bytes) }
        contents = request.contents
        readyAt = request.readyAt
        expiresAt = link.expiresAt
        keepUntil = request.keepUntil
        deliveredAt = request.deliveredAt
        language = request.language
        zone = request.zone
        completedDownloads = fetched
    }

    private static func state(
        _ link: LinkRecord, _ request: RequestRecord, hasArchive: Bool, now: Instant
    ) -> State {
        if request.state == .cancelled || request.state == .refused { return .cancelled }
        if link.revokedAt != nil { return .revoked }
        if request.state.isOpen { return .notReady }
        guard hasArchive, request.mayBeFetched, let keepUntil = request.keepUntil, now < keepUntil else {
            return .destroyed
        }
        return now < link.expiresAt ? .live : .expired
    }
}

extension Engine {
    /// What a link leads to. It only reads.
    ///
    /// - Throws: `EngineError` when there is no such link.
    package func landing(_ token: String) async throws -> Landing {
        try await control.transaction { try await landing(token, in: $0).facts }
    }

    func landing(
        _ token: String, in transaction: ControlTransaction
    ) async throws -> (facts: Landing, archives: [ArchiveRecord]) {
        guard let link = try await transaction.link(tokenHash: Self.hash(secret: token)),
            let request = try await transaction.request(link.request)
        else { throw Self.noLink }
        let archives = try await transaction.archives(of: request.id)
        let fetched = try await transaction.countFetched(request.id)
        return (Landing(link, request, archives, fetched: fetched, now: now()), archives)
    }

    /// The refusal that a link's state amounts to; nil when it opens.
    static func refusal(_ state: Landing.State) -> EngineError? {
        switch state {
        case .live: nil
        case .expired:
            EngineError(
                .linkGone, "the time of this download link is up",
                hint: "ask for it to be renewed: the archive is still kept, nothing must be made again")
        case .revoked:
            EngineError(.linkGone, "this download link was ended", hint: "use the latest mail, or ask for a new link")
        case .cancelled: EngineError(.linkGone, "the request behind this link was withdrawn or refused")
        case .destroyed:
            EngineError(
                .linkGone, "the archive behind this link was destroyed when its time was up",
                hint: "ask for a fresh one")
        case .notReady:
            EngineError(.noArchive, "the archive is being made again", hint: "a mail comes when it is ready")
        }
    }
}
