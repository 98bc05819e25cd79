internal import DataMap
internal import PostgresAccess
internal import RightsCore
package import SubjectAccess

/// A person found in the product's database. It prints itself as `<personal>`.
package struct FoundSubject: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What kind of person, as the map names it.
    package let kind: String
    /// The person by their key: the same for whatever way they were found by, so that it can be hashed and compared.
    package let reference: SubjectReference

    package var description: String { "\(kind):<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// An address as the product has it on file. It prints itself as `<personal>`.
package struct AddressOnFile: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let text: String

    init(_ text: String) { self.text = text }

    /// The text, for whoever writes to it or keeps it sealed.
    package func reveal() -> String { text }

    package var description: String { "<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Exporter {
    /// Finds the one person a reference means, past row security and without reading anything of theirs.
    ///
    /// An address given as `email:…` is looked up as it is written and, if nobody has it so, with its ASCII letters in
    /// any case. So an address nobody has takes one look-up more.
    ///
    /// - Returns: nil when there is nobody.
    /// - Throws: `ExportError` when several people fit, or the map knows no such kind or identifier; `PostgresError`.
    package func find(_ reference: SubjectReference) async throws -> FoundSubject? {
        do {
            let subject = try await withResolver { try await $0.resolve(reference) }
            return FoundSubject(
                kind: subject.kind.name, reference: SubjectReference(subject.kind, key: subject.key))
        } catch let error as ExportError where error.code == .noSuchSubject {
            return nil
        }
    }

    /// The mail address that the product has on file for a person now: the identifier `email` of the map.
    ///
    /// - Returns: nil when the map has no such identifier for this kind of person, when it is null or empty, or when the
    ///   person has several rows that differ in it.
    /// - Throws: `ExportError.Code.noSuchSubject` when the person is gone, and as ``find(_:)`` does.
    package func address(of reference: SubjectReference) async throws -> AddressOnFile? {
        let text = try await withResolver { resolver in
            try await resolver.address(of: reference, identifier: SubjectReference.email)
        }
        return text.map(AddressOnFile.init)
    }

    private func withResolver<Value: Sendable>(
        _ body: (SubjectResolver) async throws -> Value
    ) async throws -> Value {
        try await withVerifier(limit: Self.findingLimit) { verifier, catalogue in
            let resolver = SubjectResolver(map: map, catalogue: catalogue, connection: verifier)
            do { return try await body(resolver) } catch let error as SubjectError { throw ExportError(error) }
        }
    }

    /// How long one look-up may take on the server.
    private static let findingLimit: Duration = .seconds(30)

    /// Lends the verifier's connection in one consistent state of the database, past row security.
    ///
    /// - Parameter limit: after which the server gives up a statement.
    func withVerifier<Value: Sendable>(
        limit: Duration, _ body: (PostgresConnection, Catalogue) async throws -> Value
    ) async throws -> Value {
        try await database.verifier.withConnection { verifier in
            try await verifier.withTransaction(.snapshot) { verifier in
                try await verifier.set([("row_security", "off"), ("statement_timeout", String(limit.milliseconds))])
                return try await body(verifier, try await verifier.readCatalogue())
            }
        }
    }
}

extension SubjectResolver {
    /// The one person of that id or identifier, for an export.
    ///
    /// - Throws: `ExportError` when there is none, or several; `PostgresError`.
    func exported(_ reference: SubjectReference) async throws -> Subject {
        do { return try await resolve(reference) } catch let error as SubjectError { throw ExportError(error) }
    }
}
