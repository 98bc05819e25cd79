internal import FoundationEssentials

/// Where the service is: an https address, or http on this machine, and nothing behind the host and its path.
struct ServiceAddress: Sendable, Equatable {
    /// Without a slash at the end.
    let text: String

    /// Parses an address.
    init(_ text: String) throws(CommandFailure) {
        let address = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URL(string: address), let host = url.host, !host.isEmpty, url.user == nil, url.password == nil,
            url.query == nil, url.fragment == nil
        else {
            throw CommandFailure(
                .usage, code: "usage", "the service's address can't be understood",
                hint: "write https://privacy.example.com, without user, password, query and fragment")
        }
        let isHere = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(host)
        guard url.scheme == "https" || (url.scheme == "http" && isHere) else {
            throw CommandFailure(
                .usage, code: "usage", "the service's address must begin with https://",
                hint: "http would send the token in the clear; it is taken for this machine only")
        }
        self.text = address
    }
}
