internal import ArchiveFormat
internal import AuditLedger
internal import Exporting
internal import ObjectStore

/// An archive's file as it is opened at the door: as it lies there, or unsealed when its key lies beside it.
struct ArchiveFile {
    /// The ZIP's bytes.
    let source: any ArchiveSource
    /// How it is sealed; nil when it isn't.
    let seal: Seal?

    init(_ path: String, _ settings: Settings) throws {
        guard let object = try Self.openSealed(path, settings) else {
            source = try FileSource(path: path)
            seal = nil
            return
        }
        source = SealedSource(object)
        seal = Seal(object)
    }

    /// The sealed object in a file; nil when it isn't sealed.
    static func openSealed(_ path: String, _ settings: Settings) throws -> SealedReader? {
        let (folder, name) = SealedFolder.locate(path)
        guard folder.hasKey(name) || folder.looksSealed(name) else { return nil }
        return try folder.open(name) { id in try KeyRing(folder: settings.keysPath).wrapping.key(id) }
    }
}

/// What is said of a seal.
struct Seal: Encodable {
    let cipher: String
    let segments: UInt64
    let wrappingKey: String

    init(_ object: SealedReader) {
        cipher = "AES256_GCM_HKDF_1MB"
        segments = object.segments
        wrappingKey = object.wrappingKey
    }

    var words: String {
        "sealed with \(cipher), \(Terminal.count(Int(segments), "segment")), its key wrapped by \(wrappingKey)"
    }
}
