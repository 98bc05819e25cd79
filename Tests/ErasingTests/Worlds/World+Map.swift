extension World {
    /// The map of the world, as its owner would write it.
    var map: String {
        let people = tables[World.people]
        let key = people.key.count == 1 ? people.key[0] : "[\(people.key.joined(separator: ", "))]"
        var text = """
            habeas_map: 1
            service: world
            controller: { name: World, contact: privacy@world.example, complaint_authority: the authority }
            default_regime: GDPR
            schemas: [\(Set(tables.map(\.schema)).sorted().joined(separator: ", "))]
            row_security: optional
            subjects:
              person:
                table: \(people.written)
                key: \(key)
                identifiers: { email: email }
                row_security: none
            collections:

            """
        for table in tables { for collection in table.collections { text += entry(collection, table) } }
        if !leftOut.isEmpty {
            text += "not_included:\n"
            for table in leftOut { text += "  - { table: \(table), reason: \"nothing about people\" }\n" }
        }
        return text + (policy.isEmpty ? "" : "erasure: \(policy)\n")
    }

    private func entry(_ collection: WorldCollection, _ table: WorldTable) -> String {
        var text = """
              \(collection.name):
                title: \(collection.name)
                table: \(table.written)
                category: things
                purpose: testing
                origin: provided
                legal_basis: contract

            """
        if let inside = collection.inside {
            text +=
                "    inside: { collection: \(inside.collection), as: in_\(collection.name), by: \"\(inside.step)\" }\n"
        } else {
            text += "    paths:\n"
            for path in collection.paths {
                let steps = path.steps.map { "\"\($0)\"" }.joined(separator: ", ")
                let ownership: String =
                    switch collection.rule {
                    case .shared: "ownership: shared, "
                    case .mention: "ownership: mention, fields: [\(path.fields.joined(separator: ", "))], "
                    case .own, .keep: ""
                    }
                text += "      - { \(ownership)hops: [\(steps)] }\n"
            }
        }
        text += "    fields:\n"
        for column in table.columns {
            text +=
                column.isNoPath
                ? "      \(column.name): { category: thing, not_a_path: \"whom they saw last\" }\n"
                : "      \(column.name): thing\n"
        }
        return text + "    erasure: \(collection.erasure)\n"
    }
}
