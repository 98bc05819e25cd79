package import ArchiveFormat
package import ObjectStore

/// A file as an archive's destination.
package struct FileDestination: ArchiveDestination {
    private let file: NewFile

    /// An archive that will stand at `path`.
    ///
    /// - Throws: `ArchiveError` when something stands there, or the folder can't be written.
    package init(path: String) throws(ArchiveError) {
        file = try ArchiveError.mapping { try NewFile(path: path) }
    }

    package func write(_ bytes: RawSpan) throws(ArchiveError) { try ArchiveError.mapping { try file.write(bytes) } }
    package func finish() throws(ArchiveError) { try ArchiveError.mapping { try file.synchronize() } }
    package func publish() throws(ArchiveError) { try ArchiveError.mapping { try file.publish() } }
    package func abandon() { file.abandon() }
    package func withdraw() { file.withdraw() }

    package var reopen: (@Sendable () throws(ArchiveError) -> any ArchiveSource)? {
        let path = file.temporaryPath
        return { () throws(ArchiveError) in try FileSource(path: path) }
    }
}

/// A sealed object as an archive's destination.
package struct SealedDestination: ArchiveDestination {
    private let object: SealedObjectWriter

    /// A sealed archive that will stand at `path`, its key beside it.
    ///
    /// - Throws: `ArchiveError` when something stands there, or the folder can't be written; `SealError` when the name
    ///   can't be a sealed archive's.
    package init(path: String, wrappedBy key: WrappingKey) throws {
        let (folder, name) = SealedFolder.locate(path)
        do { object = try folder.create(name, wrappedBy: key) } catch let error as NewFileError {
            throw ArchiveError(error)
        }
    }

    package func write(_ bytes: RawSpan) throws(ArchiveError) { try ArchiveError.mapping { try object.write(bytes) } }
    package func finish() throws(ArchiveError) { try ArchiveError.mapping { try object.finish() } }
    package func publish() throws(ArchiveError) { try ArchiveError.mapping { try object.publish() } }
    package func abandon() { object.abandon() }
    package func withdraw() { object.withdraw() }

    package var reopen: (@Sendable () throws(ArchiveError) -> any ArchiveSource)? {
        let reopen = object.reopen
        return { () throws(ArchiveError) in SealedSource(try ArchiveError.mapping { try reopen() }) }
    }
}

/// A sealed object as the source of an archive.
package struct SealedSource: ArchiveSource {
    private let object: SealedReader

    /// The content of an opened object.
    package init(_ object: SealedReader) { self.object = object }

    package var bytes: UInt64 { object.bytes }

    package func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Int {
        try ArchiveError.mapping { unsafe try object.read(at: offset, into: buffer) }
    }
}

extension ArchiveError {
    /// The failure of an archive that a failure of its file amounts to.
    package init(_ error: NewFileError) {
        let code: Code =
            switch error.reason {
            case .exists: .outputExists
            case .noSpace: .noSpace
            case .cannotWrite: .cannotWrite
            }
        self.init(code, error.description)
    }

    /// The failure of an archive that a failure of its seal amounts to.
    private init(_ error: SealError) {
        let code: Code =
            switch error.code {
            case .cannotRead, .noObject, .noKey, .badKeyFile: .cannotRead
            case .badName, .strayKey, .tooLarge, .notSealed: .cannotWrite
            case .destroyed, .keyRefused, .otherObject, .damaged, .truncated: .damaged
            }
        self.init(code, error.description)
    }

    /// Does something with a file or an object, whose failures become the archive's.
    fileprivate static func mapping<Value>(_ body: () throws -> Value) throws(ArchiveError) -> Value {
        do { return try body() } catch {
            switch error {
            case let error as NewFileError: throw ArchiveError(error)
            case let error as SealError: throw ArchiveError(error)
            default: throw ArchiveError(.cannotWrite, "the archive can't be written: \(error)")
            }
        }
    }
}
