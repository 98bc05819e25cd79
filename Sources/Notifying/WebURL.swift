internal import Foundation

/// Which URLs we hand out or call: https, or http on this machine; no user, no password, no fragment.
enum WebURL {
    static func isAllowed(_ text: String) -> Bool {
        guard (1...2000).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            let url = URLComponents(string: text), let host = url.host, !host.isEmpty
        else { return false }
        guard url.user == nil, url.password == nil, url.fragment == nil else { return false }
        return url.scheme == "https" || url.scheme == "http" && isLoopback(host)
    }

    private static func isLoopback(_ host: String) -> Bool {
        ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host.lowercased())
    }
}
