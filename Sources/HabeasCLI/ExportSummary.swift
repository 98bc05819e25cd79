internal import ArchiveFormat
internal import Exporting

/// What `--json` prints of an export.
struct ExportSummary: Encodable {
    let path: String?
    let bytes: UInt64
    let request: String
    let snapshot: Manifest.Snapshot
    let collections: [Manifest.CollectionCount]
    let files: Int
    let missing: [Manifest.MissingFile]
    let redacted: [Manifest.Omission]
    let notIncluded: [Manifest.Omission]

    init(_ outcome: ExportOutcome, _ path: String?) {
        let manifest = outcome.manifest
        self.path = path
        bytes = outcome.bytes
        request = manifest.request.id
        snapshot = manifest.snapshot
        collections = manifest.collections
        files = manifest.files.count { $0.path.hasPrefix("data/files/") }
        missing = manifest.missing
        redacted = manifest.redacted
        notIncluded = manifest.notIncluded
    }
}
