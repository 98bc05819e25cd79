package import ErasureLedger
internal import FoundationEssentials
package import RightsCore

/// What `NAME.habeas.json` tells of the dump `NAME` beside it.
package struct DumpSidecar: Sendable, Hashable {
    /// What a sidecar is named after its dump.
    package static let suffix = ".habeas.json"
    private static let format = "habeas-dump-1"

    /// The SHA-256 of what was dumped.
    package enum Digest: Sendable, Hashable {
        /// Of a dump that is a file.
        case file(Hash256)
        /// Of each file of a dump that is a folder, by name.
        case folder([String: Hash256])
    }

    /// Where in the server's history the dump's snapshot lies: a position that was read before the snapshot was taken,
    /// after a record of its own was written to the log.
    package let point: HistoryPoint
    /// How far the erasure ledger went then.
    package let ledger: LedgerHead
    /// The SHA-256 of what was dumped.
    package let digest: Digest
    /// When the dump began.
    package let started: Instant

    /// What a dump was made of.
    package init(point: HistoryPoint, ledger: LedgerHead, digest: Digest, started: Instant) {
        self.point = point
        self.ledger = ledger
        self.digest = digest
        self.started = started
    }

    private struct File: Codable {
        let format: String
        let system: String
        let timeline: UInt32
        let lsn: String
        let ledgerSeq: Int
        let ledgerHead: String
        let started: String
        var sha256: String?
        var files: [String: String]?

        enum CodingKeys: String, CodingKey {
            case format, system, timeline, lsn, started, sha256, files
            case ledgerSeq = "ledger_seq"
            case ledgerHead = "ledger_head"
        }
    }

    /// Reads a sidecar; nil when it isn't one of this version.
    package init?(_ bytes: [UInt8]) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(bytes)), file.format == Self.format,
            let system = UInt64(file.system), let position = LogPosition(file.lsn), file.timeline > 0,
            let head = Hash256(hex: file.ledgerHead), file.ledgerSeq >= 0, let started = Instant(rfc3339: file.started)
        else { return nil }
        switch (file.sha256, file.files) {
        case (let hex?, nil):
            guard let hash = Hash256(hex: hex) else { return nil }
            digest = .file(hash)
        case (nil, let files?):
            let hashes = files.compactMapValues { Hash256(hex: $0) }
            guard hashes.count == files.count, !files.isEmpty else { return nil }
            digest = .folder(hashes)
        default: return nil
        }
        point = HistoryPoint(system: system, timeline: file.timeline, position: position)
        ledger = LedgerHead(seq: file.ledgerSeq, hash: head)
        self.started = started
    }

    /// The sidecar's bytes.
    package func encoded() throws -> [UInt8] {
        var file = File(
            format: Self.format, system: String(point.system), timeline: point.timeline, lsn: "\(point.position)",
            ledgerSeq: ledger.seq, ledgerHead: ledger.hash.hex, started: started.rfc3339)
        switch digest {
        case .file(let hash): file.sha256 = hash.hex
        case .folder(let hashes): file.files = hashes.mapValues(\.hex)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(file)) + [0x0a]
    }
}
