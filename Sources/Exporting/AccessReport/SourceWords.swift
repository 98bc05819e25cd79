internal import DataMap

/// Where a value comes from and how long it is kept, in words for people.
enum SourceWords {
    static func source(of field: Field) -> String {
        switch field.origin {
        case .provided: field.source ?? "you: given by you"
        case .observed: field.source ?? "you: observed while you used the service"
        case .inferred: field.source ?? "us: concluded from other data about you"
        case .thirdParty: field.source ?? "somebody else; our records don't name them"
        }
    }

    static func retention(of collection: Collection) -> String {
        guard let retention = collection.retention else { return "not stated for \(collection.title)" }
        return "\(retention.words) (\(retention.rule))"
    }
}
