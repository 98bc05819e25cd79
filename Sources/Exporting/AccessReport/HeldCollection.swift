internal import ArchiveFormat
internal import DataMap

/// A collection of the plan of which the archive holds rows.
struct HeldCollection {
    let plan: CollectionPlan
    let count: Manifest.CollectionCount
    /// Its fields; of rows that are somebody else's, only those about the person.
    let fields: [Field]

    init(_ plan: CollectionPlan, _ count: Manifest.CollectionCount, of kind: SubjectKind) {
        self.plan = plan
        self.count = count
        let mentioned = plan.collection.mentionedColumns(of: kind)
        fields = plan.collection.fields.filter { mentioned?.contains($0.column) ?? true }
    }

    var collection: Collection { plan.collection }
    var name: AccessReport.CollectionName { collection.reportName }

    /// The categories of its fields, each once, in the map's order.
    var categories: [String] { fields.map(\.category).withoutRepeats }

    /// Where these fields are: the whole collection when they are all of it; nil when there are none.
    func place(of fields: [Field]) -> AccessReport.FieldPlace? {
        guard !fields.isEmpty else { return nil }
        let isWhole = fields.count == self.fields.count
        return AccessReport.FieldPlace(collection: name, fields: isWhole ? nil : fields.map(\.name))
    }

    /// Where the fields are of which this holds.
    func place(where holds: (Field) -> Bool) -> AccessReport.FieldPlace? { place(of: fields.filter(holds)) }
}

extension Collection {
    var reportName: AccessReport.CollectionName { AccessReport.CollectionName(name: name, title: title) }
}

extension Sequence where Element: Hashable {
    /// The elements, each where it stands first.
    var withoutRepeats: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
