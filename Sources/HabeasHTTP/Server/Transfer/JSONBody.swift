internal import FoundationEssentials

/// JSON as this service writes it: compact, sorted keys, names in snake_case.
enum JSONBody {
    static func bytes(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { FieldKey($0.last.map { FieldName.snake($0.stringValue) } ?? "") }
        return [UInt8](try encoder.encode(value))
    }
}
