internal import DataMap
internal import PostgresAccess
package import RightsCore
internal import SubjectAccess

/// A person, or a record, while they are still there: what the hunt looks for afterwards, and what keeps them from being
/// created again. It prints itself as `<personal>`.
package struct KnownTarget: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What is hunted.
    package let hunted: HuntedPerson
    /// The kind of person, or the collection of the record.
    package let scope: String
    /// The keyed hash of the key.
    package let hash: Hash256
    /// What imports and sign-in services would bring them back by: the identifiers of the map, by name.
    package let identifiers: [(name: String, value: String)]
    /// The key itself, as it is hashed.
    package let key: String

    /// Somebody as they were read before.
    package init(
        hunted: HuntedPerson, scope: String, hash: Hash256, identifiers: [(name: String, value: String)], key: String
    ) {
        self.hunted = hunted
        self.scope = scope
        self.hash = hash
        self.identifiers = identifiers
        self.key = key
    }

    package var description: String { "<personal>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Eraser {
    /// Reads who is meant, before they are gone; nil when they are already.
    ///
    /// - Parameter reference: what reports call them: the request's id.
    package func identify(_ target: ErasureTarget, as reference: String) async throws -> KnownTarget? {
        try await database.withConnection { connection in
            try await connection.withTransaction(.snapshot) { connection in
                try await openUnbound(connection)
                let catalogue = try await connection.readCatalogue()
                guard case .person = target.kind else {
                    let record = RecordLookUp(map: map, catalogue: catalogue, connection: connection)
                    return known(target, key: try await record.key(of: target), as: reference)
                }
                let resolver = SubjectResolver(map: map, catalogue: catalogue, connection: connection)
                let subject: Subject
                do { subject = try await resolver.resolve(target.reference) } catch let error as SubjectError {
                    if error.code == .noSuchSubject { return nil }
                    throw ErasureError(error)
                }
                let person = try await HuntedPerson.read(
                    subject, reference: reference, catalogue: catalogue, over: connection)
                let key = SubjectReference(subject.kind, key: subject.key).value
                let names = Set(subject.kind.identifiers.map(\.name))
                return KnownTarget(
                    hunted: person, scope: subject.kind.name, hash: hash(subject.kind.name, key),
                    identifiers: person.needles.filter { names.contains($0.kind) }.map { ($0.kind, $0.value) },
                    key: key)
            }
        }
    }

    private func known(_ target: ErasureTarget, key: String, as reference: String) -> KnownTarget {
        KnownTarget(
            hunted: HuntedPerson(reference: reference, needles: [Needle(kind: "key", value: key)]),
            scope: target.reference.scheme, hash: hash(target.reference.scheme, key), identifiers: [], key: key)
    }

    static let suppressing = """
        INSERT INTO habeas_local.suppression (hash)
        SELECT decode(h, 'hex') FROM unnest($1::text[]) AS h ON CONFLICT DO NOTHING
        """

    /// Puts back who must not be created again and who may, as the ledger has it: a restored database has forgotten it.
    ///
    /// - Returns: how many weren't there, and how many were there wrongly.
    package func restoreSuppressions(
        _ suppressed: [Hash256], lifted: [Hash256]
    ) async throws -> (added: Int, lifted: Int) {
        try await companion { connection in
            let added = try await connection.query(
                Self.suppressing + " RETURNING 1", [suppressed.map(\.hex).sqlArray])
            let gone = try await connection.query(
                "DELETE FROM habeas_local.suppression WHERE encode(hash, 'hex') = ANY ($1::text[]) RETURNING 1",
                [lifted.map(\.hex).sqlArray])
            return (added.count, gone.count)
        }
    }

    /// Whether somebody of that keyed hash must not be created again.
    package func isSuppressed(_ hash: Hash256) async throws -> Bool {
        try await companion { connection in
            try await connection.query("SELECT habeas_local.is_suppressed(decode($1, 'hex'))", [hash.hex])
        }.first?.first == "t"
    }

    /// Lets somebody of that keyed hash come again: they signed up anew by themselves.
    ///
    /// - Returns: whether they were kept out.
    package func liftSuppression(_ hash: Hash256) async throws -> Bool {
        try await !companion { connection in
            try await connection.query(
                "DELETE FROM habeas_local.suppression WHERE hash = decode($1, 'hex') RETURNING 1", [hash.hex])
        }.isEmpty
    }
}
