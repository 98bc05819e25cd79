internal import HTTPTypes
internal import Hummingbird
package import HummingbirdCore

/// A cookie of ours: always `HttpOnly`, never for other hosts.
package struct SetCookie: Sendable {
    /// Whether links from other sites carry the cookie.
    package enum SameSite: String, Sendable {
        /// Links do, forms don't.
        case lax = "Lax"
        /// Neither does.
        case strict = "Strict"
    }

    /// The header's value.
    package let header: String

    /// A cookie that ends with the browser's session, or after `maxAge`. The value has to be of cookie characters
    /// (RFC 6265 §4.1.1): ours are base64url.
    package init(
        _ name: String, _ value: String, path: String, sameSite: SameSite, isSecure: Bool, maxAge: Duration? = nil
    ) {
        precondition(value.utf8.allSatisfy(Self.isCookieOctet), "a cookie's value is of cookie characters")
        var header = "\(name)=\(value); Path=\(path); HttpOnly; SameSite=\(sameSite.rawValue)"
        if isSecure { header += "; Secure" }
        if let maxAge { header += "; Max-Age=\(max(0, maxAge.components.seconds))" }
        self.header = header
    }

    /// A header that removes the cookie.
    package static func removing(_ name: String, path: String, isSecure: Bool) -> SetCookie {
        SetCookie(name, "", path: path, sameSite: .lax, isSecure: isSecure, maxAge: .zero)
    }

    private static func isCookieOctet(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7f && byte != 0x22 && byte != 0x2c && byte != 0x3b && byte != 0x5c
    }
}

extension Response {
    /// Sets a cookie along with the answer.
    package mutating func set(_ cookie: SetCookie) {
        headers.append(HTTPField(name: .setCookie, value: cookie.header))
    }
}

extension Request {
    /// The value of a cookie; nil when there is none, or several of that name that differ (somebody planted one).
    package func cookieValue(_ name: String) -> String? {
        let pairs = headers[values: .cookie].flatMap { $0.split(separator: ";") }
        let values = pairs.compactMap { pair -> String? in
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 && parts[0] == name ? String(parts[1]) : nil
        }
        return Set(values).count == 1 ? values[0] : nil
    }
}
