internal import FoundationEssentials
internal import Glibc
internal import SystemPackage

/// The folder of one restored backup. While its drill lives, it holds the lock of the file `drill` in it; the next drill
/// removes folders whose lock is free.
struct ScratchFolder: Sendable {
    static let prefix = "habeas-drill-"
    private static let marker = "drill"

    let path: String
    private let lock: FileDescriptor

    var data: String { "\(path)/data" }
    var run: String { "\(path)/run" }
    var settings: String { "\(path)/settings" }
    var log: String { "\(path)/server.log" }
    var tablespaces: String { "\(path)/tablespaces" }
    /// Where the replay's own files go: its copy of the ledger, its empty object stores.
    var replay: String { "\(path)/replay" }

    /// Makes a folder for the owner alone, with a name that nobody has.
    ///
    /// - Throws: `BackupError.drillFolder`.
    init(in base: String) throws(BackupError) {
        try Self.check(base)
        path = "\(base)/\(Self.prefix)\(UUID().uuidString.prefix(13).lowercased())"
        do {
            let owner: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false, attributes: owner)
            // The lock first, then the name by which others find it.
            lock = try FileDescriptor.open(
                FilePath("\(path)/new"), .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
                permissions: [.ownerReadWrite])
            guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else { throw Errno.resourceTemporarilyUnavailable }
            try FileManager.default.moveItem(atPath: "\(path)/new", toPath: "\(path)/\(Self.marker)")
            for folder in [data, run, settings, tablespaces, replay] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: false, attributes: owner)
            }
        } catch {
            throw BackupError(
                .drillFolder, "no scratch folder can be made in \(base)",
                hint: "name a folder of your own with --scratch; does it have room?")
        }
    }

    /// A socket's path has room for 107 bytes (unix(7)); the path stands in options of the server and of tools.
    private static func check(_ base: String) throws(BackupError) {
        let isPlain = base.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "-_./+".unicodeScalars.contains($0))
        }
        guard base.hasPrefix("/"), isPlain, base.utf8.count <= 50 else {
            throw BackupError(
                .drillFolder, "\(base) can't hold scratch folders",
                hint: "name an absolute path of at most 50 letters, digits and -_./+ with --scratch")
        }
    }

    /// Lets go of the lock.
    func release() { try? lock.close() }

    /// Bytes that may still be written to the file system of a folder.
    static func freeBytes(_ folder: String) throws(BackupError) -> UInt64 {
        var facts = statvfs()
        guard unsafe statvfs(folder, &facts) == 0 else {
            throw BackupError(.drillFolder, "\(folder) isn't there", hint: "make it, or name another with --scratch")
        }
        return UInt64(facts.f_bavail) * UInt64(facts.f_frsize)
    }

    /// Refuses a backup that doesn't fit, before anything is written: the log that is replayed, the copy of the ledger
    /// and what the server makes anew need room beside it.
    static func requireRoom(for bytes: UInt64, free: UInt64, in folder: String) throws(BackupError) {
        let needed = bytes + bytes / 5 + 256 << 20
        guard free >= needed else {
            throw BackupError(
                .drillNoRoom,
                "\(folder) has \(free >> 20) MiB free, and restoring a backup of \(bytes >> 20) MiB takes \(needed >> 20)",
                hint: "name a folder with more room with --scratch; nothing was written")
        }
    }

    // MARK: what killed drills left

    /// The folders under `base` that belong to no living drill, and to us or the server's user: others could have put
    /// theirs where everybody may write.
    static func leftovers(in base: String, of users: Set<UInt32>) -> [String] {
        // A folder that can't be listed has none that can be removed; making one in it says why.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        return names.filter { $0.hasPrefix(prefix) }.map { "\(base)/\($0)" }
            .filter { owner(of: $0).map(users.contains) ?? false }.filter(isAbandoned)
    }

    /// Whose folder it is; nil where it is none.
    static func owner(of path: String) -> UInt32? {
        var facts = stat()
        guard unsafe lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR else { return nil }
        return facts.st_uid
    }

    private static func isAbandoned(_ folder: String) -> Bool {
        guard
            let file = try? FileDescriptor.open(
                FilePath("\(folder)/\(marker)"), .readOnly, options: [.noFollow, .closeOnExec])
        else { return false }
        defer { try? file.close() }
        return flock(file.rawValue, LOCK_EX | LOCK_NB) == 0
    }
}

/// One drill of a ledger at a time, whatever its scratch folder.
package struct DrillLock: Sendable {
    private let file: FileDescriptor

    /// Takes the lock.
    ///
    /// - Throws: `BackupError.drillBusy` when another drill holds it.
    package init(of ledger: String) throws(BackupError) {
        let path = "/var/tmp/habeas-drill-\(geteuid())-\(Self.digest(Self.resolved(ledger))).lock"
        guard
            let file = try? FileDescriptor.open(
                FilePath(path), .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: [.ownerReadWrite])
        else {
            throw BackupError(.drillFolder, "\(path) can't be opened", hint: "does it belong to somebody else?")
        }
        guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
            try? file.close()
            throw BackupError(.drillBusy, "another drill is running", hint: "wait until it is done")
        }
        self.file = file
    }

    /// Lets the next one in.
    package func release() { try? file.close() }

    /// Where it really lies: settings may name it from where they are, and each service has a folder of that name.
    private static func resolved(_ ledger: String) -> String {
        guard let real = unsafe realpath(ledger, nil) else { return ledger }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }

    /// FNV-1a: a name, nothing that has to be kept.
    private static func digest(_ text: String) -> String {
        let hash = text.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
