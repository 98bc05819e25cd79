internal import ObjectStore
internal import PostgresAccess

/// One sealed part while it is read, on a queue of its own: reading and unsealing block.
///
/// It holds one sealed segment and one open one, whatever the part's size.
actor PartReader {
    private let home = OwnQueue("habeas.download")
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe home.asUnownedSerialExecutor() }

    private let folder: SealedFolder
    private let object: String
    private let keys: ArchiveKeys
    private var reader: SealedReader?

    init(_ object: String, in folder: SealedFolder, keys: ArchiveKeys) {
        self.object = object
        self.folder = folder
        self.keys = keys
    }

    /// Opens the object, which proves that its end is there.
    func open() throws -> (bytes: UInt64, header: [UInt8]) {
        let reader = try folder.open(object, find: keys.find)
        self.reader = reader
        return (reader.bytes, reader.header)
    }

    /// Content from `offset` on; each byte was authenticated. Fewer bytes than asked for come at the end only.
    func bytes(at offset: UInt64, atMost count: Int) throws -> [UInt8] {
        guard let reader else { preconditionFailure("the part must be opened first") }
        return count == 0 ? [] : try reader.bytes(at: offset, atMost: count)
    }
}
