internal import AuditLedger
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
package import RightsCore

/// Removes sealed objects on a queue of its own: it waits for disks.
private actor Shredder {
    private let home = OwnQueue("habeas.destruction")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }
    private let folder: SealedFolder

    init(_ folder: SealedFolder) { self.folder = folder }

    func destroy(_ object: String) throws { _ = try folder.destroy(object) }
}

extension Engine {
    /// Most requests that one run settles.
    private static let mostAtOnce = 500
    /// How long before its end a person hears of a link they haven't used.
    private static let warningTime = Duration.days(1)

    // MARK: destroying

    /// Destroys what is kept no longer: archives whose time is up, and those of requests that were withdrawn.
    ///
    /// The key goes first, then the object, then the row says so. Whoever is killed in between is followed by the next
    /// run, which finds the files gone and finishes.
    ///
    /// - Returns: the requests whose archives are gone now.
    /// - Throws: what kept the first one from being destroyed, after all the others are settled.
    @discardableResult
    package func destroyDueArchives() async throws -> [RequestID] {
        let now = now()
        let due = try await control.transaction { try await $0.requestsToDestroy(now: now, limit: Self.mostAtOnce) }
        return try await destroyArchives(of: due)
    }

    /// Destroys the archives of some requests that are due, and nobody else's.
    ///
    /// - Returns: the requests whose archives are gone now.
    /// - Throws: what kept the first one from being destroyed, after all the others are settled.
    @discardableResult
    func destroyArchives(of requests: [RequestID]) async throws -> [RequestID] {
        let shredder = Shredder(SealedFolder(settings.archives))
        var destroyed: [RequestID] = []
        var failure: (any Error)?
        for id in requests {
            do {
                if try await destroyArchive(of: id, by: shredder) { destroyed.append(id) }
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        return destroyed
    }

    private func destroyArchive(of id: RequestID, by shredder: Shredder) async throws -> Bool {
        try await control.transaction { transaction in
            var request = try await locked(id, in: transaction)
            let archives = try await transaction.archives(of: id)
            // It may have been renewed, or settled by another process, since it was listed.
            guard !archives.isEmpty, request.isArchiveDue(at: now()) else { return false }
            for archive in archives { try await shredder.destroy(archive.object) }
            try await transaction.markDestroyed(id, now: now())
            try await settle(&request, in: transaction)
            try await audit(
                .archiveDestroyed, by: .system, request,
                [
                    "parts": .number(archives.count),
                    "bytes": .number(Int(clamping: archives.reduce(0 as UInt64) { $0 + $1.bytes })),
                ], in: transaction)
            return true
        }
    }

    /// Where the request stands once its archive is gone.
    private func settle(_ request: inout RequestRecord, in transaction: ControlTransaction) async throws {
        switch request.state {
        case .delivered: try await move(&request, .close, by: .system, outcome: "downloaded", in: transaction)
        case .ready:
            try await notify(
                .archiveDestroyed, about: request, to: try await recipient(of: request, in: transaction),
                in: transaction)
            try await move(&request, .lapse, by: .system, outcome: "not-fetched", in: transaction)
        default: break
        }
    }

    // MARK: warning

    /// Tells people whose archive nobody has fetched that its link ends within a day; once for each end.
    package func warnOfEndingLinks() async throws {
        let now = now()
        let ending = try await control.transaction {
            try await $0.endingLinks(before: now + Self.warningTime, now: now, limit: Self.mostAtOnce)
        }
        for id in ending {
            try await control.transaction { transaction in
                let (request, link) = try await lockedLink(id, in: transaction)
                guard request.state == .ready, link.isLive(at: now), link.expiresAt <= now + Self.warningTime else {
                    return
                }
                try await notify(
                    .archiveExpiresSoon, about: request, to: try await recipient(of: request, in: transaction),
                    facts: ["link": id.text], in: transaction)
            }
        }
    }
}

extension RequestRecord {
    /// Whether its archive may not be kept any longer.
    fileprivate func isArchiveDue(at now: Instant) -> Bool {
        if state == .cancelled || state == .refused { return true }
        return keepUntil.map { $0 <= now } ?? false
    }
}
