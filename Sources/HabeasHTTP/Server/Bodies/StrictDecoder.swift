/// Decodes a JSON value into a type and refuses what the type doesn't have: an unknown field is a misunderstanding,
/// and for requests about people's data those have to be heard of at once.
///
/// It asks the type's own coding keys which names there are, so they have to be enums (as the compiler makes them).
struct StrictDecoder: Decoder {
    let value: JSONValue
    let path: FieldPath
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// The value as a type.
    static func decode<Value: Decodable>(_ type: Value.Type, from value: JSONValue) throws -> Value {
        try StrictDecoder(value: value, path: FieldPath()).decode(type)
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        do {
            return try Value(from: self)
        } catch let error as DecodingError {
            // Enums and types of ours say "data corrupted" when a text isn't one of theirs.
            throw Self.problem(error, at: path)
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = value else { throw mismatch("an object") }
        return KeyedDecodingContainer(try StrictObject<Key>(members, path: path))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let values) = value else { throw mismatch("a list") }
        return StrictList(values: values, path: path)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { StrictValue(decoder: self) }

    func mismatch(_ wanted: String) -> Problem {
        Problem(.wrongType, "\(path.shown) has to be \(wanted), not \(value.kind)")
    }

    private static func problem(_ error: DecodingError, at path: FieldPath) -> Problem {
        switch error {
        case .keyNotFound(let key, _): Problem(.missingField, "\(path.member(key.stringValue).shown) is missing")
        default: Problem(.badValue, "\(path.shown) has a value that isn't allowed")
        }
    }
}
