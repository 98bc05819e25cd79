internal import FoundationEssentials

/// `habeas-manifest.json`: what an archive holds, what it doesn't, and why (docs/archive-format.md).
package struct Manifest: Codable, Sendable {
    /// Always `habeas-archive`.
    package var format = "habeas-archive"
    /// The version of this format.
    package var version = 1
    /// The program that wrote it.
    package var generator: String
    /// What was asked for.
    package var request: Request
    /// The product's name.
    package var service: String
    /// Who answers for the data.
    package var controller: Party
    /// The moment all rows are of.
    package var snapshot: Snapshot
    /// `before_release`, or `not_done` when the archive was streamed.
    package var readBack: String
    /// Every file but this one, its signature, `bag-info.txt` and the two BagIt manifests.
    package var files: [File]
    /// Counts per collection.
    package var collections: [CollectionCount]
    /// Files that rows point to and that aren't whole in here.
    package var missing: [MissingFile]
    /// Fields whose values were replaced.
    package var redacted: [Omission]
    /// What the controller keeps although it was asked to erase it; an export erases nothing.
    package var retained: [Omission]
    /// What isn't in here.
    package var notIncluded: [Omission]
    /// How values were written.
    package var notes: Notes
    /// The record of who asked for, looked at or downloaded the data, where the archive holds it.
    package var trail: Trail?
    /// Where this archive stands among several that belong together; nil when it is the only one.
    package var part: ManifestPart?

    /// What was asked for.
    package struct Request: Codable, Sendable {
        package var id, right, regime, format, subjectKind, ticket, reason: String

        package init(
            id: String, right: String, regime: String, format: String, subjectKind: String, ticket: String,
            reason: String
        ) {
            (self.id, self.right, self.regime, self.format) = (id, right, regime, format)
            (self.subjectKind, self.ticket, self.reason) = (subjectKind, ticket, reason)
        }
    }

    /// A controller as a person meets it.
    package struct Party: Codable, Sendable {
        package var name, contact, complaintAuthority: String

        package init(name: String, contact: String, complaintAuthority: String) {
            (self.name, self.contact, self.complaintAuthority) = (name, contact, complaintAuthority)
        }
    }

    /// The moment all rows are of: an RFC 3339 instant and the server's position in its log.
    package struct Snapshot: Codable, Sendable {
        package var at, lsn: String

        package init(at: String, lsn: String) { (self.at, self.lsn) = (at, lsn) }
    }

    /// One file of the archive.
    package struct File: Codable, Sendable {
        package var path: String
        package var bytes: UInt64
        package var sha256: String
        package var mediaType: String
        /// Rows in it, for data.
        package var rows: Int64?
        /// Rows nested in it, by the keys that lead to them, joined with `/`.
        package var nestedRows: [String: Int64]?
        /// The JSON Schema that describes it.
        package var schema: String?

        package init(_ record: EntryRecord, mediaType: String) {
            (path, bytes, sha256) = (record.path, record.bytes, record.sha256)
            self.mediaType = mediaType
        }
    }

    /// What the verifier counted in the database and what stands in here.
    package struct CollectionCount: Codable, Sendable {
        package var name, title: String
        /// The collection in whose JSON file the rows stand, and the keys that lead to them, joined with `/`.
        package var inside, nestedAs: String?
        package var sourceRows, archivedRows: Int64
        /// What row security said: `same_rows` when it shows exactly as many as the map's paths lead to, `more_rows` when
        /// it is in force but may show others' too, `none` when the paths alone chose the rows.
        package var rowSecurity: String
        /// Rows the product shows as deleted, counted in both, and the column that marks them.
        package var softDeletedRows: Int64?
        package var softDeleteColumn: String?

        package init(
            name: String, title: String, inside: String? = nil, nestedAs: String? = nil, sourceRows: Int64,
            archivedRows: Int64, rowSecurity: String, softDeletedRows: Int64?, softDeleteColumn: String?
        ) {
            (self.name, self.title, self.inside, self.nestedAs) = (name, title, inside, nestedAs)
            (self.sourceRows, self.archivedRows) = (sourceRows, archivedRows)
            self.rowSecurity = rowSecurity
            (self.softDeletedRows, self.softDeleteColumn) = (softDeletedRows, softDeleteColumn)
        }
    }

    /// A file that isn't whole in here.
    package struct MissingFile: Codable, Sendable {
        package var collection: String
        /// The key of the row that points to it.
        package var row: String
        /// Where its bytes lie, as far as there are any.
        package var path: String?
        /// `missing`, `unreadable`, `truncated` or `changed`.
        package var reason: String
        package var expectedBytes: UInt64?
        package var foundBytes: UInt64?

        package init(
            collection: String, row: String, path: String?, reason: String, expectedBytes: UInt64?, foundBytes: UInt64?
        ) {
            (self.collection, self.row, self.path, self.reason) = (collection, row, path, reason)
            (self.expectedBytes, self.foundBytes) = (expectedBytes, foundBytes)
        }
    }

    /// Something left out or replaced.
    package struct Omission: Codable, Sendable, Hashable {
        /// A table, collection or `collection.field`.
        package var what: String
        package var reason: String

        package init(what: String, reason: String) { (self.what, self.reason) = (what, reason) }
    }

    /// A record that is no collection: its rows come from the controller's own log.
    package struct Trail: Codable, Sendable {
        /// Its rows.
        package var entries: Int64

        package init(entries: Int64) { self.entries = entries }
    }

    /// How values were written.
    package struct Notes: Codable, Sendable {
        /// `json` values written as strings, since a reader might not take them.
        package var jsonWrittenAsText: Int64
        /// CSV cells that got a leading `'`, so that no spreadsheet runs them.
        package var csvGuardedCells: Int64

        package init(jsonWrittenAsText: Int64, csvGuardedCells: Int64) {
            (self.jsonWrittenAsText, self.csvGuardedCells) = (jsonWrittenAsText, csvGuardedCells)
        }
    }

    package init(
        generator: String, request: Request, service: String, controller: Party, snapshot: Snapshot, readBack: String,
        notes: Notes
    ) {
        (self.generator, self.request, self.service, self.controller) = (generator, request, service, controller)
        (self.snapshot, self.readBack, self.notes) = (snapshot, readBack, notes)
        (files, collections, missing, redacted, retained, notIncluded) = ([], [], [], [], [], [])
    }

    /// The bytes that are signed.
    package func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// Reads a manifest; nil when it isn't one of this version.
    package static func decoded(_ bytes: [UInt8]) -> Manifest? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        // A manifest that can't be decoded is a finding of the verifier, whatever the decoder says.
        guard let manifest = try? decoder.decode(Manifest.self, from: Data(bytes)) else { return nil }
        return manifest.format == "habeas-archive" && manifest.version == 1 ? manifest : nil
    }
}
