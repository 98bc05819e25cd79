/// What a statute keeps of a collection when a person is erased: the named fields and nothing else.
package struct StatutoryRecord: Hashable, Sendable {
    /// The statute as the map names it: a country, then what follows a dash, such as `DE-AO-147`.
    package let statute: String
    /// The columns that stay.
    package let fields: [Identifier]
    /// What the rows are to a document.
    package let role: Role
    /// The days that statutes count from, where it isn't the document's own.
    package let anchors: AnchorRules

    /// What rows are to the document that must be kept.
    package enum Role: Hashable, Sendable {
        /// Each row is a document.
        ///
        /// - `kind`: the document as statutes name it, such as `invoice`.
        /// - `date`: the column with the day it was issued.
        /// - `simplified`: when it names nobody (Directive 2006/112/EC Art. 226b).
        case document(kind: String, date: Identifier, simplified: SimplifiedInvoice?)
        /// The rows belong to the documents of another collection: lines inside them, or the customer they name.
        case part(of: String)
        /// The map doesn't say; good enough to tell people of it, not to erase by it.
        case unstated
    }

    /// The country whose law it is, by its code (ISO 3166-1; `UK`, `EU`).
    package var country: String { String(statute.prefix { $0 != "-" }) }
}

/// Up to which amount an invoice needs no customer (Directive 2006/112/EC Art. 220a, 226b, 238).
package struct SimplifiedInvoice: Hashable, Sendable {
    /// The column with the gross amount.
    package let column: Identifier
    /// The amount up to which invoices are simplified, as decimal digits.
    package let upTo: String
}
