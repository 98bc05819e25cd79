internal import RightsCore

/// What the pages say in one language: a table of texts by key.
struct PageTexts: Sendable {
    let language: Language
    /// Texts by key, with the service's name in its places.
    let words: [String: String]

    init(_ language: Language, service: String) {
        self.language = language
        words = Self.table(language).mapValues { $0.replacing("{service}", with: service) }
    }

    /// The text of a key; a key that isn't in the table is a bug of ours, which a test finds.
    subscript(_ key: String) -> String {
        guard let text = words[key] else { preconditionFailure("no text has the key \(key)") }
        return text
    }

    /// The text of a key with values in its places.
    func callAsFunction(_ key: String, _ values: [String: String]) -> String {
        values.reduce(self[key]) { $0.replacing("{\($1.key)}", with: $1.value) }
    }

    /// A language's table: lines of `key = text`, and remarks behind `#`.
    static func table(_ language: Language) -> [String: String] {
        let bytes =
            switch language {
            case .english: PackageResources.texts_en_txt
            case .german: PackageResources.texts_de_txt
            }
        var table: [String: String] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            guard let sign = line.firstRange(of: " = ") else { preconditionFailure("a line of texts has no sign") }
            let key = String(line[..<sign.lowerBound])
            precondition(table[key] == nil, "the text \(key) comes twice")
            table[key] = String(line[sign.upperBound...])
        }
        return table
    }
}

extension Language {
    /// The one the pages lead to beside this.
    var other: Language {
        switch self {
        case .english: .german
        case .german: .english
        }
    }
}
