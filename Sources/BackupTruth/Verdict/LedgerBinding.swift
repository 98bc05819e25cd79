package import ErasureLedger
internal import RightsCore

/// How far the erasure ledger went when a backup was begun, as the backup itself says: a witness outside the ledger that
/// it has lost nothing since.
package struct LedgerBinding: Sendable, Hashable {
    private static let number = "ledger-seq"
    private static let hash = "erasure-ledger-head"
    private static let digest = "sha256:"
    private static let beginning = "habeas-ledger-"

    /// The ledger's last entry then.
    package let head: LedgerHead

    /// The binding to a head.
    package init(_ head: LedgerHead) { self.head = head }

    /// Reads annotations; nil where they name no entry.
    init?(annotations: [String: String]) {
        guard let seq = annotations[Self.number].flatMap({ Int($0) }), seq > 0,
            let hash = annotations[Self.hash].flatMap({
                Hash256(hex: String($0.hasPrefix(Self.digest) ? $0.dropFirst(Self.digest.count) : $0[...]))
            })
        else { return nil }
        self.init(LedgerHead(seq: seq, hash: hash))
    }

    /// Reads a backup's label; nil where it names no entry.
    init?(label: some StringProtocol) {
        let parts = label.split(separator: "-", omittingEmptySubsequences: false)
        guard label.hasPrefix(Self.beginning), parts.count == 4, let seq = Int(parts[2]), seq > 0,
            let hash = Hash256(hex: String(parts[3]))
        else { return nil }
        self.init(LedgerHead(seq: seq, hash: hash))
    }

    /// It as key and value, for tools that have annotations.
    package var annotations: [(key: String, value: String)] {
        [(Self.number, "\(head.seq)"), (Self.hash, Self.digest + head.hash.hex)]
    }

    /// It in one word, for tools that only label backups.
    package var label: String { "\(Self.beginning)\(head.seq)-\(head.hash.hex)" }
}

extension [CopyReading] {
    /// The same readings with an obstacle where a backup knows an entry that the ledger doesn't have: what was erased since
    /// may be unknown to it, and nothing can be called clean.
    package func witnessing(_ ledger: ErasureLedger) async throws -> [CopyReading] {
        var judged: [CopyReading] = []
        for var reading in self {
            for backup in reading.backups {
                guard let binding = backup.binding else { continue }
                do { try await ledger.check(binding.head) } catch let error as ErasureLedgerError {
                    guard error.code == .rewound else { throw error }
                    reading.fail(
                        .otherLedger,
                        "\(backup.label) was begun when the erasure ledger had entry \(binding.head.seq), which isn't in it"
                    )
                }
            }
            judged.append(reading)
        }
        return judged
    }
}
