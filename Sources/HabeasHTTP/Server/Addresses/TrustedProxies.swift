package import HTTPTypes

/// Whose word about the client's address is taken.
package struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]

    /// Proxies in these ranges are believed; nobody is by default.
    package init(_ ranges: [AddressRange] = []) { self.ranges = ranges }

    /// Whether the address is a proxy of ours.
    package func trusts(_ address: IPAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// The client behind the proxies: the last address in `X-Forwarded-For` that is no proxy of ours. What a client
    /// writes into the header itself stands before that and isn't looked at.
    package func client(of peer: IPAddress, headers: HTTPFields) -> IPAddress {
        guard trusts(peer) else { return peer }
        var client = peer
        let hops = headers[values: .forwardedFor].joined(separator: ",").split(separator: ",")
        for hop in hops.reversed() {
            guard let address = Self.address(hop) else { break }
            client = address
            if !trusts(address) { break }
        }
        return client
    }

    /// An address as proxies write it: `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`.
    private static func address(_ hop: Substring) -> IPAddress? {
        let text = hop.drop { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }
        if let address = IPAddress(text) { return address }
        guard let colon = text.lastIndex(of: ":") else { return nil }
        return IPAddress(text[..<colon])
    }
}

extension HTTPField.Name {
    static var forwardedFor: Self { Self("X-Forwarded-For")! }
    static var requestID: Self { Self("X-Request-ID")! }
    static var retryAfter: Self { Self("Retry-After")! }
    static var fetchSite: Self { Self("Sec-Fetch-Site")! }
    static var link: Self { Self("Link")! }
}
