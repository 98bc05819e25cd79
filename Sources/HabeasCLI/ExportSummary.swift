internal import ArchiveFormat
internal import Exporting
internal import Synchronization

/// What `--json` prints of an export.
struct ExportSummary: Encodable {
    /// How long the parts took.
    struct Seconds: Encodable {
        /// From the connection to the last byte.
        let written: Double
        /// Verifying the finished file; nil when it was streamed.
        let readBack: Double?
    }
    /// One of several files.
    struct Part: Encodable {
        let path: String?
        let bytes: UInt64
    }
    let seconds: Seconds
    let path: String?
    /// The files, when the archive was cut into several.
    let parts: [Part]?
    let sealed: Bool
    let bytes: UInt64
    let request: String
    let snapshot: Manifest.Snapshot
    let collections: [Manifest.CollectionCount]
    let files: Int
    let missing: [Manifest.MissingFile]
    let redacted: [Manifest.Omission]
    let notIncluded: [Manifest.Omission]

    init(_ outcome: ExportOutcome, _ path: String?, isSealed: Bool, _ watch: ExportWatch) {
        sealed = isSealed
        seconds = Seconds(written: watch.written, readBack: watch.readBack)
        let manifest = outcome.manifest
        parts = outcome.parts.count > 1 ? outcome.parts.map { Part(path: $0.path, bytes: $0.bytes) } : nil
        self.path = parts == nil ? path : nil
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

/// Notes when the parts of an export began.
final class ExportWatch: Sendable {
    private let start = ContinuousClock.now
    private let turn = Mutex<ContinuousClock.Instant?>(nil)
    private let end = Mutex<ContinuousClock.Instant?>(nil)

    func note(_ progress: ExportProgress) {
        if case .readingBack = progress { turn.withLock { $0 = .now } }
    }

    func stop() { end.withLock { $0 = .now } }

    /// Seconds until the last byte was written.
    var written: Double { ((turn.withLock { $0 } ?? finish) - start) / .seconds(1) }

    /// Seconds of reading back, if it was done.
    var readBack: Double? { turn.withLock { $0 }.map { (finish - $0) / .seconds(1) } }

    private var finish: ContinuousClock.Instant { end.withLock { $0 } ?? .now }
}
