package import RightsCore
package import SubjectAccess

/// What is to be erased: a person with everything of theirs, or one record with everything that hangs on it. It prints
/// itself as `<personal>`.
package struct ErasureTarget: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What the words before and after the colon mean.
    package enum Kind: Sendable {
        /// A person.
        case person
        /// A row of the collection of that name.
        case record(collection: String)
    }

    /// Whether it is a person or a record.
    package let kind: Kind
    let reference: SubjectReference
    /// Whose the record must be; nil of a person, and where an operator looks at any record.
    let owner: SubjectReference?

    /// A person.
    package init(person reference: SubjectReference) {
        kind = .person
        self.reference = reference
        owner = nil
    }

    /// One row of a collection, by the values of its key.
    ///
    /// - Parameter owner: the person who asks: the row must be theirs by the collection's own paths. Nil where nobody asks,
    ///   as when an operator looks at what would happen.
    package init(record reference: SubjectReference, owner: SubjectReference? = nil) {
        kind = .record(collection: reference.scheme)
        self.reference = reference
        self.owner = owner
    }

    package var description: String { "<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A legal hold as the eraser needs it: which rows stay where they are, restricted (GDPR Art. 17(3)(e), 18(2)).
package struct RowHold: Sendable, Hashable, Codable {
    /// The hold's id.
    package let id: String
    /// The matter it is for.
    package let matter: String
    /// Collections whose rows stay; all when empty.
    package let collections: [String]
    /// Rows of its only collection, by key as text; all when empty.
    package let records: [String]
    /// The column of its only collection whose days are bounded.
    package let column: String?
    /// The first day, itself included.
    package let from: CivilDate?
    /// The last day, itself included.
    package let until: CivilDate?

    /// A hold by its parts.
    package init(
        id: String, matter: String, collections: [String], records: [String] = [], column: String? = nil,
        from: CivilDate? = nil, until: CivilDate? = nil
    ) {
        self.id = id
        self.matter = matter
        self.collections = collections
        self.records = records
        self.column = column
        self.from = from
        self.until = until
    }
}
