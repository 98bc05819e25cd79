/// The elements of a list, one after the other.
struct StrictList: UnkeyedDecodingContainer {
    let values: [JSONValue]
    let path: FieldPath
    let codingPath: [any CodingKey] = []
    private(set) var currentIndex = 0

    init(values: [JSONValue], path: FieldPath) {
        self.values = values
        self.path = path
    }

    var count: Int? { values.count }
    var isAtEnd: Bool { currentIndex >= values.count }

    mutating func decodeNil() throws -> Bool {
        guard try peek().value == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try peek().decode(type)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        defer { currentIndex += 1 }
        return try peek().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        defer { currentIndex += 1 }
        return try peek().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        defer { currentIndex += 1 }
        return try peek()
    }

    private func peek() throws(Problem) -> StrictDecoder {
        guard !isAtEnd else { throw Problem(.missingField, "\(path.element(currentIndex).shown) is missing") }
        return StrictDecoder(value: values[currentIndex], path: path.element(currentIndex))
    }
}
