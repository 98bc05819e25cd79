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
    /// The manifest in the archive.
    package let manifest: ArchiveManifest
    /// The folder inside the archive.
    package let root: String
    /// Bytes of the archive.
    package let bytes: UInt64
}
