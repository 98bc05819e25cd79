/// The words of a name, in lower case: `billingCustomer_ID` → billing, customer, id.
struct NameWords: Hashable {
    /// The words in order.
    let list: [String]
    /// The words, and each two or three that follow one another written as one: `first_name` is found as `firstname`.
    let set: Set<String>

    init(_ name: Identifier) {
        list = Self.split(name.text)
        var set = Set(list)
        for start in list.indices {
            if start + 1 < list.count { set.insert(list[start] + list[start + 1]) }
            if start + 2 < list.count { set.insert(list[start] + list[start + 1] + list[start + 2]) }
        }
        self.set = set
    }

    var last: String { list.last ?? "" }

    /// The words without separators: `first_name` and `firstname` are one.
    var squashed: String { list.joined() }

    /// Whether this word is there, or words that make it up.
    func has(_ word: String) -> Bool { set.contains(word) }

    /// Whether any of these words is there.
    func hasAny(_ words: Set<String>) -> Bool { !set.isDisjoint(with: words) }

    /// Splits at everything but letters and digits, before capitals, and between letters and digits.
    private static func split(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var previous = Kind.other
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let kind = Kind(scalar)
            let next = index + 1 < scalars.count ? Kind(scalars[index + 1]) : .other
            let startsWord =
                kind != previous && !(previous == .upper && kind == .lower)
                || (previous == .upper && kind == .upper && next == .lower)
            if startsWord && !word.isEmpty {
                words.append(word)
                word = ""
            }
            if kind != .other { word += kind == .upper ? scalar.properties.lowercaseMapping : String(scalar) }
            previous = kind
        }
        return word.isEmpty ? words : words + [word]
    }

    private enum Kind {
        case lower, upper, digit, other

        init(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "a"..."z": self = .lower
            case "A"..."Z": self = .upper
            case "0"..."9": self = .digit
            case _ where scalar.value < 0x80: self = .other
            case _ where scalar.properties.isUppercase: self = .upper
            case _ where scalar.properties.isAlphabetic: self = .lower
            default: self = .other
            }
        }
    }

    /// One of several: `addresses` → address, `people` → person.
    static func singular(_ word: String) -> String {
        if word == "people" { return "person" }
        if word.count < 4 || word.hasSuffix("ss") || word.hasSuffix("us") || word.hasSuffix("is") { return word }
        if word.hasSuffix("ies") { return word.dropLast(3) + "y" }
        for ending in ["sses", "xes", "ches", "shes", "uses"] where word.hasSuffix(ending) {
            return String(word.dropLast(2))
        }
        return word.hasSuffix("s") ? String(word.dropLast()) : word
    }
}
