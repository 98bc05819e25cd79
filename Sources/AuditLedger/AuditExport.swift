internal import FoundationEssentials
package import PostgresAccess
package import RightsCore

/// The chain as JSON lines: a header, the entries, the checkpoints, the end (docs/audit-log.md).
package enum AuditExport {
    /// What was written.
    package struct Outcome: Sendable, Hashable {
        /// How many entries.
        package let entries: Int
        /// How many checkpoints.
        package let checkpoints: Int
        /// The last entry's number.
        package let last: Int
    }

    /// One line.
    struct Line: Codable {
        struct Header: Codable {
            static let currentFormat = "habeas-audit-export-1"
            let format: String
            let exportedAt: String
            let keys: [PublicKey]
        }

        struct Entry: Codable {
            let seq: Int
            /// Microseconds since 1970, as they are hashed.
            let at: Int64
            /// The same for people, RFC 3339.
            let time: String
            let action: String
            let actor: String
            let request: String?
            let subject: String?
            let facts: String
            let previous: String
            let hash: String
        }

        struct Checkpoint: Codable {
            let seq: Int
            let kind: AuditCheckpoint.Kind
            let document: String
            /// Base64.
            let signature: String
        }

        struct End: Codable {
            let seq: Int
            let at: Int64
            let hash: String
            let entries: Int
            let checkpoints: Int
        }

        var header: Header?
        var entry: Entry?
        var checkpoint: Checkpoint?
        var end: End?
    }

    /// Writes the whole chain, in one snapshot, a page at a time.
    package static func write(
        from connection: PostgresConnection, keys: KeyRing, now: Instant, to sink: ([UInt8]) async throws -> Void
    ) async throws -> Outcome {
        try await connection.withTransaction(.snapshot) { connection in
            let reader = AuditReader(connection)
            guard let head = try await reader.head() else {
                throw AuditError(
                    .broken, "the database has forgotten where the audit chain ends",
                    hint: "`habeas audit verify` shows all that is wrong")
            }
            try await sink(
                line(
                    Line(
                        header: .init(
                            format: Line.Header.currentFormat, exportedAt: now.rfc3339, keys: keys.publicKeys))))
            var entries = 0
            try await reader.forEachPage { page in
                entries += page.count
                var bytes: [UInt8] = []
                for record in page { bytes += try line(Line(entry: .init(record))) }
                try await sink(bytes)
            }
            let checkpoints = try await reader.checkpoints()
            for checkpoint in checkpoints { try await sink(line(Line(checkpoint: .init(checkpoint)))) }
            try await sink(
                line(
                    Line(
                        end: .init(
                            seq: head.seq, at: head.at.microseconds, hash: head.hash.hex, entries: entries,
                            checkpoints: checkpoints.count))))
            return Outcome(entries: entries, checkpoints: checkpoints.count, last: head.seq)
        }
    }

    static func line(_ line: Line) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(line)) + [UInt8(ascii: "\n")]
    }

    /// Parses a line; nil when it is none of an export.
    static func parse(_ line: [UInt8]) -> Line? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        // Whatever the decoder says, the line isn't one of an export.
        return try? decoder.decode(Line.self, from: Data(line))
    }
}

extension AuditExport.Line.Entry {
    init(_ record: AuditRecord) {
        self.init(
            seq: record.seq, at: record.at.microseconds, time: record.at.rfc3339, action: record.action,
            actor: record.actor, request: record.request, subject: record.subject?.hex, facts: record.facts,
            previous: record.previous.hex, hash: record.hash.hex)
    }

    /// The entry; nil when its bytes can't be read, or it tells people another time than the hashed one.
    var record: AuditRecord? {
        let instant = Instant(microseconds: at)
        guard instant.rfc3339 == time, let previous = [UInt8](hex: previous), let hash = [UInt8](hex: hash) else {
            return nil
        }
        var person: [UInt8]?
        if let subject {
            person = [UInt8](hex: subject)
            if person == nil { return nil }
        }
        return AuditRecord(
            seq: seq, at: instant, action: action, actor: actor, request: request, subject: person, facts: facts,
            previous: previous, hash: hash)
    }
}

extension AuditExport.Line.Checkpoint {
    init(_ checkpoint: AuditCheckpoint) {
        self.init(
            seq: checkpoint.name.seq, kind: checkpoint.name.kind, document: checkpoint.document,
            signature: Data(checkpoint.signature).base64EncodedString())
    }

    /// The checkpoint; a signature that can't be read becomes an empty one, which no key made.
    var checkpoint: AuditCheckpoint {
        AuditCheckpoint(
            name: .init(seq: seq, kind: kind), document: document,
            signature: Data(base64Encoded: signature).map { Array($0) } ?? [])
    }
}
