/// The members of an object, by the names of a type's keys.
struct StrictObject<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let members: [String: StrictDecoder]
    private let path: FieldPath
    let codingPath: [any CodingKey] = []

    /// Refuses a member that has no key.
    init(_ object: [(name: String, value: JSONValue)], path: FieldPath) throws(Problem) {
        var members: [String: StrictDecoder] = [:]
        for (name, value) in object {
            guard let key = Self.key(name) else {
                let place = path.text.isEmpty ? "" : " in \(path.text)"
                throw Problem(
                    .unknownField, "\(FieldPath.quoted(name))\(place) isn't known here",
                    hint: "/openapi.yaml lists the fields")
            }
            members[key.stringValue] = StrictDecoder(value: value, path: path.member(name))
        }
        self.members = members
        self.path = path
    }

    private static func key(_ name: String) -> Key? {
        FieldName.properties(name).lazy.compactMap { Key(stringValue: $0) }
            .first { FieldName.snake($0.stringValue) == name } ?? Key(stringValue: name).flatMap(exact)
    }

    /// A key that is written in JSON as it is in Swift: only when it is in snake_case already.
    private static func exact(_ key: Key) -> Key? { key.stringValue.contains(where: \.isUppercase) ? nil : key }

    var allKeys: [Key] { members.keys.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members[key.stringValue] != nil }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key).value == .null }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try member(key).decode(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try member(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { throw Problem(.internalError, "classes aren't decoded") }

    func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }

    private func member(_ key: Key) throws(Problem) -> StrictDecoder {
        guard let member = members[key.stringValue] else {
            throw Problem(.missingField, "\(path.member(FieldName.snake(key.stringValue)).shown) is missing")
        }
        return member
    }
}
