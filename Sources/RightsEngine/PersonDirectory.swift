/// What the engine needs to know of the product's people: a value handed down, since it may not know the exporter's
/// tables.
package struct PersonDirectory: Sendable {
    /// Somebody found.
    package struct Person: Sendable, CustomStringConvertible, CustomReflectable {
        /// `kind:key` as the data map names them.
        package let reference: String
        /// The address on file; nil when there is none.
        package let address: String?

        /// A person by their parts.
        package init(reference: String, address: String?) {
            self.reference = reference
            self.address = address
        }

        package var description: String { "<personal>" }
        package var customMirror: Mirror { Mirror(self, children: []) }
    }

    /// Finds the one person that a reference such as `email:…` or `user:…` means; nil when there is nobody.
    ///
    /// It throws `EngineError` when several are meant or the reference can't be understood.
    package let find: @Sendable (_ reference: String) async throws -> Person?

    /// A directory by its way of finding.
    package init(find: @escaping @Sendable (_ reference: String) async throws -> Person?) { self.find = find }
}
