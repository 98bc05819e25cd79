internal import Crypto
internal import Glibc

/// What one pass over an archive finds.
struct ArchiveContents {
    /// One entry as it was read.
    struct Entry {
        var bytes: UInt64 = 0
        var sha256 = ""
        var rows: Int64?
        var nestedRows: [String: Int64] = [:]
        var isWhole = true
    }

    private(set) var root = ""
    private(set) var entries: [String: Entry] = [:]
    /// Bytes of the files that describe the bag, by path below the root.
    private(set) var tags: [String: [UInt8]] = [:]
    private(set) var faults: [String] = []
    let manifest: Manifest?

    private static let keptTags: Set<String> = [
        "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "habeas-manifest.json",
        "habeas-manifest.sig",
    ]

    init(_ source: any ArchiveSource, manifest: Manifest?) throws(ArchiveError) {
        self.manifest = manifest
        let expected = Dictionary((manifest?.files ?? []).map { ($0.path, $0) }) { first, _ in first }
        let reader = try ArchiveReader(source)
        var seen: Set<String> = []
        while let name = try reader.next() {
            guard let inner = place(name) else {
                faults.append("an entry leads out of the archive's folder")
                continue
            }
            if !seen.insert(inner.lowercased()).inserted { faults.append("two entries have the name \(inner)") }
            entries[inner] = try read(reader, inner, expected[inner])
        }
        if entries.isEmpty { faults.append("it is empty") }
    }

    /// The bytes of one tag file, found by a pass that reads nothing else.
    static func readTag(_ tag: String, of source: any ArchiveSource) throws(ArchiveError) -> [UInt8]? {
        let reader = try ArchiveReader(source)
        while let name = try reader.next() {
            guard name.split(separator: "/", omittingEmptySubsequences: false).dropFirst().joined(separator: "/") == tag
            else { continue }
            var bytes: [UInt8] = []
            try reader.forEachPiece { bytes.append(contentsOf: $0) }
            return bytes
        }
        return nil
    }

    /// The path below the one folder at the top; nil when it is outside, absolute, or climbs.
    private mutating func place(_ name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }), !name.contains("\\") else {
            return nil
        }
        if root.isEmpty { root = String(parts[0]) }
        return parts[0] == root ? parts.dropFirst().joined(separator: "/") : nil
    }

    private mutating func read(
        _ reader: borrowing ArchiveReader, _ path: String, _ expected: Manifest.File?
    ) throws(ArchiveError) -> Entry {
        var entry = Entry()
        var digest = SHA256()
        var json =
            path.hasPrefix("data/json/")
            ? JSONRecordCounter(nestedPaths: expected?.nestedRows?.keys.map { $0 } ?? []) : nil
        var csv = path.hasPrefix("data/csv/") ? CSVRecordCounter() : nil
        var kept: [UInt8]? = Self.keptTags.contains(path) ? [] : nil
        try reader.forEachPiece { piece in
            entry.bytes += UInt64(piece.count)
            digest.update(bufferPointer: piece)
            json?.read(piece)
            csv?.read(piece)
            kept?.append(contentsOf: piece)
        }
        entry.sha256 = Digest.hex(digest.finalize())
        entry.rows = json?.rows ?? csv?.rows
        entry.nestedRows = json?.nestedRows ?? [:]
        entry.isWhole = json?.isWhole ?? csv?.isWhole ?? true
        if let kept { tags[path] = kept }
        return entry
    }
}
