internal import ArchiveFormat
package import DataMap
internal import SubjectAccess
package import ObjectStore
internal import PostgresAccess
internal import RightsCore

/// Makes archives: the one way from a request to a file that may be handed out.
package struct Exporter: Sendable {
    let map: DataMap
    let database: ExportDatabase
    private let stores: [String: FolderStore]
    private let generator: String
    private let publicKeys: [[UInt8]]
    private let sign: @Sendable ([UInt8]) throws -> [UInt8]
    private let progress: @Sendable (ExportProgress) -> Void

    /// An exporter for one database.
    ///
    /// - Parameters:
    ///   - stores: object stores by the names the map uses.
    ///   - generator: the program's name and version.
    ///   - publicKeys: raw Ed25519 keys the read-back accepts.
    ///   - sign: the signature of a manifest's bytes.
    package init(
        map: DataMap, database: ExportDatabase, stores: [String: FolderStore], generator: String,
        publicKeys: [[UInt8]], sign: @escaping @Sendable ([UInt8]) throws -> [UInt8],
        progress: @escaping @Sendable (ExportProgress) -> Void = { _ in }
    ) {
        self.map = map
        self.database = database
        self.stores = stores
        self.generator = generator
        self.publicKeys = publicKeys
        self.sign = sign
        self.progress = progress
    }

    /// Makes the archive as a file: written beside its place, read back, then given its name. Restarts once when the
    /// snapshot's time is up.
    ///
    /// - Parameters:
    ///   - path: the file; of several parts, `ada.zip` becomes `ada-part1.zip`, `ada-part2.zip` and so on.
    ///   - sealing: the key that wraps the archive's own, when it is to be sealed.
    ///   - partSize: the bytes that no file should have more than; nil for one file of any size.
    /// - Throws: `ExportError`, `PostgresError`, `ArchiveError`, `SealError`; nothing is left behind.
    package func export(
        _ request: ExportRequest, to path: String, sealing: WrappingKey? = nil, partSize: UInt64? = nil,
        makeBudget: @Sendable () -> SnapshotBudget
    ) async throws -> ExportOutcome {
        let target = ArchiveTarget(path: path, sealing: sealing, partSize: partSize)
        do {
            return try await exportOnce(request, to: target, budget: makeBudget())
        } catch let error as ExportError where error.isWorthAnotherSnapshot {
            progress(.restarting)
            return try await exportOnce(request, to: target, budget: makeBudget())
        }
    }

    private func exportOnce(
        _ request: ExportRequest, to target: ArchiveTarget, budget: SnapshotBudget
    ) async throws -> ExportOutcome {
        try await withSnapshot(budget: budget) { snapshot in try await export(request, of: snapshot, to: target) }
    }

    /// Lends a snapshot from which any number of archives can be made, once the map is known to fit it.
    package func withSnapshot<Value>(
        budget: SnapshotBudget, _ body: (HeldSnapshot) async throws -> sending Value
    ) async throws -> sending Value {
        try await HeldSnapshot.withSnapshot(of: database, lanes: HeldSnapshot.lanes(map), budget: budget) { snapshot in
            try await Preflight(map: map, snapshot: snapshot).check()
            return try await body(snapshot)
        }
    }

    /// Makes the archive of one moment as a file, or as several.
    package func export(
        _ request: ExportRequest, of snapshot: HeldSnapshot, to path: String, sealing: WrappingKey? = nil,
        partSize: UInt64? = nil
    ) async throws -> ExportOutcome {
        try await export(
            request, of: snapshot, to: ArchiveTarget(path: path, sealing: sealing, partSize: partSize))
    }

    private func export(
        _ request: ExportRequest, of snapshot: HeldSnapshot, to target: ArchiveTarget
    ) async throws -> ExportOutcome {
        let run = try await makeRun(request, snapshot)
        return try await run.writeAndPublish(target, generator: generator, sign: sign, readBack: readBack)
    }

    /// Streams the archive to standard output. It isn't read back, and its manifest says so; on failure it has no
    /// central directory, so that nothing takes it for whole.
    package func stream(_ request: ExportRequest, budget: SnapshotBudget) async throws -> ExportOutcome {
        try await withSnapshot(budget: budget) { snapshot in
            let run = try await makeRun(request, snapshot)
            return try await run.writeAndPublish(
                .standardOutput, generator: generator, sign: sign, readBack: nil)
        }
    }

    private func makeRun(_ request: ExportRequest, _ snapshot: HeldSnapshot) async throws -> ExportRun {
        let subject = try await SubjectResolver(
            map: map, catalogue: snapshot.catalogue, connection: snapshot.verifier
        ).exported(request.subject)
        let prepared = try snapshot.plans.plan(request, for: subject.kind, map, snapshot.catalogue)
        try await snapshot.scope(to: subject)
        return ExportRun(
            request, for: subject, map: map, prepared: prepared, snapshot: snapshot, stores: stores, progress: progress)
    }

    /// Opens the finished files as anybody would: container, CRCs, digests, counts, signature; and several as parts of one.
    @Sendable private func readBack(_ archives: [ReopenedArchive]) throws {
        let reports = try archives.map { try ArchiveVerifier.verify(try $0(), keys: publicKeys) }
        let together = reports.count > 1 ? [ArchiveVerifier.verifyTogether(reports)] : []
        let faults = (reports.flatMap(\.checks) + together).filter { $0.outcome != .passed }
            .map { "\($0.name): \($0.detail)" }
        guard !faults.isEmpty else { return }
        throw ExportError(
            .readBackFailed, "the finished archive didn't pass its own verification: \(faults.joined(separator: "; "))",
            hint: "it was removed; run it again, and check disk and memory if this comes back")
    }
}
