internal import DataMap
internal import SubjectAccess

extension Eraser {
    /// The kinds of identifiers that are suppressed after an erasure: those by which the map finds people.
    package var identifierKinds: [String] { Set(map.subjects.flatMap { $0.identifiers.map(\.name) }).sorted() }

    /// The collections of the map.
    package var collectionNames: [String] { map.collections.map(\.name) }
}

extension ErasureTarget {
    /// The reference as it was written, for a place that hashes or seals it.
    package func reveal() -> String { reference.reveal() }
}
