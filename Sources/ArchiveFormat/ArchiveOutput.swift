internal import CLibarchive
internal import Glibc
internal import Synchronization

/// Where an archive's bytes go: a file that appears whole or not at all, or a stream.
///
/// A file is written under a name of its own beside its place, locked while it is written, synced, then renamed
/// without replacing anything. What a killed process left is recognised by its missing lock and removed.
package final class ArchiveOutput {
    private enum Kind {
        case file(temporary: String, final: String, folder: String)
        case stream
    }

    private let kind: Kind
    private var descriptor: CInt
    private(set) var written: UInt64 = 0
    private static let marker = ".habeas-partial"

    /// An archive that will stand at `path`.
    ///
    /// - Throws: `ArchiveError` when something stands there, or the folder can't be written.
    package init(path: String) throws(ArchiveError) {
        let folder = Self.folder(of: path)
        var facts = stat()
        if lstat(path, &facts) == 0 {
            throw ArchiveError(
                .outputExists, "\(path) exists; nothing is overwritten, choose another name or remove it")
        }
        Self.removeOrphans(in: folder)
        guard (path.split(separator: "/").last?.utf8.count ?? 0) <= 255 else {
            throw ArchiveError(.cannotWrite, "the name of the output is too long: at most 255 bytes")
        }
        let temporary: String
        (descriptor, temporary) = try Self.makeTemporary(in: folder)
        kind = .file(temporary: temporary, final: path, folder: folder)
    }

    /// A locked file of a name of its own. Another process's sweep may take it before it is locked; then the next.
    private static func makeTemporary(in folder: String) throws(ArchiveError) -> (CInt, String) {
        for _ in 0..<100 {
            let path = "\(folder)/\(marker)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw ArchiveError(
                    .cannotWrite, "the folder \(folder) can't be written: \(String(cString: strerror(errno)))")
            }
            var facts = stat()
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &facts) == 0, facts.st_nlink == 1 {
                return (descriptor, path)
            }
            close(descriptor)
        }
        throw ArchiveError(.cannotWrite, "no file can be locked in \(folder)")
    }

    /// An archive that goes to standard output.
    package init() {
        kind = .stream
        descriptor = STDOUT_FILENO
    }

    deinit { abandon() }

    /// The finished bytes while they still lie under their temporary name, for reading back; nil for a stream.
    package var readablePath: String? {
        guard case .file(let temporary, _, _) = kind else { return nil }
        return temporary
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        var rest = bytes
        while rest.count > 0 {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Self.failure(errno) }
            written += UInt64(count)
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    private static func failure(_ number: CInt) -> ArchiveError {
        switch number {
        case ENOSPC, EDQUOT:
            ArchiveError(.noSpace, "the disk is full; nothing was kept, free some space and run it again")
        case EPIPE: ArchiveError(.readerGone, "whoever read the archive stopped reading")
        default: ArchiveError(.cannotWrite, "writing failed: \(String(cString: strerror(number)))")
        }
    }

    /// Makes the bytes durable.
    package func synchronize() throws(ArchiveError) {
        guard case .file = kind else { return }
        if fsync(descriptor) != 0 { throw Self.failure(errno) }
    }

    /// Gives the file its name. Fails if somebody took that name meanwhile.
    package func publish() throws(ArchiveError) {
        guard case .file(let temporary, let final, let folder) = kind else { return }
        // RENAME_NOREPLACE, rename(2).
        guard renameat2(AT_FDCWD, temporary, AT_FDCWD, final, 1) == 0 else {
            if errno == EEXIST {
                throw ArchiveError(.outputExists, "\(final) appeared meanwhile; nothing was overwritten")
            }
            throw Self.failure(errno)
        }
        close(descriptor)
        descriptor = -1
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if handle >= 0 {
            fsync(handle)
            close(handle)
        }
    }

    /// Removes what was written. Safe at any time; after ``publish()`` it does nothing.
    package func abandon() {
        guard case .file(let temporary, _, _) = kind, descriptor >= 0 else { return }
        unlink(temporary)
        close(descriptor)
        descriptor = -1
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Folders looked through since the program began: once is enough, and a folder may hold many archives.
    private static let cleanedFolders = Mutex<Set<String>>([])

    /// A partial file that nobody holds locked was left by a killed process.
    private static func removeOrphans(in folder: String) {
        guard cleanedFolders.withLock({ $0.insert(folder).inserted }) else { return }
        guard let listing = opendir(folder) else { return }
        defer { closedir(listing) }
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasPrefix(marker) else { continue }
            let path = "\(folder)/\(name)"
            let handle = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard handle >= 0 else { continue }
            if flock(handle, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(handle)
        }
    }
}
