internal import RightsCore

/// YAML → one collection.
struct CollectionReader {
    let name: String
    let node: MapNode
    let defaultSubject: String

    private static let keys: Set<String> = [
        "title", "table", "category", "purpose", "origin", "legal_basis", "paths", "inside", "order", "soft_delete",
        "fields", "files", "erasure", "source", "retention", "credentials",
    ]

    func collection() throws(DataMapError) -> Collection {
        try node.checkKeys(Self.keys)
        guard MapReader.isSlug(name, allowing: "_") else {
            throw node.fail("a collection is named with a-z, 0-9 and _, at most 60")
        }
        let origin = try node.required("origin").choice(Origin.self)
        let legalBasis = try node.required("legal_basis").text()
        let category = try node.required("category").text()
        let source = try node["source"]?.text()
        var fields: [Field] = []
        for (column, value) in try node.required("fields").entries() {
            let defaults = FieldDefaults(
                category: category, origin: origin, source: source, legalBasis: legalBasis)
            fields.append(try field(Identifier(column), value, defaults))
        }
        return Collection(
            name: name, title: try node.required("title").text(), table: try node.required("table").table(),
            category: category, purpose: try node.required("purpose").text(), origin: origin,
            source: source, legalBasis: legalBasis, retention: try DisclosureReader.retention(node["retention"]),
            paths: try MapReader.list(node["paths"], path), nesting: try node["inside"].map(nesting),
            order: try node["order"]?.identifiers() ?? [], softDelete: try node["soft_delete"]?.identifier(),
            fields: fields, files: try MapReader.list(node["files"], file),
            erasure: try Self.erasure(node.required("erasure")),
            areCredentials: try node["credentials"]?.flag() ?? false)
    }

    // MARK: paths

    private func path(_ node: MapNode) throws(DataMapError) -> OwnershipPath {
        guard node.isMapping else {
            return OwnershipPath(subject: defaultSubject, ownership: .own, hops: [try Self.hop(node)])
        }
        try node.checkKeys(["subject", "ownership", "hops", "fields"])
        return OwnershipPath(
            subject: try node["subject"]?.text() ?? defaultSubject,
            ownership: try node["ownership"]?.choice(Ownership.self) ?? .own,
            hops: try MapReader.list(node.required("hops"), Self.hop),
            fields: try node["fields"]?.identifiers() ?? [])
    }

    private static func hop(_ node: MapNode) throws(DataMapError) -> Hop {
        try node.parsed("a step written “column -> schema.table(key)”", Hop.init(_:))
    }

    private func nesting(_ node: MapNode) throws(DataMapError) -> Nesting {
        try node.checkKeys(["collection", "as", "by"])
        return Nesting(
            parent: try node.required("collection").text(), key: try node.required("as").text(),
            hop: try Self.hop(node.required("by")))
    }

    // MARK: fields

    private struct FieldDefaults {
        let category: String
        let origin: Origin
        let source: String?
        let legalBasis: String
    }

    private func field(
        _ column: Identifier, _ node: MapNode, _ defaults: FieldDefaults
    ) throws(DataMapError) -> Field {
        guard node.isMapping else {
            return Field(
                column: column, name: column.text, category: try node.text(), origin: defaults.origin,
                source: defaults.source, legalBasis: defaults.legalBasis, neverExport: nil, notSecret: nil,
                notAPath: nil,
                neverDisclosed: nil, redaction: nil, isThirdParty: false, description: nil, erasure: nil)
        }
        try node.checkKeys([
            "category", "name", "origin", "source", "legal_basis", "never_export", "not_secret", "not_a_path",
            "never_disclose", "redact", "third_party", "description", "erasure",
        ])
        let origin = try node["origin"]?.choice(Origin.self) ?? defaults.origin
        return Field(
            column: column, name: try node["name"]?.text() ?? column.text,
            category: try node["category"]?.text() ?? defaults.category,
            origin: origin,
            source: try node["source"]?.text() ?? (origin == defaults.origin ? defaults.source : nil),
            legalBasis: try node["legal_basis"]?.text() ?? defaults.legalBasis,
            neverExport: try node["never_export"]?.text(), notSecret: try node["not_secret"]?.text(),
            notAPath: try node["not_a_path"]?.text(),
            neverDisclosed: try DisclosureReader.neverDisclosed(node["never_disclose"]),
            redaction: try node["redact"].map(redaction),
            isThirdParty: try node["third_party"]?.flag() ?? false, description: try node["description"]?.text(),
            erasure: try node["erasure"].map(Self.erasure))
    }

    private func redaction(_ node: MapNode) throws(DataMapError) -> Redaction {
        try node.checkKeys(["rights", "regimes", "reason"])
        return Redaction(
            rights: try MapReader.list(node["rights"]) { item throws(DataMapError) in try item.choice(Right.self) },
            regimes: try MapReader.list(node["regimes"], MapReader.regime), reason: try node.required("reason").text())
    }

    // MARK: files and erasure

    private func file(_ node: MapNode) throws(DataMapError) -> FileReference {
        try node.checkKeys(["store", "key", "name", "suffix", "bytes", "sha256", "media_type"])
        return FileReference(
            store: try MapReader.slug(node.required("store"), allowing: "_"),
            key: try node.required("key").identifier(), name: try node["name"]?.identifier(),
            suffix: try node["suffix"]?.text() ?? "", bytes: try node["bytes"]?.identifier(),
            sha256: try node["sha256"]?.identifier(),
            mediaType: try node["media_type"]?.identifier())
    }

    private static func erasure(_ node: MapNode) throws(DataMapError) -> ErasureOutcome {
        guard node.isMapping else {
            switch try node.text() {
            case "delete": return .delete
            case "unlink": return .unlink
            case "anonymize": return .anonymize
            default:
                throw node.fail("expected delete, unlink, anonymize, retain or keep (the last two with their reason)")
            }
        }
        try node.checkKeys(["retain", "keep", "fields", "document", "date", "simplified", "anchors", "of"])
        if let keep = node["keep"] {
            guard node["retain"] == nil, node["fields"] == nil else { throw node.fail("says keep and retain") }
            return .keep(reason: try keep.text())
        }
        return .retain(
            StatutoryRecord(
                statute: try node.required("retain").text(), fields: try node.required("fields").identifiers(),
                role: try role(node), anchors: try node["anchors"].map(anchors) ?? .none))
    }

    private static func anchors(_ node: MapNode) throws(DataMapError) -> AnchorRules {
        let kinds = AnchorDay.allCases.filter { $0 != .documentDate }
        try node.checkKeys(Set(kinds.map(\.rawValue)))
        var yearEnds: [AnchorDay: YearDay] = [:]
        var months: [AnchorDay: Int] = [:]
        for kind in kinds {
            guard let value = node[kind.rawValue] else { continue }
            if AnchorRules.yearKinds.contains(kind) {
                yearEnds[kind] = try value.parsed("a day of the year written \"MM-DD\"", YearDay.init(_:))
            } else {
                try value.checkKeys(["months"])
                let count = try value.required("months").number()
                guard (0...60).contains(count) else { throw value.fail("months is 0 to 60") }
                months[kind] = count
            }
        }
        guard !yearEnds.isEmpty else {
            throw node.fail("months are counted from the end of a year: add fiscal_year_end or tax_year_end")
        }
        return AnchorRules(yearEnds: yearEnds, months: months)
    }

    private static func role(_ node: MapNode) throws(DataMapError) -> StatutoryRecord.Role {
        guard let kind = node["document"] else {
            guard node["date"] == nil, node["simplified"] == nil, node["anchors"] == nil else {
                throw node.fail("`date`, `simplified` and `anchors` belong to a `document`")
            }
            return try node["of"].map { of throws(DataMapError) in .part(of: try of.text()) } ?? .unstated
        }
        guard node["of"] == nil else { throw node.fail("is a `document`, or part `of` one") }
        let document = try kind.choice(RetainedDocument.self)
        return .document(
            kind: document.rawValue, date: try node.required("date").identifier(),
            simplified: try node["simplified"].map(simplified))
    }

    private static func simplified(_ node: MapNode) throws(DataMapError) -> SimplifiedInvoice {
        try node.checkKeys(["column", "up_to"])
        return SimplifiedInvoice(
            column: try node.required("column").identifier(), upTo: String(try node.required("up_to").number()))
    }
}

extension Optional {
    /// `map` for throwing transforms with a typed error.
    fileprivate func map<Value>(
        _ transform: (Wrapped) throws(DataMapError) -> Value
    ) throws(DataMapError) -> Value? {
        guard case .some(let wrapped) = self else { return nil }
        return try transform(wrapped)
    }
}
