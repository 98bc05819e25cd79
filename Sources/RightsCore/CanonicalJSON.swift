internal import FoundationEssentials

/// JSON as it is hashed, signed and stored: keys sorted, no white space, UTF-8.
package enum CanonicalJSON {
    /// A value's JSON.
    package static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// The same as text.
    package static func text(_ value: some Encodable) throws -> String {
        String(decoding: try bytes(value), as: UTF8.self)
    }
}
