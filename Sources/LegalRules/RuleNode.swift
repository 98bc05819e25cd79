internal import RightsCore
internal import Yams

/// A place in a rule document, read strictly: wrong kinds and unknown keys are errors with line and column.
struct RuleNode {
    let node: Node
    let path: String
    let document: String

    /// A document's root.
    init(_ text: String, document: String) throws(RuleError) {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw RuleError(.invalid, "no YAML: \(error)", document: document)
        }
        guard let root, root.mapping != nil else {
            throw RuleError(.invalid, "expected keys and values", document: document)
        }
        self.init(node: root, path: "", document: document)
    }

    private init(node: Node, path: String, document: String) {
        self.node = node
        self.path = path
        self.document = document
    }

    func fail(_ message: String) -> RuleError {
        RuleError(
            .invalid, path.isEmpty ? message : "\(path): \(message)", document: document, line: node.mark?.line,
            column: node.mark?.column)
    }

    // MARK: scalars

    func text() throws(RuleError) -> String {
        guard let text = node.scalar?.string, !text.isEmpty, text != "~", text != "null" else {
            throw fail("expected text")
        }
        return text
    }

    func number() throws(RuleError) -> Int { try parsed("a whole number") { Int($0) } }

    func day() throws(RuleError) -> CivilDate { try parsed("a day as yyyy-mm-dd") { CivilDate($0) } }

    func flag() throws(RuleError) -> Bool { try parsed("true or false") { ["true": true, "false": false][$0] } }

    func choice<Value: RawRepresentable & CaseIterable>(
        _: Value.Type
    ) throws(RuleError) -> Value where Value.RawValue == String {
        try parsed("one of: \(Value.allCases.map(\.rawValue).joined(separator: ", "))", Value.init(rawValue:))
    }

    func parsed<Value>(_ what: String, _ parse: (String) -> Value?) throws(RuleError) -> Value {
        let word = try text()
        guard let value = parse(word) else { throw fail("“\(word)” is not \(what)") }
        return value
    }

    // MARK: structure

    var isMapping: Bool { node.mapping != nil }
    var isSequence: Bool { node.sequence != nil }

    func entries() throws(RuleError) -> [(key: String, value: RuleNode)] {
        guard let mapping = node.mapping else { throw fail("expected keys and values") }
        return mapping.map { key, value in
            let name = key.scalar?.string ?? ""
            return (name, RuleNode(node: value, path: path.isEmpty ? name : "\(path).\(name)", document: document))
        }
    }

    func items() throws(RuleError) -> [RuleNode] {
        guard let sequence = node.sequence else { throw fail("expected a list") }
        return sequence.enumerated().map { RuleNode(node: $1, path: "\(path)[\($0)]", document: document) }
    }

    func texts() throws(RuleError) -> [String] {
        try items().map { item throws(RuleError) in try item.text() }
    }

    func checkKeys(_ known: Set<String>) throws(RuleError) {
        for (name, value) in try entries() where !known.contains(name) {
            throw value.fail("unknown key; known are \(known.sorted().joined(separator: ", "))")
        }
    }

    subscript(_ key: String) -> RuleNode? {
        guard let value = node.mapping?[Node(key)] else { return nil }
        return RuleNode(node: value, path: path.isEmpty ? key : "\(path).\(key)", document: document)
    }

    func required(_ key: String) throws(RuleError) -> RuleNode {
        guard let value = self[key] else { throw fail("“\(key)” is missing") }
        return value
    }
}
