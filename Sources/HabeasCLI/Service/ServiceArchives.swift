internal import ArchiveFormat
internal import AuditLedger
internal import DataMap
internal import Exporting
internal import FoundationEssentials
internal import ObjectStore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine
internal import SubjectAccess

/// Makes the queue's archives with the exporter: sealed, cut into parts, with the person's own trail.
struct ServiceArchives: Sendable {
    let map: DataMap
    let database: ExportDatabase
    let stores: [String: FolderStore]
    let keysFolder: String
    let settings: EngineSettings
    let snapshotBudget: Duration
    let control: ControlDatabase
    let people: PersonKeys

    /// The maker that the queue is given.
    var maker: ArchiveMaker {
        ArchiveMaker(
            measure: { try await measure($0) },
            make: { order, objects, progress in try await make(order, objects, progress) })
    }

    /// The product's people, for whoever asks.
    var directory: PersonDirectory {
        PersonDirectory { text in
            guard let reference = SubjectReference(text) else {
                throw EngineError(
                    .invalid, "a person is written as kind:id or email:address", field: "subject")
            }
            let exporter = try exporter { _ in }
            do {
                guard let found = try await exporter.find(reference) else { return nil }
                let address = try await exporter.address(of: found.reference)
                return PersonDirectory.Person(reference: found.reference.reveal(), address: address?.reveal())
            } catch let error as ExportError {
                throw EngineError(error)
            }
        }
    }

    // MARK: making

    private func exporter(_ progress: @escaping @Sendable (ExportProgress) -> Void) throws -> Exporter {
        // Read anew each time: a rotated key signs at once.
        let keys = try KeyRing(folder: keysFolder)
        return Exporter(
            map: map, database: database, stores: stores, generator: "habeas \(habeasVersion)",
            publicKeys: try keys.rawKeys(), sign: { try keys.sign($0) }, progress: progress)
    }

    private func measure(_ order: ExportOrder) async throws -> ExportMeasure {
        let estimate = try await exporter { _ in }.measure(try request(order, trail: []))
        guard let estimate else {
            // What can't be counted in time is heavy, and the disk's own limit bounds it.
            return ExportMeasure(rows: settings.heavyRows, bytes: settings.spaceBudget / 4)
        }
        return ExportMeasure(rows: Int(estimate.totalRows), bytes: Int(clamping: estimate.bytes))
    }

    private func make(
        _ order: ExportOrder, _ objects: String, _ progress: @escaping @Sendable (JobProgress) -> Void
    ) async throws -> MadeArchive {
        let trail = order.request.right == .access ? try await trail(of: order.request.subject) : []
        let request = try request(order, trail: trail)
        let limit = snapshotBudget
        let exporter = try exporter { progress(JobProgress($0)) }
        let outcome = try await exporter.export(
            request, to: "\(settings.archives)/\(objects).zip",
            sealing: try KeyRing(folder: keysFolder).wrapping.active(),
            partSize: settings.partSize == 0 ? nil : settings.partSize,
            makeBudget: {
                let start = ContinuousClock.now
                return SnapshotBudget(limit: limit) { ContinuousClock.now - start }
            })
        return try made(outcome)
    }

    private func request(_ order: ExportOrder, trail: [TrailEntry]) throws -> ExportRequest {
        guard let right = order.request.right.archive, let subject = SubjectReference(order.reference),
            let regime = RegimeID(order.request.regime)
        else { throw EngineError(.invalid, "this request can't be exported") }
        var request = ExportRequest(
            id: order.request.id, subject: subject, right: right, regime: regime, format: order.request.format,
            only: order.request.collections, ticket: order.request.ticket ?? order.request.id.text,
            reasonCode: "request")
        request.trail = order.request.right == .access ? trail : nil
        return request
    }

    private func made(_ outcome: ExportOutcome) throws -> MadeArchive {
        let parts = outcome.parts.map { part in
            MadeArchive.Part(
                object: part.path.map { SealedFolder.locate($0).name } ?? "", fileName: "\(part.root).zip",
                bytes: part.bytes)
        }
        // As the link's page reads it: counts by title.
        let contents = Dictionary(
            outcome.manifest.collections.map { ($0.title, Int($0.archivedRows)) }, uniquingKeysWith: +)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return MadeArchive(
            parts: parts, contents: String(decoding: try encoder.encode(contents), as: UTF8.self),
            rows: contents.values.reduce(0, +), missing: outcome.manifest.missing.count)
    }

    // MARK: the person's trail

    private func trail(of subject: Hash256) async throws -> [TrailEntry] {
        let records = try await control.connection { control in
            var records: [AuditRecord] = []
            try await AuditReader(control.connection).forEachPage(AuditFilter(subject: subject)) { records += $0 }
            return records
        }
        var entries: [TrailEntry] = []
        for record in records {
            guard let request = record.request.flatMap({ RequestID($0) }) else { continue }
            let facts = try JSONDecoder().decode([String: String].self, from: Data(record.facts.utf8))
            entries.append(
                TrailEntry(
                    at: record.at, actor: String(record.actor.prefix { $0 != ":" }), action: record.action,
                    reasonCode: facts["reason"], words: try await words(facts["words"], of: request),
                    requestID: request.text))
        }
        return entries
    }

    private func words(_ id: String?, of request: RequestID) async throws -> String? {
        guard let id = id.flatMap({ EventID($0) }) else { return nil }
        guard let box = try await control.connection({ try await $0.words(of: request) })[id] else { return nil }
        return try people.open(box, for: "words \(id)")
    }
}

extension EngineError {
    /// What the engine says of a person that the exporter doesn't find.
    fileprivate init(_ error: ExportError) {
        let code: Code =
            switch error.code {
            case .noSuchSubject: .noSuchPerson
            case .ambiguousSubject: .ambiguousPerson
            case .unknownReference: .invalid
            default: .unavailable
            }
        self.init(code, error.description, hint: error.hint, field: "subject")
    }
}

extension JobProgress {
    /// The exporter's progress as the queue stores it: no collection's rows, only how far.
    fileprivate init(_ progress: ExportProgress) {
        switch progress {
        case .counting: self.init(phase: "counting")
        case .reading(_, let rows, let total):
            self.init(phase: "reading", done: Int(rows), total: total.map { Int($0) })
        case .copying(let files, let total): self.init(phase: "copying", done: Int(files), total: Int(total))
        case .readingBack: self.init(phase: "checking")
        case .restarting: self.init(phase: "counting")
        }
    }
}
