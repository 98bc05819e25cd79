package import Crypto
internal import FoundationEssentials

/// A key that wraps the keys of objects.
package struct WrappingKey: Sendable {
    /// Its id, which says nothing of the key.
    package let id: String
    let key: SymmetricKey

    /// A wrapping key of 256 bits.
    package init(id: String, key: SymmetricKey) {
        precondition(key.bitCount == 256, "objects' keys are wrapped with AES-256")
        self.id = id
        self.key = key
    }
}

/// What lies beside a sealed object, under its name and `.key`: the object's key, wrapped (docs/sealing.md).
struct KeyObject: Sendable, Codable {
    /// How far the object's life has come.
    enum State: String, Sendable, Codable {
        /// The object is about to get its name; with no object of that name, a killed process left the key.
        case naming
        /// The object has its name.
        case sealed
        /// The key is gone; what is left of the object is to be removed.
        case destroyed
    }

    static let ending = ".key"
    private static let format = "habeas-sealed-object-key"

    private let format: String
    private let version: Int
    /// The object's name: associated data of its content and of its wrapped key.
    let object: String
    private(set) var state: State
    private(set) var cipher: String?
    private(set) var wrappingKey: String?
    private(set) var wrappedKey: Data?

    enum CodingKeys: String, CodingKey {
        case format, version, object, state, cipher
        case wrappingKey = "wrapping_key"
        case wrappedKey = "wrapped_key"
    }

    /// The key file of a new object.
    init(_ key: SymmetricKey, of object: String, wrappedBy wrapping: WrappingKey) throws {
        format = Self.format
        version = 1
        self.object = object
        state = .naming
        cipher = "AES256_GCM_HKDF_1MB"
        wrappingKey = wrapping.id
        let raw = key.withUnsafeBytes { Data($0) }
        wrappedKey = try AES.GCM.seal(raw, using: wrapping.key, authenticating: Self.associatedData(object)).combined
    }

    /// The key file in bytes; nil when they aren't one.
    init?(_ bytes: [UInt8]) {
        // Whatever the decoder says of other bytes, they aren't a key file.
        guard let decoded = try? JSONDecoder().decode(Self.self, from: Data(bytes)), decoded.format == Self.format,
            decoded.version == 1,
            decoded.state == .destroyed || (decoded.wrappingKey != nil && decoded.wrappedKey != nil)
        else { return nil }
        self = decoded
    }

    /// The file's bytes.
    func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// The same in another state; destroyed it holds no key.
    func becoming(_ state: State) -> KeyObject {
        var copy = self
        copy.state = state
        if state == .destroyed {
            copy.cipher = nil
            copy.wrappingKey = nil
            copy.wrappedKey = nil
        }
        return copy
    }

    /// The object's key; nil when these bytes weren't wrapped by that key for an object of that name.
    func unwrapped(by wrapping: WrappingKey) -> SymmetricKey? {
        // Every reason for refusing means the same: it isn't that key's work.
        guard let wrappedKey, let box = try? AES.GCM.SealedBox(combined: wrappedKey),
            let raw = try? AES.GCM.open(box, using: wrapping.key, authenticating: Self.associatedData(object)),
            raw.count == 32
        else { return nil }
        return SymmetricKey(data: raw)
    }

    private static func associatedData(_ object: String) -> [UInt8] { Array("\(format)/1/\(object)".utf8) }
}
