internal import ArchiveFormat
internal import AuditLedger
internal import DataMap
internal import Exporting
internal import ObjectStore
internal import PostgresAccess

/// Makes archives, with the connections and keys that the settings name.
struct ExportSession {
    let settings: Settings
    let map: DataMap
    let keys: KeyRing

    /// Makes one archive; with a key to wrap its own, it is sealed.
    func write(
        _ request: ExportRequest, to path: String, sealing: WrappingKey? = nil, partSize: UInt64? = nil,
        watch: ExportWatch = ExportWatch()
    ) async throws -> ExportOutcome {
        let line = ProgressLine()
        defer { line.clear() }
        let show: @Sendable (ExportProgress) -> Void = { progress in
            watch.note(progress)
            line.show(progress.words)
        }
        let outcome = try await withExporter(workers: 1, progress: show) { exporter, makeBudget in
            try await exporter.export(
                request, to: path, sealing: sealing, partSize: partSize, makeBudget: makeBudget)
        }
        watch.stop()
        return outcome
    }

    /// Streams one archive to standard output.
    func stream(_ request: ExportRequest) async throws -> ExportOutcome {
        let line = ProgressLine()
        defer { line.clear() }
        do {
            return try await withExporter(workers: 1, progress: { line.show($0.words) }) { exporter, makeBudget in
                try await exporter.stream(request, budget: makeBudget())
            }
        } catch {
            throw Self.streamFailure(error)
        }
    }

    /// Makes many archives.
    ///
    /// - Parameter report: told of each as it is done, or why it wasn't.
    func write(
        _ jobs: [BatchExport.Job], workers: Int, sealing: WrappingKey?, partSize: UInt64?,
        report: @escaping @Sendable (BatchExport.Job, Result<ExportOutcome, any Error>) -> Void
    ) async throws {
        try await withExporter(workers: workers, progress: { _ in }) { exporter, makeBudget in
            try await BatchExport(
                exporter: exporter, workers: workers, sealing: sealing, partSize: partSize, makeBudget: makeBudget,
                report: report
            ).run(jobs)
        }
    }

    private func withExporter<Value: Sendable>(
        workers: Int, progress: @escaping @Sendable (ExportProgress) -> Void,
        _ body: (Exporter, @escaping @Sendable () -> SnapshotBudget) async throws -> Value
    ) async throws -> Value {
        let database = ExportDatabase(
            exporter: PostgresPool(to: try settings.exporterTarget(), limit: HeldSnapshot.lanes(map) * workers),
            verifier: PostgresPool(to: try settings.verifierTarget(), limit: workers))
        let keys = keys
        let exporter = Exporter(
            map: map, database: database, stores: settings.stores(for: map), generator: "habeas \(habeasVersion)",
            publicKeys: try keys.rawKeys(), sign: { try keys.sign($0) }, progress: progress)
        let limit = try settings.snapshotBudget()
        let makeBudget: @Sendable () -> SnapshotBudget = {
            let start = ContinuousClock.now
            return SnapshotBudget(limit: limit) { ContinuousClock.now - start }
        }
        do {
            let value = try await body(exporter, makeBudget)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }

    /// What was streamed so far has no central directory; whoever reads it must not take it for an archive.
    private static func streamFailure(_ error: any Error) -> CommandFailure {
        let failure = CommandFailure(error)
        guard failure.status == .failed else { return failure }
        return CommandFailure(.verificationFailed, code: failure.code, failure.message, hint: failure.hint)
    }
}

extension ExportProgress {
    /// What the progress line says.
    var words: String {
        switch self {
        case .counting: "counting rows …"
        case .reading(let collection, let rows, let total?): "reading \(collection)  \(rows) of \(total) rows"
        case .reading(let collection, let rows, nil): "reading \(collection)  \(rows) rows"
        case .copying(let files, let total): "copying files  \(files) of \(total)"
        case .readingBack(let bytes): "reading back  \(Terminal.size(bytes)) …"
        case .restarting: "the snapshot's time is up; starting again with a new one …"
        }
    }
}
