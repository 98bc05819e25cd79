internal import ArchiveFormat
internal import DataMap
internal import PostgresAccess
internal import RightsCore
internal import RowEncoding

/// One collection's rows on their way into JSON, with those nested in it.
private final class JSONStream {
    let plan: CollectionPlan
    let source: RowSource
    var encoder: RowEncoder
    var children: [(key: [UInt8], stream: JSONStream)] = []

    init(_ plan: CollectionPlan, _ source: RowSource) {
        self.plan = plan
        self.source = source
        encoder = RowEncoder(plan.jsonShape, syntax: .json)
    }

    /// Itself, then everything nested in it.
    var all: [JSONStream] { [self] + children.flatMap { $0.stream.all } }
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
        _ bag: BagWriter, _ manifest: inout Manifest, countsFirst: Bool
    ) async throws -> [String: RowCounts] {
        progress(.counting)
        let counter = RowCounter(plan: plan, snapshot: snapshot, known: known)
        async let counting = counter.counts()
        if countsFirst { _ = try await counting }
        try await sendCopies()
        var written: [WrittenRows] = []
        for root in plan.roots {
            if request.format.hasJSON { written += try await writeJSON(root, bag, &manifest) }
            if request.format.hasCSV {
                for collection in root.withDescendants {
                    written.append(try await writeCSV(collection, bag, &manifest))
                }
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

    private func writeJSON(
        _ root: CollectionPlan, _ bag: BagWriter, _ manifest: inout Manifest
    ) async throws -> [WrittenRows] {
        var lanes = snapshot.lanes[...]
        let stream = open(root, &lanes)
        let name = root.collection.name
        let link = root.queries.ownerFields == 0 ? [] : ownerLink
        _ = try await bag.addPayload("data/json/\(name).json", mediaType: "application/json") { write in
            var out = OutputBuffer(drain: write)
            try out.append("[")
            try await writeArray(stream, link: link, into: &out)
            try out.append("\n]\n")
            try out.flush()
        }
        for part in stream.all {
            guard try await part.source.drain() else {
                throw ownershipMismatch(part.plan)
            }
            manifest.notes.jsonWrittenAsText += part.encoder.stringifiedValues
        }
        let nested = nestedRows(stream, under: "")
        bag.describeLast(
            rows: stream.encoder.rows, nestedRows: nested.isEmpty ? nil : nested, schema: "schemas/\(name).schema.json")
        return stream.all.map { WrittenRows(plan: $0.plan, rows: $0.encoder.rows) }
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
    private func writeArray(
        _ stream: JSONStream, link: [UInt8], into out: inout OutputBuffer
    ) async throws {
        var isFirst = true
        while let batch = try await stream.source.batch() {
            let step = try batch.withBytes {
                try stream.encoder.encode($0, at: &stream.source.cursor, link: link, isFirst: &isFirst, into: &out)
            }
            switch step {
            case .openRow: try await writeChildren(of: stream, into: &out)
            case .otherLink: return
            case .endOfBatch, .endOfData:
                stream.source.advance()
                report(stream.plan, stream.encoder.rows)
            }
        }
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
            nested[key] = child.encoder.rows
            nested.merge(nestedRows(child, under: key + "/")) { $1 }
        }
        return nested
    }

    // MARK: CSV

    private func writeCSV(
        _ plan: CollectionPlan, _ bag: BagWriter, _ manifest: inout Manifest
    ) async throws -> WrittenRows {
        let source = RowSource(snapshot.lanes[0], budget: snapshot.budget)
        var encoder = RowEncoder(plan.csvShape, syntax: .csv)
        let link = plan.queries.ownerFields == 0 ? [] : ownerLink
        _ = try await bag.addPayload("data/csv/\(plan.collection.name).csv", mediaType: "text/csv") { write in
            var out = OutputBuffer(drain: write)
            try encoder.writeHeader(into: &out)
            var isFirst = true
            while let batch = try await source.batch() {
                let step = try batch.withBytes {
                    try encoder.encode($0, at: &source.cursor, link: link, isFirst: &isFirst, into: &out)
                }
                if case .otherLink = step { throw ownershipMismatch(plan) }
                source.advance()
                report(plan, encoder.rows)
            }
            try out.flush()
        }
        bag.describeLast(rows: encoder.rows, nestedRows: nil, schema: nil)
        manifest.notes.csvGuardedCells += encoder.guardedCells
        return WrittenRows(plan: plan, rows: encoder.rows)
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
