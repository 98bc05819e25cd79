package import ArchiveFormat
internal import DataMap
internal import SubjectAccess
internal import ObjectStore
internal import PostgresAccess
internal import RightsCore
internal import RowEncoding

/// The manifest of an archive, under the name engines use.
package typealias ArchiveManifest = Manifest

/// Opens an archive that has no name yet.
typealias ReopenedArchive = @Sendable () throws(ArchiveError) -> any ArchiveSource

/// Gives the signature of a manifest's bytes.
typealias Signer = @Sendable ([UInt8]) throws -> [UInt8]

/// Writes one archive from one held snapshot. It runs on a queue of its own: compressing and writing block.
actor ExportRun {
    private let home = OwnQueue("habeas.export")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }

    let request: ExportRequest
    let subject: Subject
    let map: DataMap
    let plan: ExportPlan
    private let schemas: [(path: String, bytes: [UInt8])]
    let snapshot: HeldSnapshot
    let stores: [String: FolderStore]
    let progress: @Sendable (ExportProgress) -> Void
    let known = KnownCounts()

    init(
        _ request: ExportRequest, for subject: Subject, map: DataMap, prepared: PreparedPlan, snapshot: HeldSnapshot,
        stores: [String: FolderStore],
        progress: @escaping @Sendable (ExportProgress) -> Void
    ) {
        self.request = request
        self.subject = subject
        self.map = map
        plan = prepared.plan
        schemas = prepared.schemas
        self.snapshot = snapshot
        self.stores = stores
        self.progress = progress
    }

    /// Writes the archive, has it read back, and gives its files their names; on any failure nothing is left.
    ///
    /// - Parameters:
    ///   - sign: gives the signature of a manifest's bytes.
    ///   - readBack: verifies the finished files; nil for a stream.
    func writeAndPublish(
        _ target: ArchiveTarget, generator: String, sign: Signer,
        readBack: (@Sendable ([ReopenedArchive]) throws -> Void)?
    ) async throws -> ExportOutcome {
        let parts = try PartWriter(
            to: target, root: rootName, at: snapshot.at,
            manifest: makeManifest(generator, readBack == nil ? "not_done" : "before_release"),
            descriptionBytes: UInt64(schemas.reduce(0) { $0 + $1.bytes.count } / 4))
        do {
            let whole = try await write(parts, sign)
            if let readBack {
                progress(.readingBack(bytes: parts.finished.reduce(0) { $0 + $1.bytes }))
                try readBack(parts.finished.compactMap(\.output.reopen))
                try Task.checkCancellation()
                try parts.publish()
            }
            return ExportOutcome(whole, parts.finished)
        } catch {
            parts.abandon()
            throw error
        }
    }

    /// - Returns: the manifest of the whole: of the only part, or of all together.
    private func write(_ parts: PartWriter, _ sign: Signer) async throws -> Manifest {
        let counts = try await writeRows(parts, sign, countsFirst: parts.manifest.readBack == "not_done")
        try checkStores(counts)
        try await writeFiles(counts, parts, sign)
        if let trail {
            // More than an entry without words takes, compressed.
            if parts.isTooSmall(for: UInt64(trail.count) * 200) { try beginNextPart(parts, counts, sign) }
            try await TrailFiles(entries: trail).write(request.format, parts)
        }
        return try endPart(parts, counts, sign, isLast: true)
    }

    // MARK: parts

    /// Ends the part being written, since what comes next should not go into it.
    func beginNextPart(_ parts: PartWriter, _ counts: [String: RowCounts], _ sign: Signer) throws {
        _ = try endPart(parts, counts, sign, isLast: false)
        try parts.begin()
    }

    /// Writes what describes the part and proves it.
    ///
    /// - Returns: the manifest of everything written so far.
    private func endPart(
        _ parts: PartWriter, _ counts: [String: RowCounts], _ sign: Signer, isLast: Bool
    ) throws -> Manifest {
        let entries = plan.all.compactMap { counts[$0.collection.name]?.manifestEntry($0, of: plan, in: map) }
        let bag = parts.bag
        parts.manifest.part = parts.place(isLast: isLast)
        let present = Set(bag.files.map(\.path))
        parts.manifest.collections = parts.manifest.part == nil ? entries : entries.filter { $0.lies(in: present) }
        for (path, bytes) in schemas
        where parts.manifest.part == nil || bag.files.contains(where: { $0.schema == path }) {
            try bag.addTag(path, mediaType: "application/schema+json", bytes)
        }
        parts.manifest.files = bag.files
        var whole = parts.manifest
        (whole.collections, whole.files, whole.missing) = (entries, parts.allFiles, parts.allMissing)
        if isLast && request.right == .access { try writeAccessReport(bag, whole, parts.manifest.part?.index ?? []) }
        parts.manifest.files = bag.files
        for page in CoverPages(parts.manifest, map: map, plan: plan, trail: isLast ? trail : nil).pages() {
            try bag.addTag(page.path, mediaType: page.mediaType, Array(page.text.utf8))
        }
        try parts.finish(organization: map.controller.name, sign: sign)
        whole.files = parts.finished.flatMap(\.manifest.files)
        return whole
    }

    /// What is told under the right of access only.
    private var trail: [TrailEntry]? { request.right == .access ? request.trail : nil }

    private var rootName: String { request.archiveName(service: map.service, on: snapshot.at.utcDate) }

    private func makeManifest(_ generator: String, _ readBack: String) -> Manifest {
        var manifest = Manifest(
            generator: generator,
            request: .init(
                id: request.id.text, right: request.right.rawValue, regime: request.regime.text,
                format: request.format.rawValue, subjectKind: subject.kind.name, ticket: request.ticket,
                reason: request.reasonCode),
            service: map.service,
            controller: .init(
                name: map.controller.name, contact: map.controller.contact,
                complaintAuthority: map.controller.complaintAuthority(under: request.regime)),
            snapshot: .init(at: snapshot.at.rfc3339, lsn: snapshot.lsn), readBack: readBack,
            notes: .init(jsonWrittenAsText: 0, csvGuardedCells: 0))
        manifest.notIncluded = plan.notIncluded.map { .init(what: $0.what, reason: $0.reason) }
        manifest.redacted = plan.redacted.map { .init(what: $0.what, reason: $0.reason) }
        return manifest
    }

    /// A store that isn't there would make every file look missing.
    private func checkStores(_ counts: [String: RowCounts]) throws {
        for collection in plan.all where counts[collection.collection.name]?.files.contains(where: { $0 > 0 }) ?? false
        {
            for file in collection.files {
                guard let store = stores[file.store] else {
                    throw ExportError(
                        .storeUnavailable, "the object store “\(file.store)” is not configured",
                        hint: "set stores.\(file.store) in habeas.yaml, or HABEAS_STORES_\(file.store.uppercased())")
                }
                guard store.isAvailable else {
                    throw ExportError(
                        .storeUnavailable, "the object store “\(file.store)” can't be read",
                        hint: "is it mounted, and may this user read it?")
                }
            }
        }
    }
}

extension Manifest.CollectionCount {
    /// Whether one of these files holds rows of it.
    fileprivate func lies(in files: Set<String>) -> Bool {
        files.contains("data/json/\(inside ?? name).json") || files.contains("data/csv/\(name).csv")
    }
}
