internal import Glibc
internal import Subprocess
package import SystemPackage

/// The operating-system user the server runs as.
package struct ServerUser: Sendable {
    let name: String
    /// Its number.
    package let uid: UInt32
    /// The number of its group.
    package let gid: UInt32
    /// Whether it is somebody else than ourselves.
    package let isOther: Bool

    /// Ourselves, or an unprivileged user when we are root.
    package static func current() throws(PrivateClusterError) -> ServerUser {
        guard geteuid() == 0 else {
            return ServerUser(name: "you", uid: geteuid(), gid: getegid(), isOther: false)
        }
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) {
                return ServerUser(name: name, uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid, isOther: true)
            }
        }
        throw PrivateClusterError(.noFolder, "running as root, and there is neither a user postgres nor nobody")
    }

    /// A command as this user, without any of our groups.
    ///
    /// setpriv(1) changes the user in a process of its own. swift-subprocess would do it between fork and exec, where
    /// glibc's setgroups waits for threads that the child doesn't have (docs/decisions/0007).
    package func command(_ program: FilePath, _ arguments: [String]) -> (FilePath, [String]) {
        guard isOther else { return (program, arguments) }
        let change = ["--reuid=\(uid)", "--regid=\(gid)", "--clear-groups", "--", program.string]
        return ("/usr/bin/setpriv", change + arguments)
    }

    /// A session of its own: Ctrl-C at the terminal is for us, not for the server.
    var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        return options
    }
}
