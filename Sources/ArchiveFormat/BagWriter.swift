internal import FoundationEssentials
package import RightsCore

/// Writes one BagIt bag (RFC 8493) in a ZIP: payload first, then what describes and proves it.
package final class BagWriter {
    private let zip: ZipWriter
    private let output: ArchiveOutput
    private let root: String
    private let moment: Instant
    private var payload: [EntryRecord] = []
    private var tags: [EntryRecord] = []
    /// Every file written so far, as the manifest lists them.
    package private(set) var files: [Manifest.File] = []

    /// A bag in the folder `root`, all of whose times are `at`.
    package init(to output: ArchiveOutput, root: String, at: Instant) {
        self.output = output
        self.root = root
        moment = at
        zip = ZipWriter(to: output, at: at)
    }

    /// Whether it holds a payload file.
    package var hasPayload: Bool { !payload.isEmpty }

    /// Bytes of the archive so far.
    package var writtenBytes: UInt64 { output.written }

    /// Writes a payload file; `body` gives its bytes piece by piece.
    ///
    /// - Parameter path: begins with `data/`.
    package func addPayload(
        _ path: String, mediaType: String, _ body: (_ write: @escaping (RawSpan) throws -> Void) async throws -> Void
    ) async throws -> EntryRecord {
        let zip = zip
        try zip.beginEntry("\(root)/\(path)", isSmall: false)
        try await body { try zip.write($0) }
        let record = try zip.endEntry().at(path)
        payload.append(record)
        files.append(Manifest.File(record, mediaType: mediaType))
        return record
    }

    /// Adds what the manifest says of the file written last.
    package func describeLast(rows: Int64, nestedRows: [String: Int64]?, schema: String?) {
        files[files.count - 1].rows = rows
        files[files.count - 1].nestedRows = nestedRows
        files[files.count - 1].schema = schema
    }

    /// Writes a file that describes the payload.
    package func addTag(_ path: String, mediaType: String, _ bytes: [UInt8]) throws {
        files.append(Manifest.File(try writeTag(path, bytes), mediaType: mediaType))
    }

    /// Writes manifest, signature and BagIt's own files, then the central directory.
    ///
    /// - Parameter sign: gives the signature of the manifest's exact bytes.
    /// - Returns: the SHA-256 of the manifest's bytes.
    @discardableResult
    package func finish(
        _ manifest: Manifest, organization: String, sign: ([UInt8]) throws -> [UInt8]
    ) throws -> String {
        try addTag(
            "bagit.txt", mediaType: "text/plain",
            Array("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".utf8))
        var manifest = manifest
        manifest.files = files.sorted { $0.path < $1.path }
        let bytes = try manifest.encoded()
        let described = try writeTag("habeas-manifest.json", bytes)
        _ = try writeTag("habeas-manifest.sig", try sign(bytes))
        _ = try writeTag("bag-info.txt", Array(bagInfo(manifest, organization).utf8))
        _ = try writeTag("manifest-sha256.txt", Self.lines(payload))
        _ = try zip.addEntry("\(root)/tagmanifest-sha256.txt", Self.lines(tags))
        try zip.finish()
        try output.finish()
        return described.sha256
    }

    private func writeTag(_ path: String, _ bytes: [UInt8]) throws -> EntryRecord {
        let record = try zip.addEntry("\(root)/\(path)", bytes).at(path)
        tags.append(record)
        return record
    }

    /// `bag-info.txt`; values are one line each (RFC 8493 §2.2.2).
    private func bagInfo(_ manifest: Manifest, _ organization: String) -> String {
        let octets = payload.reduce(0) { $0 + $1.bytes }
        return """
            Source-Organization: \(organization.split(whereSeparator: \.isNewline).joined(separator: " "))
            External-Identifier: \(manifest.request.id)
            Bagging-Date: \(moment.utcDate)
            Payload-Oxum: \(octets).\(payload.count)
            Bag-Software-Agent: \(manifest.generator)

            """
    }

    private static func lines(_ records: [EntryRecord]) -> [UInt8] {
        records.sorted { $0.path < $1.path }.flatMap { Array("\($0.sha256)  \($0.path)\n".utf8) }
    }
}

extension EntryRecord {
    /// The same entry, named from the bag's folder on.
    fileprivate func at(_ path: String) -> EntryRecord { EntryRecord(path: path, bytes: bytes, sha256: sha256) }
}
