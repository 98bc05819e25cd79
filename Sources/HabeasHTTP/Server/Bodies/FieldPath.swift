/// Where in a body a value stands, as messages say it: `evidence[2].kind`.
struct FieldPath: Sendable {
    private(set) var text = ""

    func member(_ name: String) -> FieldPath {
        var path = self
        path.text += text.isEmpty ? Self.shown(name) : ".\(Self.shown(name))"
        return path
    }

    func element(_ index: Int) -> FieldPath {
        var path = self
        path.text += "[\(index)]"
        return path
    }

    /// The path, or what stands for the whole body.
    var shown: String { text.isEmpty ? "the body" : text }

    /// A name from outside: shown when it looks like a field's, since people put other things there by mistake.
    static func quoted(_ name: String) -> String { looksLikeAField(name) ? "'\(name)'" : "a field" }

    private static func shown(_ name: String) -> String { looksLikeAField(name) ? name : "?" }

    private static func looksLikeAField(_ name: String) -> Bool {
        (1...40).contains(name.utf8.count)
            && name.utf8.allSatisfy { $0.isDigit || $0 == 0x5f || (0x61...0x7a).contains($0 | 0x20) }
    }
}
