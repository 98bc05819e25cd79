/// Names of fields: snake_case in JSON, camelCase in Swift, with `ID` and `URL` in capitals there.
enum FieldName {
    /// `requestID` → `request_id`, `createdAt` → `created_at`.
    static func snake(_ camel: String) -> String {
        var words: [String] = []
        var previousIsUpper = true
        for letter in camel {
            if letter.isUppercase, !previousIsUpper { words.append("") }
            if words.isEmpty { words.append("") }
            words[words.count - 1] += letter.lowercased()
            previousIsUpper = letter.isUppercase
        }
        return words.joined(separator: "_")
    }

    /// What a property for the JSON name may be called: `request_id` → `requestId`, `requestID`.
    static func properties(_ snake: String) -> [String] {
        let words = snake.split(separator: "_", omittingEmptySubsequences: false)
        guard let first = words.first, !words.contains("") else { return [snake] }
        let plain = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
        let capital = words.dropFirst().map { ["id", "url"].contains($0) ? $0.uppercased() : $0.capitalisedWord }
        return [first + plain.joined(), first + capital.joined()].map(String.init)
    }
}

extension Substring {
    fileprivate var capitalisedWord: String { prefix(1).uppercased() + dropFirst() }
}

/// A key made of any name.
struct FieldKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
