internal import Yams

/// A place in a YAML document, read strictly: wrong kinds and unknown keys are errors with line and column.
struct MapNode {
    let node: Node
    let path: String

    func fail(_ message: String) -> DataMapError {
        DataMapError(
            .invalid, "\(path.isEmpty ? "the map" : path): \(message)", line: node.mark?.line, column: node.mark?.column
        )
    }

    // MARK: scalars

    func text() throws(DataMapError) -> String {
        // The tag is asked last: finding it costs several regular expressions.
        guard let scalar = node.scalar,
            !(Self.nulls.contains(scalar.string) && node.tag.description == "tag:yaml.org,2002:null")
        else { throw fail("expected text") }
        guard !scalar.string.isEmpty else { throw fail("must not be empty") }
        return scalar.string
    }

    /// What a plain scalar that means null can be (YAML 1.1).
    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]

    func flag() throws(DataMapError) -> Bool {
        switch node.scalar?.string {
        case "true": true
        case "false": false
        default: throw fail("expected true or false")
        }
    }

    func number() throws(DataMapError) -> Int {
        guard let text = node.scalar?.string, let value = Int(text) else { throw fail("expected a whole number") }
        return value
    }

    func choice<Value: RawRepresentable & CaseIterable>(
        _: Value.Type
    ) throws(DataMapError) -> Value where Value.RawValue == String {
        let word = try text()
        guard let value = Value(rawValue: word) else {
            let known = Value.allCases.map(\.rawValue).joined(separator: ", ")
            throw fail("“\(word)” is not one of: \(known)")
        }
        return value
    }

    func parsed<Value>(_ what: String, _ parse: (String) -> Value?) throws(DataMapError) -> Value {
        let word = try text()
        guard let value = parse(word) else { throw fail("“\(word)” is not \(what)") }
        return value
    }

    // MARK: structure

    var isMapping: Bool { node.mapping != nil }
    var isSequence: Bool { node.sequence != nil }

    var isWord: Bool { node.scalar != nil }

    func entries() throws(DataMapError) -> [(key: String, value: MapNode)] {
        guard let mapping = node.mapping else { throw fail("expected keys and values") }
        var entries: [(key: String, value: MapNode)] = []
        for (key, value) in mapping {
            guard let name = key.scalar?.string else { throw fail("a key must be text") }
            entries.append((name, MapNode(node: value, path: path.isEmpty ? name : "\(path).\(name)")))
        }
        return entries
    }

    func items() throws(DataMapError) -> [MapNode] {
        guard let sequence = node.sequence else { throw fail("expected a list") }
        return sequence.enumerated().map { MapNode(node: $1, path: "\(path)[\($0)]") }
    }

    func checkKeys(_ known: Set<String>) throws(DataMapError) {
        guard let mapping = node.mapping else { throw fail("expected keys and values") }
        for key in mapping.keys {
            let name = key.scalar?.string ?? ""
            if !known.contains(name) {
                let list = known.sorted().joined(separator: ", ")
                throw MapNode(node: key, path: path).fail("unknown key “\(name)”; known: \(list)")
            }
        }
    }

    subscript(_ key: String) -> MapNode? {
        guard let value = node.mapping?[Node(key)] else { return nil }
        return MapNode(node: value, path: path.isEmpty ? key : "\(path).\(key)")
    }

    func required(_ key: String) throws(DataMapError) -> MapNode {
        guard let value = self[key] else { throw fail("“\(key)” is missing") }
        return value
    }

    // MARK: names

    func identifier() throws(DataMapError) -> Identifier { Identifier(try text()) }

    func table() throws(DataMapError) -> TableName { try parsed("a table written schema.table", TableName.init(_:)) }

    func identifiers() throws(DataMapError) -> [Identifier] {
        var list: [Identifier] = []
        for item in try items() { list.append(try item.identifier()) }
        return list
    }
}
