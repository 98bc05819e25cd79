internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore

/// The archives' folder as the queue sees it, on a queue of its own since file systems block.
actor ArchiveShelf {
    private let home = OwnQueue("habeas.archives")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }
    private let folder: SealedFolder

    init(_ path: String) { folder = SealedFolder(path) }

    /// The archives that are there by name, whole or in part. What killed processes left half-written is removed.
    func objects() -> [ShelfObject] { folder.names().compactMap { ShelfObject($0) } }

    /// Destroys an archive, its key first.
    func destroy(_ object: ShelfObject) throws { _ = try folder.destroy(object.name) }
}

/// The name of an archive in the folder: `<request id>-<fence>.zip`, or `<request id>-<fence>-part<N>.zip`.
struct ShelfObject: Sendable, Hashable {
    let name: String
    let request: RequestID
    /// The fence of the job that wrote it.
    let fence: Int

    /// Nil when the name is another: the file isn't the queue's, and is left alone.
    init?(_ name: String) {
        guard name.hasSuffix(".zip") else { return nil }
        let stem = name.dropLast(4)
        guard let request = RequestID(String(stem.prefix(36))), request.text == stem.prefix(36) else { return nil }
        let rest = stem.dropFirst(36).split(separator: "-", omittingEmptySubsequences: false)
        guard rest.count == 2 || rest.count == 3, rest[0].isEmpty, let fence = Int(rest[1]), fence > 0 else {
            return nil
        }
        if rest.count == 3 { guard rest[2].hasPrefix("part"), Int(rest[2].dropFirst(4)) != nil else { return nil } }
        self.name = name
        self.request = request
        self.fence = fence
    }
}

extension Engine {
    /// Destroys archives that belong to no request and to no running job: what a worker left that was killed, fenced
    /// off or cancelled. An archive of a request that this database doesn't know is left alone: it may be another's.
    ///
    /// - Returns: how many were destroyed.
    func clearOrphans(on shelf: ArchiveShelf, of request: RequestID? = nil) async throws -> Int {
        let objects = await shelf.objects().filter { request == nil || $0.request == request }
        guard !objects.isEmpty else { return 0 }
        let unwanted = try await control.transaction {
            Set(try await $0.unwanted(objects.map { ($0.name, $0.request, $0.fence) }))
        }
        var failure: (any Error)?
        for object in objects where unwanted.contains(object.name) {
            // One that can't be destroyed doesn't keep the others.
            do { try await shelf.destroy(object) } catch { failure = error }
        }
        if let failure { throw failure }
        return unwanted.count
    }
}
