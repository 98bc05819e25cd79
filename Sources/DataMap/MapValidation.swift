/// What must hold inside a map before any database is looked at. Every fault is listed, not just the first.
enum MapValidation {
    static func validate(_ map: DataMap) throws(DataMapError) {
        var faults = duplicates(map.collections.map(\.name), "collection")
        if !MapReader.isSlug(map.service, allowing: "-") { faults.append("service: only a-z, 0-9 and -") }
        for subject in map.subjects where !map.schemas.contains(subject.table.schema) {
            faults.append("subjects.\(subject.name): \(subject.table) lies in no schema of `schemas`")
        }
        for subject in map.subjects where subject.hasManyRows && !subject.key.contains(subject.scopeColumn) {
            faults.append("subjects.\(subject.name): with `rows: many`, row security can only be given the key")
        }
        for collection in map.collections { faults += self.faults(of: collection, in: map) }
        for recipient in map.recipients {
            for name in recipient.collections where map.collection(name) == nil {
                faults.append("recipients: “\(recipient.name)” names the unknown collection “\(name)”")
            }
            faults += identifierFaults(recipient, map)
        }
        for decision in map.automatedDecisions ?? [] {
            for name in decision.collections where map.collection(name) == nil {
                faults.append("automated_decisions: “\(decision.name)” names the unknown collection “\(name)”")
            }
        }
        guard faults.isEmpty else { throw DataMapError(.invalid, faults.joined(separator: "; ")) }
    }

    private static func identifierFaults(_ recipient: Recipient, _ map: DataMap) -> [String] {
        guard let name = recipient.identifiesBy else { return [] }
        guard recipient.notice != .manual else {
            return ["recipients: “\(recipient.name)” has `identifies_by`, but nobody is told it without a `notice`"]
        }
        let known = Set(map.subjects.flatMap { $0.identifiers.map(\.name) } + ["key"])
        guard !known.contains(name) else { return [] }
        return [
            "recipients: “\(recipient.name)” is known by “\(name)”, which no subject has; there are: "
                + known.sorted().joined(separator: ", ")
        ]
    }

    private static func faults(of collection: Collection, in map: DataMap) -> [String] {
        let faults =
            nestingFaults(collection, map) + pathFaults(collection, map) + fieldFaults(collection)
            + retentionFaults(collection, map)
            + fileFaults(collection)
        return faults.map { "collections.\(collection.name): \($0)" }
    }

    private static func nestingFaults(_ collection: Collection, _ map: DataMap) -> [String] {
        guard let nesting = collection.nesting else {
            return collection.paths.isEmpty ? ["has neither `paths` nor `inside`"] : []
        }
        guard collection.paths.isEmpty else { return ["has both `paths` and `inside`"] }
        guard let parent = map.collection(nesting.parent) else { return ["inside unknown “\(nesting.parent)”"] }
        var faults: [String] = []
        if nesting.hop.to != parent.table { faults.append("`by` leads to \(nesting.hop.to), not to \(parent.table)") }
        if nesting.hop.isRepeated { faults.append("`by` is one step and can't be repeated; give the collection paths") }
        if nesting.key.contains(where: { "/\\\"".contains($0) || $0.isNewline }) {
            faults.append("the key “\(nesting.key)” holds a slash, a backslash or a quote")
        }
        if parent.fields.contains(where: { $0.name == nesting.key }) {
            faults.append("the key “\(nesting.key)” is also a field of \(parent.name)")
        }
        if map.children(of: parent.name).contains(where: {
            $0.name != collection.name && $0.nesting?.key == nesting.key
        }) {
            faults.append("another collection stands in \(parent.name) as “\(nesting.key)” too")
        }
        if hasNestingCycle(collection, map) { faults.append("is inside itself") }
        return faults
    }

    private static func hasNestingCycle(_ collection: Collection, _ map: DataMap) -> Bool {
        var current: Collection? = collection
        for _ in map.collections {
            guard let parent = current?.nesting?.parent else { return false }
            current = map.collection(parent)
        }
        return current?.nesting != nil
    }

    private static func pathFaults(_ collection: Collection, _ map: DataMap) -> [String] {
        let ends = collection.paths.compactMap { path -> String? in
            guard let subject = map.subject(path.subject) else { return "unknown subject kind “\(path.subject)”" }
            let end = path.hops.last?.to ?? collection.table
            return end == subject.table ? nil : "a path ends at \(end), not at \(subject.table)"
        }
        return ends + collection.paths.flatMap { repetitionFaults($0, collection) } + mentionFaults(collection, map)
    }

    private static func repetitionFaults(_ path: OwnershipPath, _ collection: Collection) -> [String] {
        zip([collection.table] + path.hops.map(\.to), path.hops).compactMap { start, hop in
            hop.isRepeated && hop.to != start ? "the step “\(hop)” is repeated, but leads to another table" : nil
        }
    }

    private static func mentionFaults(_ collection: Collection, _ map: DataMap) -> [String] {
        var faults: [String] = []
        for path in collection.paths {
            switch (path.ownership, path.fields.isEmpty) {
            case (.mention, true): faults.append("a mention must name under `fields` what is about the person")
            case (.own, false), (.shared, false): faults.append("`fields` belongs to a mention")
            default: break
            }
            faults += path.fields.filter { collection.field($0)?.neverExport != nil || collection.field($0) == nil }
                .map { "the mention's field “\($0)” is not among its exported fields" }
        }
        for kind in map.subjects {
            let owned = Set(collection.paths(to: kind).map { $0.ownership == .mention })
            if owned.count > 1 {
                faults.append(
                    "a \(kind.name) owns some rows and is only mentioned in others: make it two collections")
            }
        }
        return faults
    }

    private static func retentionFaults(_ collection: Collection, _ map: DataMap) -> [String] {
        guard case .retain(let record) = collection.erasure else { return [] }
        switch record.role {
        case .document(_, let date, let simplified):
            return [date, simplified?.column].compactMap { $0 }.filter { collection.field($0) == nil }
                .map { "erasure: “\($0)” is not among its fields" }
        case .part(let name):
            guard let document = map.collection(name), document.isDocument else {
                return ["erasure: `of` names “\(name)”, which is no collection with a `document`"]
            }
            let isInside = collection.nesting?.parent == name
            let isNamed = document.paths.contains { $0.hops.first?.to == collection.table }
            return isInside || isNamed
                ? [] : ["erasure: neither is it inside “\(name)” nor does a path of “\(name)” begin with a step to it"]
        case .unstated: return []
        }
    }

    private static func fieldFaults(_ collection: Collection) -> [String] {
        var faults = duplicates(collection.fields.map(\.name), "field")
        let exported = collection.fields.filter { $0.neverExport == nil }
        if exported.isEmpty { faults.append("exports no field") }
        let named = collection.order + [collection.softDelete].compactMap { $0 }
        for column in named where collection.field(column) == nil {
            faults.append("“\(column)” is not among its fields")
        }
        if case .retain(let record) = collection.erasure {
            faults += record.fields.filter { collection.field($0) == nil }.map {
                "erasure: “\($0)” is not among its fields"
            }
        }
        if let column = collection.softDelete, collection.field(column)?.neverExport != nil {
            faults.append("soft_delete “\(column)” is never exported, so the mark would be lost")
        }
        return faults
    }

    private static func fileFaults(_ collection: Collection) -> [String] {
        collection.files.flatMap { file in
            [file.key, file.name, file.bytes, file.sha256, file.mediaType].compactMap { $0 }
                .filter { collection.field($0) == nil }.map { "files: “\($0)” is not among its fields" }
        }
    }

    private static func duplicates(_ names: [String], _ what: String) -> [String] {
        var seen: Set<String> = []
        return names.filter { !seen.insert($0.lowercased()).inserted }
            .map { "the \(what) “\($0)” stands twice (case doesn't count)" }
    }
}

extension Collection {
    /// Whether its rows are documents that a statute keeps.
    package var isDocument: Bool {
        if case .retain(let record) = erasure, case .document = record.role { return true }
        return false
    }
}
