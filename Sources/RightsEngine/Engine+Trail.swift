package import AuditLedger
internal import PostgresAccess
package import RequestLedger
package import RightsCore

/// A step of a request's story: an entry of the audit chain, with the words of its reason as long as they are kept.
package struct TrailStep: Sendable {
    /// The entry.
    package let entry: AuditRecord
    /// What was said for the reason, apart from its code.
    package let words: String?
}

extension Engine {
    /// The story of a request after an entry's number, in order.
    ///
    /// The first page is noted in the chain as a reading; going on isn't another one.
    package func trail(
        of id: RequestID, after seq: Int, limit: Int, by caller: StaffCaller
    ) async throws -> [TrailStep] {
        try caller.require(.readRequests)
        return try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { throw Self.noRequest }
            let entries = try await AuditReader(transaction.connection).page(
                after: seq, limit: limit, AuditFilter(request: id))
            let words = try await transaction.words(of: id)
            if seq == 0 { try await audit(.requestRead, by: caller.actor, request, in: transaction) }
            return try entries.map { TrailStep(entry: $0, words: try self.words(of: $0, among: words)) }
        }
    }

    private func words(of entry: AuditRecord, among sealed: [EventID: [UInt8]]) throws -> String? {
        guard let id = try Self.facts(entry.facts)["words"].flatMap({ EventID($0) }), let box = sealed[id] else {
            return nil
        }
        return try people.open(box, for: "words \(id)")
    }

    /// The requests of one person; that somebody looked for them is in the person's trail.
    ///
    /// - Parameter reference: `kind:key` or `email:…`, as the data map names people. Nobody found is no error: their
    ///   account may be gone while their requests are kept.
    package func search(
        _ reference: String, _ filter: RequestFilter, by caller: StaffCaller
    ) async throws -> [RequestRecord] {
        try caller.require(.readRequests)
        let person = hash(person: try await directory.find(reference)?.reference ?? reference)
        var filter = filter
        filter.subject = person
        return try await control.transaction { transaction in
            let found = try await transaction.requests(filter)
            try await transaction.connection.append(
                AuditEntry(.requestRead, by: caller.actor, subject: person, ["found": .number(found.count)]))
            return found
        }
    }
}
