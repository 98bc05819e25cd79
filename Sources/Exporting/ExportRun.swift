package import ArchiveFormat
internal import DataMap
internal import ObjectStore
internal import PostgresAccess
internal import RightsCore
internal import RowEncoding

/// The manifest of an archive, under the name engines use.
package typealias ArchiveManifest = Manifest

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

    /// Writes the archive, has it read back, and gives the file its name; on any failure nothing is left.
    ///
    /// - Parameters:
    ///   - sign: gives the signature of the manifest's bytes.
    ///   - readBack: verifies the finished file of so many bytes; nil for a stream.
    func writeAndPublish(
        _ output: sending ArchiveOutput, generator: String, sign: @Sendable ([UInt8]) throws -> [UInt8],
        readBack: (@Sendable (UInt64) throws -> Void)?
    ) async throws -> ExportOutcome {
        do {
            let (manifest, bytes) = try await write(
                to: output, generator: generator, readBack: readBack == nil ? "not_done" : "before_release", sign: sign)
            if let readBack {
                try readBack(bytes)
                try Task.checkCancellation()
                try output.publish()
            }
            return ExportOutcome(manifest: manifest, root: rootName, bytes: bytes)
        } catch {
            output.abandon()
            throw error
        }
    }

    private func write(
        to output: ArchiveOutput, generator: String, readBack: String, sign: @Sendable ([UInt8]) throws -> [UInt8]
    ) async throws -> (Manifest, UInt64) {
        let bag = BagWriter(to: output, root: rootName, at: snapshot.at)
        var manifest = makeManifest(generator, readBack)
        let counts = try await writeRows(bag, &manifest, countsFirst: readBack == "not_done")
        try checkStores(counts)
        try await writeFiles(counts, bag, &manifest)
        if let trail { try await TrailFiles(entries: trail).write(request.format, bag, &manifest) }
        manifest.collections = plan.all.compactMap {
            counts[$0.collection.name]?.manifestEntry($0, of: plan, in: map)
        }
        for (path, bytes) in schemas {
            try bag.addTag(path, mediaType: "application/schema+json", bytes)
        }
        manifest.files = bag.files
        if request.right == .access { try writeAccessReport(bag, &manifest) }
        for page in CoverPages(manifest, map: map, plan: plan, trail: trail).pages() {
            try bag.addTag(page.path, mediaType: page.mediaType, Array(page.text.utf8))
        }
        try bag.finish(manifest, organization: map.controller.name, sign: sign)
        return (manifest, bag.writtenBytes)
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
