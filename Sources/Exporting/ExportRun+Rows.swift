internal import ArchiveFormat
internal import DataMap
internal import PostgresAccess
internal import SubjectAccess
internal import RightsCore
internal import RowEncoding

/// One collection's rows on their way into JSON, with those nested in it.
private final class JSONStream {
    let plan: CollectionPlan
    let source: RowSource
    var encoder: RowEncoder
    var children: [(key: [UInt8], stream: JSONStream)] = []
    /// Rows, and values written as strings, in files that are ended.
    private var ended: (rows: Int64, strings: Int64) = (0, 0)

    init(_ plan: CollectionPlan, _ source: RowSource) {
        self.plan = plan
        self.source = source
        encoder = RowEncoder(plan.jsonShape, syntax: .json)
    }

    /// Itself, then everything nested in it.
    var all: [JSONStream] { [self] + children.flatMap { $0.stream.all } }

    /// Rows in the file being written.
    var fileRows: Int64 { encoder.rows - ended.rows }
    /// Values written as strings in it.
    var fileStrings: Int64 { encoder.stringifiedValues - ended.strings }

    func endFile() { ended = (encoder.rows, encoder.stringifiedValues) }
}

/// One collection's rows on their way into CSV.
private final class CSVStream {
    let plan: CollectionPlan
    let source: RowSource
    var encoder: RowEncoder
    private var ended: (rows: Int64, guarded: Int64) = (0, 0)

    init(_ plan: CollectionPlan, _ source: RowSource) {
        self.plan = plan
        self.source = source
        encoder = RowEncoder(plan.csvShape, syntax: .csv)
    }

    /// Rows in the file being written.
    var fileRows: Int64 { encoder.rows - ended.rows }
    /// Cells in it that got a `'`.
    var fileGuarded: Int64 { encoder.guardedCells - ended.guarded }

    func endFile() { ended = (encoder.rows, encoder.guardedCells) }
}

/// Rows written of one collection into one file.
private struct WrittenRows {
    let plan: CollectionPlan
    let rows: Int64
}

extension ExportRun {
    /// Writes every collection in the forms asked for, and compares what was written with what was counted meanwhile.
    ///
    /// - Parameter countsFirst: whether nothing may be written before the counts are known, since it can't be taken back.
    /// - Returns: the counts by collection.
    func writeRows(
        _ parts: PartWriter, _ sign: Signer, countsFirst: Bool
    ) async throws -> [String: RowCounts] {
        progress(.counting)
        let counter = RowCounter(plan: plan, snapshot: snapshot, known: known)
        async let counting = counter.counts()
        if countsFirst { _ = try await counting }
        try await sendCopies()
        var written: [WrittenRows] = []
        for root in plan.roots {
            if request.format.hasJSON {
                let stream = openJSON(root)
                var isDone = false
                while !isDone {
                    if parts.isSpent { try beginNextPart(parts, try await counting, sign) }
                    isDone = try await writeJSON(stream, parts)
                }
                try await expectEnd(of: stream)
                written += stream.all.map { WrittenRows(plan: $0.plan, rows: $0.encoder.rows) }
            }
            for collection in request.format.hasCSV ? root.withDescendants : [] {
                let stream = CSVStream(collection, RowSource(snapshot.lanes[0], budget: snapshot.budget))
                var isDone = false
                while !isDone {
                    if parts.isSpent { try beginNextPart(parts, try await counting, sign) }
                    isDone = try await writeCSV(stream, parts)
                }
                written.append(WrittenRows(plan: collection, rows: stream.encoder.rows))
            }
        }
        let counts = try await counting
        for part in written { try check(part.plan, archived: part.rows, counts) }
        return counts
    }

    /// Sends every lane the copies it will be read for, in that order, so that no round trip lies between them.
    private func sendCopies() async throws {
        var queries: [[String]] = snapshot.lanes.map { _ in [] }
        for root in plan.roots {
            for (lane, part) in root.withDescendants.enumerated() where request.format.hasJSON {
                queries[lane].append(part.jsonQuery)
            }
            if request.format.hasCSV { queries[0] += root.withDescendants.map(\.queries.csv) }
        }
        for (lane, queries) in zip(snapshot.lanes, queries) { try await lane.startCopies(queries: queries) }
    }

    // MARK: JSON

    private func openJSON(_ root: CollectionPlan) -> JSONStream {
        var lanes = snapshot.lanes[...]
        return open(root, &lanes)
    }

    /// Writes rows into a file until there are no more, or the part is spent.
    ///
    /// - Returns: whether there are no more.
    private func writeJSON(_ stream: JSONStream, _ parts: PartWriter) async throws -> Bool {
        let name = stream.plan.collection.name
        let link = stream.plan.queries.ownerFields == 0 ? [] : ownerLink
        var isDone = true
        _ = try await parts.addPayload("data/json/\(name).json", mediaType: "application/json") { write in
            var out = OutputBuffer(drain: write)
            try out.append("[")
            isDone = try await writeArray(stream, link: link, into: &out) { parts.isSpent }
            try out.append("\n]\n")
            try out.flush()
        }
        let nested = nestedRows(stream, under: "")
        parts.bag.describeLast(
            rows: stream.fileRows, nestedRows: nested.isEmpty ? nil : nested, schema: "schemas/\(name).schema.json")
        for part in stream.all {
            parts.manifest.notes.jsonWrittenAsText += part.fileStrings
            part.endFile()
        }
        return isDone
    }

    /// What is left then belongs to nobody who was asked for.
    private func expectEnd(of stream: JSONStream) async throws {
        for part in stream.all {
            guard try await part.source.drain() else { throw ownershipMismatch(part.plan) }
        }
    }

    /// Each collection of a tree on a lane of its own, all in the same snapshot.
    private func open(_ plan: CollectionPlan, _ lanes: inout ArraySlice<PostgresConnection>) -> JSONStream {
        let stream = JSONStream(plan, RowSource(lanes.removeFirst(), budget: snapshot.budget))
        for child in plan.children {
            let key = JSONName.encoded(child.collection.nesting?.key ?? "")
            stream.children.append((key, open(child, &lanes)))
        }
        return stream
    }

    /// Writes rows while they belong to `link`. Streams are in the same order on every level, so equality is enough.
    ///
    /// - Parameter isSpent: whether to stop behind a row.
    /// - Returns: whether no such row is left.
    @discardableResult
    private func writeArray(
        _ stream: JSONStream, link: [UInt8], into out: inout OutputBuffer, until isSpent: () -> Bool = { false }
    ) async throws -> Bool {
        var isFirst = true
        while let batch = try await stream.source.batch() {
            let step = try batch.withBytes {
                try stream.encoder.encode($0, at: &stream.source.cursor, link: link, isFirst: &isFirst, into: &out)
            }
            switch step {
            case .openRow:
                try await writeChildren(of: stream, into: &out)
                if isSpent() { return false }
            case .otherLink: return true
            case .endOfBatch, .endOfData:
                stream.source.advance()
                report(stream.plan, stream.encoder.rows)
                if isSpent() { return try await stream.source.batch() == nil }
            }
        }
        return true
    }

    private func writeChildren(of stream: JSONStream, into out: inout OutputBuffer) async throws {
        for (key, child) in stream.children {
            try out.append(",")
            try out.append(key)
            try out.append(":[")
            try await writeArray(child, link: stream.encoder.key, into: &out)
            try out.append("]")
        }
        try out.append("}")
    }

    private func nestedRows(_ stream: JSONStream, under path: String) -> [String: Int64] {
        var nested: [String: Int64] = [:]
        for (_, child) in stream.children {
            let key = path + (child.plan.collection.nesting?.key ?? "")
            nested[key] = child.fileRows
            nested.merge(nestedRows(child, under: key + "/")) { $1 }
        }
        return nested
    }

    // MARK: CSV

    /// Writes records into a file until there are no more, or the part is spent.
    ///
    /// - Returns: whether there are no more.
    private func writeCSV(_ stream: CSVStream, _ parts: PartWriter) async throws -> Bool {
        let (plan, source) = (stream.plan, stream.source)
        let link = plan.queries.ownerFields == 0 ? [] : ownerLink
        var isDone = false
        _ = try await parts.addPayload("data/csv/\(plan.collection.name).csv", mediaType: "text/csv") { write in
            var out = OutputBuffer(drain: write)
            try stream.encoder.writeHeader(into: &out)
            var isFirst = true
            while let batch = try await source.batch() {
                let step = try batch.withBytes {
                    try stream.encoder.encode($0, at: &source.cursor, link: link, isFirst: &isFirst, into: &out)
                }
                if case .otherLink = step { throw ownershipMismatch(plan) }
                source.advance()
                report(plan, stream.encoder.rows)
                if parts.isSpent { break }
            }
            isDone = try await source.batch() == nil
            try out.flush()
        }
        parts.bag.describeLast(rows: stream.fileRows, nestedRows: nil, schema: nil)
        parts.manifest.notes.csvGuardedCells += stream.fileGuarded
        stream.endFile()
        return isDone
    }

    // MARK: judging

    /// The subject's key as it stands in front of each row.
    var ownerLink: [UInt8] { RowEncoder.link(subject.key) }

    private func report(_ plan: CollectionPlan, _ rows: Int64) {
        let name = plan.collection.name
        progress(.reading(collection: name, rows: rows, of: known[name]))
    }

    private func check(_ plan: CollectionPlan, archived: Int64, _ counts: [String: RowCounts]) throws {
        let source = counts[plan.collection.name]?.source ?? -1
        guard archived != source else { return }
        throw ExportError(
            .countMismatch,
            "\(plan.table.name): the exporter read \(archived) rows where there are \(source); the archive is withheld",
            hint: "a policy, a setting or the map's path hides rows or shows others'; `habeas map check` may tell which"
        )
    }

    func ownershipMismatch(_ plan: CollectionPlan) -> ExportError {
        ExportError(
            .ownershipMismatch,
            "\(plan.table.name): a row came that doesn't belong to the person; the archive is withheld",
            hint: "check the paths of the collection \(plan.collection.name) in the map")
    }
}
