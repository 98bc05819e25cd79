/// What a legal hold keeps: the rows that fit all of its parts.
///
/// A hold suspends erasure for what is in scope and for nothing else (LEGAL.md 4.3): whatever doesn't fit is erased.
package struct HoldScope: Sendable, Hashable {
    /// The person, by the keyed hash that requests know them by; nil keeps rows of everybody.
    package var subject: Hash256?
    /// Collections of the data map; empty keeps all of them.
    package var collections: [String]
    /// Keys of single records, as text; empty keeps all records. Only with exactly one collection.
    package var records: [String]
    /// Days; nil keeps rows of any day. Only with exactly one collection.
    package var range: HoldRange?

    /// A scope by its parts.
    package init(
        subject: Hash256? = nil, collections: [String] = [], records: [String] = [], range: HoldRange? = nil
    ) {
        self.subject = subject
        self.collections = collections
        self.records = records
        self.range = range
    }

    /// Whether rows of a person can be in scope.
    package func applies(to subjectHash: Hash256) -> Bool { subject == nil || subject == subjectHash }

    /// Whether rows of these collections can be in scope; an empty list means all of them.
    package func touches(_ wanted: [String]) -> Bool {
        collections.isEmpty || wanted.isEmpty || !Set(collections).isDisjoint(with: wanted)
    }
}

/// Days between which a column of a hold's collection lies, both included.
package struct HoldRange: Sendable, Hashable {
    /// The column, of a date or time type.
    package let column: String
    /// The first day; nil when there is no beginning.
    package let from: CivilDate?
    /// The last day; nil when there is no end.
    package let until: CivilDate?

    /// Days of a column.
    package init(column: String, from: CivilDate?, until: CivilDate?) {
        self.column = column
        self.from = from
        self.until = until
    }
}

extension HoldScope {
    /// How many collections and records one hold names at most.
    package static let mostEntries = 500

    /// Refuses a scope that can't be meant.
    package func check() throws(HoldError) {
        guard subject != nil || !collections.isEmpty else {
            throw HoldError(
                field: "subject",
                "a hold has to name a person or collections: one on everything of everybody isn't specific",
                hint: "name the collections that the matter is about")
        }
        try Self.check("collections", collections, isName: true)
        try Self.check("records", records, isName: false)
        guard records.isEmpty || collections.count == 1 else {
            throw HoldError(field: "records", "records need exactly one collection, whose records they are")
        }
        try checkRange()
    }

    private static func check(_ field: String, _ texts: [String], isName: Bool) throws(HoldError) {
        guard texts.count <= mostEntries else {
            throw HoldError(field: field, "\(field) has to have at most \(mostEntries) entries")
        }
        guard Set(texts).count == texts.count else { throw HoldError(field: field, "\(field) has an entry twice") }
        let isGood = texts.allSatisfy { text in
            isName ? isMapName(text) : isLine(text, most: 100)
        }
        guard isGood else {
            let shape =
                isName
                ? "a collection's name in the data map" : "a record's key: 1 to 100 characters, no control characters"
            throw HoldError(field: field, "\(field): an entry has to be \(shape)")
        }
    }

    private static func isMapName(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }

    private static func isLine(_ text: String, most: Int) -> Bool {
        (1...most).contains(text.unicodeScalars.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    }

    private func checkRange() throws(HoldError) {
        guard let range else { return }
        guard collections.count == 1 else {
            throw HoldError(field: "range", "a range of days needs exactly one collection, whose column it is about")
        }
        guard Self.isLine(range.column, most: 63) else {
            throw HoldError(field: "range", "range.column has to be the name of a column")
        }
        guard range.from != nil || range.until != nil else {
            throw HoldError(field: "range", "range needs its first or its last day")
        }
        if let from = range.from, let until = range.until, until < from {
            throw HoldError(field: "range", "range ends before it begins")
        }
    }
}
