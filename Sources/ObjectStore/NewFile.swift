internal import CLinux
internal import Glibc
internal import Synchronization

/// Why a new file can't be written.
package struct NewFileError: Error, Sendable, CustomStringConvertible {
    /// The kinds of reason.
    package enum Reason: Sendable {
        /// Something with that name is there already.
        case exists
        /// The disk is full or the quota used up.
        case noSpace
        /// Anything else.
        case cannotWrite
    }

    /// The kind of reason.
    package let reason: Reason
    /// Said for people.
    package let description: String

    init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    init(taken path: String) {
        self.init(.exists, "\(path) appeared meanwhile; nothing was overwritten")
    }

    init(errno number: CInt) {
        switch number {
        case ENOSPC, EDQUOT:
            self.init(.noSpace, "the disk is full; nothing was kept, free some space and run it again")
        default: self.init(.cannotWrite, "writing failed: \(String(cString: strerror(number)))")
        }
    }
}

/// A file that appears whole or not at all.
///
/// It is written under a name of its own beside its place, locked while it is written, synced, then renamed. What a
/// killed process left is recognised by its missing lock and removed by the next one that writes into the folder.
package final class NewFile {
    /// What may stand where the file will stand.
    package enum Naming: Sendable {
        /// Nothing: what stands there is kept, and the file is not named.
        case free
        /// Anything: it is replaced in one step.
        case replacing
    }

    /// Where it lies until it is named.
    package let temporaryPath: String
    private let path: String
    private let folder: String
    private let naming: Naming
    private var descriptor: CInt
    private var isPublished = false
    static let marker = ".habeas-partial"
    /// Folders looked through since the program began.
    private static let cleanedFolders = Mutex<Set<String>>([])

    /// A file that will stand at `path`, for the owner alone.
    ///
    /// - Throws: `NewFileError` when something stands there and may not be replaced, or the folder can't be written.
    package init(path: String, naming: Naming = .free) throws(NewFileError) {
        self.path = path
        self.naming = naming
        folder = Folder.of(path)
        if naming == .free && Folder.hasEntry(path) {
            throw NewFileError(.exists, "\(path) exists; nothing is overwritten, choose another name or remove it")
        }
        Self.removeOrphansOnce(in: folder)
        guard (path.split(separator: "/").last?.utf8.count ?? 0) <= 255 else {
            throw NewFileError(.cannotWrite, "the name of the output is too long: at most 255 bytes")
        }
        (descriptor, temporaryPath) = try Self.makeTemporary(in: folder)
    }

    /// A locked file of a name of its own. Another process's sweep may take it before it is locked; then the next.
    private static func makeTemporary(in folder: String) throws(NewFileError) -> (CInt, String) {
        for _ in 0..<100 {
            let path = "\(folder)/\(marker)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                // No room for another name.
                if errno == ENOSPC || errno == EDQUOT { throw NewFileError(errno: errno) }
                throw NewFileError(
                    .cannotWrite, "the folder \(folder) can't be written: \(String(cString: strerror(errno)))")
            }
            var facts = stat()
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &facts) == 0, facts.st_nlink == 1 {
                return (descriptor, path)
            }
            close(descriptor)
        }
        throw NewFileError(.cannotWrite, "no file can be locked in \(folder)")
    }

    deinit { abandon() }

    /// Appends bytes.
    package func write(_ bytes: RawSpan) throws(NewFileError) {
        try bytes.withUnsafeBytes { bytes throws(NewFileError) in try append(bytes) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(NewFileError) {
        var rest = bytes
        while rest.count > 0 {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw NewFileError(errno: errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        }
    }

    /// Makes the bytes durable.
    package func synchronize() throws(NewFileError) {
        if fsync(descriptor) != 0 { throw NewFileError(errno: errno) }
    }

    /// Gives the file its name, durably.
    ///
    /// - Throws: `NewFileError.exists` when somebody took that name meanwhile and it may not be replaced.
    package func publish() throws(NewFileError) {
        // RENAME_NOREPLACE, rename(2).
        let flags: CUnsignedInt = naming == .free ? 1 : 0
        guard renameat2(AT_FDCWD, temporaryPath, AT_FDCWD, path, flags) == 0 else {
            throw errno == EEXIST ? NewFileError(taken: path) : NewFileError(errno: errno)
        }
        close(descriptor)
        descriptor = -1
        isPublished = true
        Folder.synchronize(folder)
    }

    /// Removes what was written. Safe at any time; after ``publish()`` it does nothing.
    package func abandon() {
        guard descriptor >= 0 else { return }
        unlink(temporaryPath)
        close(descriptor)
        descriptor = -1
    }

    /// Removes the file that got its name. Safe at any time; before ``publish()`` it does nothing.
    package func withdraw() {
        guard isPublished else { return }
        isPublished = false
        unlink(path)
        Folder.synchronize(folder)
    }

    /// Looks through a folder when the program first writes there: it may hold many objects.
    private static func removeOrphansOnce(in folder: String) {
        if cleanedFolders.withLock({ $0.insert(folder).inserted }) { removeOrphans(in: folder) }
    }

    /// A partial file that nobody holds locked was left by a killed process.
    static func removeOrphans(in folder: String) {
        for name in Folder.names(folder) where name.hasPrefix(marker) {
            let path = "\(folder)/\(name)"
            let handle = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
            guard handle >= 0 else { continue }
            if flock(handle, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
            close(handle)
        }
    }
}

/// What is done to folders.
enum Folder {
    /// The folder a path lies in.
    static func of(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Whether anything has that name, be it a link that leads nowhere.
    static func hasEntry(_ path: String) -> Bool {
        var facts = stat()
        return lstat(path, &facts) == 0
    }

    /// The names in a folder; none when it can't be read.
    static func names(_ folder: String) -> [String] {
        guard let listing = opendir(folder) else { return [] }
        defer { closedir(listing) }
        var names: [String] = []
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    /// Makes names durable: without this a new name, or one that is gone, might not survive a power cut.
    static func synchronize(_ folder: String) {
        let handle = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { return }
        fsync(handle)
        close(handle)
    }
}
