/// Holds an archive to its `habeas-manifest.json`.
struct ManifestCheck {
    private static let unlisted: Set<String> = [
        "habeas-manifest.json", "habeas-manifest.sig", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt",
    ]
    private let contents: ArchiveContents

    init(_ contents: ArchiveContents) { self.contents = contents }

    func run(into report: inout VerificationReport) {
        guard let manifest = contents.manifest else {
            report.record("manifest", ["habeas-manifest.json is missing or of another version"], passed: "")
            return
        }
        report.record("manifest", fileFaults(manifest), passed: "\(manifest.files.count) files as described")
        let rows = manifest.collections.reduce(0) { $0 + $1.archivedRows }
        report.record(
            "rows", rowFaults(manifest),
            passed: manifest.part == nil
                ? "\(rows) rows, as many as the database held at the snapshot"
                : "as many rows in each file of this part as described")
    }

    private func fileFaults(_ manifest: Manifest) -> [String] {
        var faults: [String] = []
        for file in manifest.files {
            guard let entry = contents.entries[file.path] else {
                faults.append("\(file.path) is described and missing")
                continue
            }
            if entry.bytes != file.bytes || entry.sha256 != file.sha256 { faults.append("\(file.path) was changed") }
            if !entry.isWhole { faults.append("\(file.path) is not whole") }
            if let schema = file.schema, contents.entries[schema] == nil { faults.append("\(schema) is missing") }
        }
        let listed = Set(manifest.files.map(\.path))
        let extra = Set(contents.entries.keys).subtracting(listed).subtracting(Self.unlisted)
        return faults + extra.sorted().map { "\($0) isn't described" }
    }

    /// A collection's count against the rows that were found in its files; of several parts, each may hold some.
    private func countFaults(
        _ collection: Manifest.CollectionCount, inParts: Bool
    ) -> [String] {
        let json = contents.entries["data/json/\(collection.inside ?? collection.name).json"]
        let found = [
            collection.nestedAs.map { json?.nestedRows[$0] } ?? json?.rows,
            contents.entries["data/csv/\(collection.name).csv"]?.rows,
        ].compactMap { $0 }
        if found.isEmpty { return ["\(collection.name): no file holds its rows"] }
        return found.filter { inParts ? $0 > collection.archivedRows : $0 != collection.archivedRows }
            .map { "\(collection.name): \($0) rows are there, not \(collection.archivedRows)" }
    }

    /// The trail lies beside the collections, in as many forms as they do.
    private func trailFaults(_ trail: Manifest.Trail) -> [String] {
        let found = ["data/json/audit-trail.json", "data/csv/audit-trail.csv"].compactMap { contents.entries[$0]?.rows }
        if found.isEmpty { return ["no file holds the trail"] }
        return found.filter { $0 != trail.entries }.map { "the trail has \($0) entries, not \(trail.entries)" }
    }

    private func rowFaults(_ manifest: Manifest) -> [String] {
        var faults: [String] = []
        for file in manifest.files {
            guard let rows = file.rows else { continue }
            guard let entry = contents.entries[file.path] else {
                faults.append("\(file.path) is missing with its \(rows) rows")
                continue
            }
            if entry.rows != rows { faults.append("\(file.path) holds \(entry.rows ?? 0) rows, not \(rows)") }
            for (key, count) in file.nestedRows ?? [:] where entry.nestedRows[key] != count {
                faults.append("\(file.path) holds \(entry.nestedRows[key] ?? 0) \(key), not \(count)")
            }
        }
        for collection in manifest.collections { faults += countFaults(collection, inParts: manifest.part != nil) }
        if let trail = manifest.trail { faults += trailFaults(trail) }
        for collection in manifest.collections where collection.sourceRows != collection.archivedRows {
            faults.append(
                "\(collection.name): \(collection.archivedRows) of \(collection.sourceRows) rows are in the archive")
        }
        return faults
    }
}
