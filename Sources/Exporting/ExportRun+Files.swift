internal import ArchiveFormat
internal import DataMap
internal import ObjectStore
internal import PostgresAccess
internal import SubjectAccess
internal import RowEncoding

/// One file that a row points to.
private struct FileRow {
    let key: [String]
    let objectKey: String
    let name: String?
    let bytes: UInt64?
    let sha256: String?
    let mediaType: String?

    init(_ fields: ArraySlice<String?>, keyCount: Int, number: Int64) {
        let fields = Array(fields)
        key = keyCount == 0 ? ["row-\(number)"] : fields.prefix(keyCount).map { $0 ?? "" }
        objectKey = fields[keyCount] ?? ""
        name = fields[keyCount + 1]
        bytes = fields[keyCount + 2].flatMap { UInt64($0) }
        sha256 = fields[keyCount + 3]
        mediaType = fields[keyCount + 4]
    }
}

extension ExportRun {
    /// Copies every file that a row points to. What isn't whole is listed; the archive is still made.
    func writeFiles(_ counts: [String: RowCounts], _ parts: PartWriter, _ sign: Signer) async throws {
        let makeRoom: (UInt64) throws -> Void = { bytes in
            if parts.isTooSmall(for: bytes) { try self.beginNextPart(parts, counts, sign) }
        }
        let total = counts.values.flatMap(\.files).reduce(0, +)
        var done: Int64 = 0
        for plan in plan.all {
            for (index, file) in plan.files.enumerated() {
                let expected = counts[plan.collection.name]?.files[index] ?? 0
                let written = try await writeFiles(of: plan, file, parts, makeRoom) {
                    done += 1
                    progress(.copying(files: done, of: total))
                }
                guard written == expected else {
                    throw ExportError(
                        .countMismatch,
                        "\(plan.table.name): \(written) rows with a file came where there are \(expected); "
                            + "the archive is withheld")
                }
            }
        }
    }

    private func writeFiles(
        of plan: CollectionPlan, _ file: FileReference, _ parts: PartWriter, _ makeRoom: (UInt64) throws -> Void,
        step: () -> Void
    ) async throws -> Int64 {
        let source = try await RowSource(snapshot.lanes[0], plan.queries.files(file), budget: snapshot.budget)
        let owner = plan.queries.ownerFields
        var rows: Int64 = 0
        while let batch = try await source.batch() {
            while let fields = try batch.withBytes({ try RowCounting.nextText($0, at: &source.cursor) }) {
                guard owner == 0 || fields.prefix(owner).elementsEqual(subject.key) else {
                    throw ownershipMismatch(plan)
                }
                let row = FileRow(fields[owner...], keyCount: plan.queries.keyColumns.count, number: rows + 1)
                try await write(row, of: plan, file, parts, makeRoom)
                rows += 1
                step()
            }
            source.advance()
        }
        return rows
    }

    private func write(
        _ row: FileRow, of plan: CollectionPlan, _ file: FileReference, _ parts: PartWriter,
        _ makeRoom: (UInt64) throws -> Void
    ) async throws {
        let folder = SafeName.folder(row.key)
        let part = plan.files.count > 1 ? "/\(SafeName.folder([file.key.text]))" : ""
        // Never the object's key: it is an internal address.
        let shown = (row.name ?? "file") + file.suffix
        let path = "data/files/\(plan.collection.name)/\(folder)\(part)/\(SafeName.file(shown))"
        var loss = Manifest.MissingFile(
            collection: plan.collection.name, row: row.key.joined(separator: "|"), path: nil, reason: "missing",
            expectedBytes: row.bytes, foundBytes: nil)
        guard let store = stores[file.store] else { preconditionFailure("stores were checked before") }
        do {
            let object = try store.open(row.objectKey)
            try makeRoom(object.bytes)
            loss.path = path
            let fault = try await copy(object, to: path, row, parts, &loss)
            if !fault { return }
        } catch let error as ObjectStoreError {
            guard error != .unavailable else {
                throw ExportError(.storeUnavailable, "the object store “\(file.store)” went away while it was read")
            }
            loss.reason = error == .notFound ? "missing" : "unreadable"
        }
        parts.manifest.missing.append(loss)
    }

    /// True when what was copied isn't what the row says; `loss` then tells how.
    private func copy(
        _ object: borrowing StoredObject, to path: String, _ row: FileRow, _ parts: PartWriter,
        _ loss: inout Manifest.MissingFile
    ) async throws -> Bool {
        var wasCut = false
        let record = try await parts.addPayload(path, mediaType: row.mediaType ?? "application/octet-stream") { write in
            do {
                _ = try object.forEachPiece { piece in
                    try Task.checkCancellation()
                    try snapshot.budget.check()
                    try write(piece)
                }
            } catch ObjectStoreError.unreadable {
                wasCut = true
            }
        }
        loss.foundBytes = record.bytes
        if wasCut {
            loss.reason = "unreadable"
        } else if let expected = row.bytes, record.bytes < expected {
            loss.reason = "truncated"
        } else if let expected = row.bytes, record.bytes != expected {
            loss.reason = "changed"
        } else if let expected = row.sha256, expected.lowercased() != record.sha256 {
            loss.reason = "changed"
        } else {
            return false
        }
        return true
    }
}
