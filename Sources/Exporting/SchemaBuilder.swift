internal import DataMap
internal import FoundationEssentials
internal import RowEncoding

/// JSON Schemas (2020-12) of the archive's JSON files, from map and catalogue.
struct SchemaBuilder {
    private let plan: ExportPlan

    init(_ plan: ExportPlan) { self.plan = plan }

    /// Path and bytes of one schema for each root collection.
    func schemas() throws -> [(path: String, bytes: [UInt8])] {
        try plan.roots.map { root in
            let schema = SchemaNode.object([
                "$schema": .text("https://json-schema.org/draft/2020-12/schema"),
                "title": .text(root.collection.title), "type": .text("array"), "items": rows(of: root),
            ])
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return ("schemas/\(root.collection.name).schema.json", Array(try encoder.encode(schema)) + [0x0A])
        }
    }

    private func rows(of collection: CollectionPlan) -> SchemaNode {
        var properties: [String: SchemaNode] = [:]
        for column in collection.columns { properties[column.field.name] = value(of: column) }
        var required = collection.columns.map(\.field.name)
        for child in collection.children {
            guard let nesting = child.collection.nesting else { continue }
            properties[nesting.key] = .object([
                "type": .text("array"), "title": .text(child.collection.title), "items": rows(of: child),
            ])
            required.append(nesting.key)
        }
        return .object([
            "type": .text("object"), "additionalProperties": .flag(false), "properties": .object(properties),
            "required": .list(required.map { .text($0) }),
        ])
    }

    /// The map's words describe it, never the database's comments: those were written for colleagues.
    private func value(of column: PlannedColumn) -> SchemaNode {
        let shape = column.mark.map { ["const": SchemaNode.text($0)] } ?? shape(of: column)
        var node = ["$comment": SchemaNode.text("PostgreSQL \(column.column.sqlType)")]
        if let description = column.field.description { node["description"] = .text(description) }
        if (column.column.isNotNull && column.shownWhere == nil) || shape.isEmpty {
            node.merge(shape) { $1 }
        } else {
            node["anyOf"] = .list([.object(["type": .text("null")]), .object(shape)])
        }
        return .object(node)
    }

    private func shape(of column: PlannedColumn) -> [String: SchemaNode] {
        switch column.form {
        case .bool: ["type": .text("boolean")]
        case .int16, .int32, .int64: ["type": .text("integer")]
        case .text where !column.column.enumLabels.isEmpty:
            ["enum": .list(column.column.enumLabels.map { .text($0) })]
        case .text: ["type": .text("string")]
        case .uuid:
            pattern("^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        case .date: pattern("^(-?infinity|[0-9]{4,7}-[0-9]{2}-[0-9]{2}( BC)?)$")
        case .timestamp: pattern("^(-?infinity|\(Self.moment)( BC)?)$")
        case .timestamptz: pattern("^(-?infinity|\(Self.moment)\\+00:00( BC)?)$")
        case .bytea: ["type": .text("string"), "contentEncoding": .text("base64")]
        case .serverScalar(isNumeric: true):
            ["anyOf": .list([.object(["type": .text("number")]), .object(["enum": .list(Self.notNumbers)])])]
        case .serverScalar(isNumeric: false): ["type": .list([.text("string"), .text("number"), .text("boolean")])]
        case .serverJSON where column.column.isArrayOfScalars: ["type": .text("array")]
        case .json, .jsonb, .serverJSON: [:]
        }
    }

    private static let moment = "[0-9]{4,6}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,6})?"
    private static let notNumbers: [SchemaNode] = ["NaN", "Infinity", "-Infinity"].map { .text($0) }

    private func pattern(_ pattern: String) -> [String: SchemaNode] {
        ["type": .text("string"), "pattern": .text(pattern)]
    }
}

extension CatalogueColumn {
    /// Whether it is an array that can't hold `json`, which is written as text when a reader might not take it.
    fileprivate var isArrayOfScalars: Bool { isBuiltIn && baseType.hasPrefix("_") && baseType != "_json" }
}

/// A piece of a schema.
private indirect enum SchemaNode: Encodable, Sendable {
    case text(String)
    case flag(Bool)
    case list([SchemaNode])
    case object([String: SchemaNode])

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .flag(let flag): try container.encode(flag)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        }
    }
}
