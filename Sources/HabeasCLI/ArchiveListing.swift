internal import ArchiveFormat

/// What an archive holds, as a table for people.
struct ArchiveListing {
    private let manifest: Manifest

    init(_ manifest: Manifest) { self.manifest = manifest }

    var text: String {
        let rows = manifest.collections.map { count in
            [
                count.title, "\(count.archivedRows)", "\(files(of: count.name))",
                (count.softDeletedRows ?? 0) > 0 ? "\(count.softDeletedRows ?? 0) in the bin" : "",
            ]
        }
        var text = Terminal.table(["What", "Records", "Files", ""], rows)
        for (label, count) in [
            ("left out, with the reason", manifest.notIncluded.count), ("redacted", manifest.redacted.count),
            ("missing or not whole among the files", manifest.missing.count),
        ] where count > 0 {
            text += "\n\(count) \(label)"
        }
        return text + "\nas of \(manifest.snapshot.at), all of one moment"
    }

    private func files(of collection: String) -> Int {
        manifest.files.count { $0.path.hasPrefix("data/files/\(collection)/") }
    }
}
