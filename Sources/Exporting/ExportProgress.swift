internal import ArchiveFormat

/// What an export is doing, for whoever watches.
package enum ExportProgress: Sendable {
    /// Rows are counted in the database.
    case counting
    /// A collection is being read: rows so far, of as many if that is known yet.
    case reading(collection: String, rows: Int64, of: Int64?)
    /// Files are being copied: so far, of as many.
    case copying(files: Int64, of: Int64)
    /// The finished archive is being verified; its size in bytes.
    case readingBack(bytes: UInt64)
    /// The snapshot's time was up; a new one is taken, once.
    case restarting
}

/// What became of an export.
package struct ExportOutcome: Sendable {
    /// The manifest in the archive; of several parts, one of all together, as no single one has it.
    package let manifest: ArchiveManifest
    /// The folder inside the archive, or inside its first part.
    package let root: String
    /// Bytes of the archive, all parts together.
    package let bytes: UInt64
    /// The archive's files in order: one, unless it was cut.
    package let parts: [ExportedPart]

    init(_ manifest: Manifest, _ finished: [FinishedPart]) {
        self.manifest = manifest
        root = finished.first?.root ?? ""
        bytes = finished.reduce(0) { $0 + $1.bytes }
        parts = finished.map {
            ExportedPart(path: $0.path, root: $0.root, bytes: $0.bytes, manifestSHA256: $0.manifestSHA256)
        }
    }
}

/// One file of an archive.
package struct ExportedPart: Sendable {
    /// Where it stands; nil when it was streamed. A sealed one's key lies beside it, with `.key` behind the name.
    package let path: String?
    /// The folder inside it, which is also the name to hand it out under, without the ending.
    package let root: String
    /// Its bytes.
    package let bytes: UInt64
    /// The SHA-256 of its manifest.
    package let manifestSHA256: String
}
