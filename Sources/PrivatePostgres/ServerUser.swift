internal import Glibc
internal import Subprocess

/// The operating-system user the server runs as.
struct ServerUser: Sendable {
    let name: String
    let uid: uid_t
    let gid: gid_t
    let isOther: Bool

    /// Ourselves, or an unprivileged user when we are root.
    static func current() throws(PrivateClusterError) -> ServerUser {
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

    var platformOptions: PlatformOptions {
        var options = PlatformOptions()
        // A session of its own: Ctrl-C at the terminal is for us, not for the server.
        options.createSession = true
        if isOther {
            options.supplementaryGroups = []
            options.groupID = gid
            options.userID = uid
        }
        return options
    }
}
