/// Bytes that aren't what PostgreSQL's binary COPY form promises.
package enum RowError: String, Error, Sendable, CaseIterable {
    /// The stream doesn't begin with the signature, or a length doesn't fit.
    case malformed = "rows.malformed"
    /// A row has another number of fields than the query.
    case wrongShape = "rows.wrong-shape"
}
