internal import Crypto
internal import Glibc
package import SystemPackage

/// The folder a private server lives in, made and owned as PostgreSQL demands.
enum ServerFolder {
    /// The longest folder whose socket still fits `sun_path` (107 bytes, unix(7)).
    private static let longestSocketFolder = 107 - "/run/.s.PGSQL.5432.lock".utf8.count

    static func prepared(for state: FilePath, user: ServerUser) throws(PrivateClusterError) -> FilePath {
        let absolute = try resolved(state)
        let near = absolute.appending("postgres")
        let fits = near.string.utf8.count <= longestSocketFolder
        let base = fits && (!user.isOther || isReachable(absolute)) ? near : remote(absolute)
        for folder in [base, base.appending("run")] { try make(folder, for: user) }
        return base
    }

    private static func remote(_ state: FilePath) -> FilePath {
        let digest = SHA256.hash(data: Array(state.string.utf8)).prefix(6)
        let name = digest.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        return FilePath("/var/tmp/habeas-\(geteuid())-\(name)")
    }

    /// Whether everybody may pass through each folder above, so that the server's user can reach it.
    private static func isReachable(_ folder: FilePath) -> Bool {
        var path = folder
        while true {
            var facts = stat()
            guard stat(path.string, &facts) == 0, facts.st_mode & S_IXOTH != 0 else { return false }
            if path.components.isEmpty { return true }
            path.removeLastComponent()
        }
    }

    private static func resolved(_ folder: FilePath) throws(PrivateClusterError) -> FilePath {
        _ = mkdir(folder.string, 0o755)
        guard let real = realpath(folder.string, nil) else {
            throw PrivateClusterError(.noFolder, "the folder \(folder) can't be made")
        }
        defer { free(real) }
        return FilePath(String(cString: real))
    }

    /// Makes the folder for the server's user alone. One that somebody else owns is refused, not used.
    private static func make(_ folder: FilePath, for user: ServerUser) throws(PrivateClusterError) {
        if mkdir(folder.string, 0o700) == 0, user.isOther { _ = chown(folder.string, user.uid, user.gid) }
        var facts = stat()
        guard lstat(folder.string, &facts) == 0, facts.st_mode & S_IFMT == S_IFDIR, facts.st_uid == user.uid else {
            throw PrivateClusterError(.noFolder, "\(folder) can't be made, or belongs to somebody else; remove it")
        }
    }
}

/// Keeps two processes from doing one thing at once (flock(2)).
package struct FolderLock: Sendable {
    private let descriptor: CInt

    /// Waits for whoever holds the lock, without holding up a thread.
    ///
    /// - Parameter patience: how long to wait at most.
    package init(_ path: FilePath, patience: Duration = .seconds(60)) async throws(PrivateClusterError) {
        let descriptor = open(path.string, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw PrivateClusterError(.noFolder, "\(path) can't be opened") }
        let deadline = ContinuousClock.now + patience
        while ContinuousClock.now < deadline {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                self.descriptor = descriptor
                return
            }
            // A cancelled wait ends like one that took too long.
            guard (try? await Task.sleep(for: .milliseconds(100))) != nil else { break }
        }
        Glibc.close(descriptor)
        throw PrivateClusterError(.cannotStart, "another process holds \(path); is it starting the server?")
    }

    /// Lets the next one in.
    package func release() { _ = Glibc.close(descriptor) }
}
