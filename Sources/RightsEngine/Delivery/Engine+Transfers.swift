internal import AuditLedger
internal import ObjectStore
package import RequestLedger
package import RightsCore

extension Engine {
    /// Opens a part for a download session, for GET and HEAD alike: nothing is counted before bytes go out.
    ///
    /// - Throws: `EngineError` when the link doesn't open, the session doesn't hold, there is no such part, or it is
    ///   damaged.
    package func transfer(
        _ token: String, part: Int, secret: String, keys: ArchiveKeys
    ) async throws -> Transfer {
        let (archive, session) = try await control.transaction {
            try await sendable(token, part: part, secret: secret, in: $0)
        }
        let reader = PartReader(archive.object, in: SealedFolder(settings.archives), keys: keys)
        let header: [UInt8]
        do {
            let opened = try await reader.open()
            guard opened.bytes == archive.bytes else { throw ShortPart() }
            header = opened.header
        } catch {
            throw try await damage(of: archive, error) ?? error
        }
        return Transfer(self, archive, session: session, header: header, reader: reader)
    }

    private func sendable(
        _ token: String, part: Int, secret: String, in transaction: ControlTransaction
    ) async throws -> (ArchiveRecord, DownloadSessionRecord) {
        let (landing, archives) = try await landing(token, in: transaction)
        if let refusal = Self.refusal(landing.state) { throw refusal }
        guard
            let session = try await transaction.downloadSession(
                Self.hash(secret: secret), of: landing.link, now: now())
        else { throw Self.noDownloadSession }
        guard let archive = archives.first(where: { $0.part == part }) else {
            throw EngineError(.noArchive, "the archive has no part \(part)", hint: "it has \(archives.count)")
        }
        return (archive, session)
    }

    /// What a failure to read a part amounts to: its archive was destroyed meanwhile, or it is damaged, which the
    /// operators find in the audit chain, once an hour at most. Nil when the failure says nothing of the archive.
    func damage(of archive: ArchiveRecord, _ error: any Error) async throws -> EngineError? {
        guard let code = Self.damageCode(error) else { return nil }
        return try await control.transaction { transaction in
            // Whoever destroys it holds the request until the row says so.
            let request = try await locked(archive.request, in: transaction)
            guard try await transaction.knowsArchive(object: archive.object) else {
                return Self.refusal(.destroyed)
            }
            let hourAgo = now() - .seconds(3600)
            if try await !transaction.hasEntry(AuditAction.archiveDamaged.rawValue, of: request.id, since: hourAgo) {
                try await audit(
                    .archiveDamaged, by: .system, request,
                    ["part": .number(archive.part), "error": .code(code)], in: transaction)
            }
            return EngineError(
                .archiveDamaged, "part \(archive.part) of the archive is damaged (\(code)), so its bytes aren't sent",
                hint: "the operators find it in the audit log; the archive must be made again by a new request")
        }
    }

    private static func damageCode(_ error: any Error) -> String? {
        if error is ShortPart { return SealError.Code.truncated.rawValue }
        return (error as? SealError)?.code.rawValue
    }

    /// What was fetched of a request, by session, the latest first.
    package func downloads(of request: RequestID) async throws -> [DownloadRecord] {
        try await control.transaction { transaction in
            guard try await transaction.request(request) != nil else { throw Self.noRequest }
            return try await transaction.downloads(of: request)
        }
    }
}
