internal import FoundationEssentials
internal import JWTKit

/// The claims that are looked at.
struct TokenClaims: JWTPayload {
    let issuer: String
    let audience: [String]
    let expiresAt: Int64
    let notBefore: Int64?
    let signedInAt: Int64?
    /// Every claim that is a string, by its name.
    let strings: [String: String]

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let claims = try decoder.container(keyedBy: Name.self)
        issuer = try claims.decode(String.self, forKey: Name(stringValue: "iss"))
        expiresAt = try Self.seconds("exp", claims)
        notBefore = claims.contains(Name(stringValue: "nbf")) ? try Self.seconds("nbf", claims) : nil
        signedInAt = claims.contains(Name(stringValue: "auth_time")) ? try Self.seconds("auth_time", claims) : nil
        let audienceName = Name(stringValue: "aud")
        // RFC 7519 §4.1.3 allows both forms.
        if let one = try? claims.decode(String.self, forKey: audienceName) {
            audience = [one]
        } else {
            audience = try claims.decode([String].self, forKey: audienceName)
        }
        var strings: [String: String] = [:]
        for name in claims.allKeys {
            // What isn't a string can't name anybody.
            strings[name.stringValue] = try? claims.decode(String.self, forKey: name)
        }
        self.strings = strings
    }

    private static func seconds(_ name: String, _ claims: KeyedDecodingContainer<Name>) throws -> Int64 {
        let value = try claims.decode(Double.self, forKey: Name(stringValue: name))
        guard value.isFinite, abs(value) < 1e12 else {
            throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "not a time"))
        }
        return Int64(value)
    }

    func encode(to encoder: any Encoder) throws {
        preconditionFailure("tokens are read, never made")
    }

    func verify(using algorithm: some JWTAlgorithm) async throws {
        // Times and names are held against the issuer's settings by ``TokenVerifier``, with the engine's clock.
    }
}
