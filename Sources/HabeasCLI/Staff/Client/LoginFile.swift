internal import FoundationEssentials
internal import ObjectStore

/// What `habeas login` keeps for this user: the service and a token, for the owner's eyes alone.
struct LoginFile {
    let path: String

    private struct Content: Codable {
        let url: String
        let token: String
    }

    /// The file in the user's folder of settings (XDG Base Directory Specification).
    init(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            path = "\(folder)/habeas/login.json"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = "\(home)/.config/habeas/login.json"
        } else {
            throw CommandFailure(
                .failed, code: "login.unusable", "neither XDG_CONFIG_HOME nor HOME names a folder",
                hint: "set HABEAS_URL and HABEAS_TOKEN instead")
        }
    }

    /// Service and token; nil when nobody is signed in.
    ///
    /// - Throws: `CommandFailure` when others may read the file: then the token isn't a secret any more.
    func read() throws -> (address: ServiceAddress, token: StaffToken)? {
        let bytes: [UInt8]
        do { bytes = try WholeFile.read(path) } catch {
            if error.isMissing || !FileManager.default.fileExists(atPath: path) { return nil }
            throw error
        }
        guard !WholeFile.isOpenToOthers(path) else {
            throw CommandFailure(
                .refused, code: "login.open-to-others", "others may read \(path), which holds a token",
                hint: "have the token revoked, then sign in again: `habeas logout`, `habeas login`")
        }
        guard let content = try? JSONDecoder().decode(Content.self, from: Data(bytes)),
            let token = StaffToken(content.token)
        else {
            throw CommandFailure(
                .failed, code: "login.unusable", "\(path) can't be understood",
                hint: "sign in again with `habeas login`")
        }
        return (try ServiceAddress(content.url), token)
    }

    /// Keeps service and token.
    func write(_ address: ServiceAddress, _ token: StaffToken) throws {
        var folder = ""
        // Folders above are the user's own affair; those made here are closed to others.
        for part in path.split(separator: "/").dropLast() {
            folder += "/\(part)"
            if !FileManager.default.fileExists(atPath: folder) { try WholeFile.makeFolder(folder) }
        }
        let content = try JSONEncoder().encode(Content(url: address.text, token: token.reveal()))
        try WholeFile.replace(path, with: Array(content), mode: 0o600)
    }

    /// Forgets them.
    ///
    /// - Returns: whether there was something to forget.
    func remove() throws -> Bool {
        guard FileManager.default.fileExists(atPath: path) else { return false }
        try FileManager.default.removeItem(atPath: path)
        return true
    }
}
