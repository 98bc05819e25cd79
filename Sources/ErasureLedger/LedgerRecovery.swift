/// What was done about the end of a ledger that a crash left behind.
package enum LedgerRecovery: Sendable, Hashable, CustomStringConvertible {
    /// The last line was whole but for its line feed; it got it, and counts.
    case completed(seq: Int)
    /// The last line was torn; what there was of it was moved to a file beside the ledger.
    case movedAside(file: String, bytes: Int)

    package var description: String {
        switch self {
        case .completed(let seq):
            "entry \(seq) of the erasure ledger lacked its line feed after a crash; it was completed"
        case .movedAside(let file, let bytes):
            "a crash left \(bytes) bytes of a torn line at the end of the erasure ledger; they were moved to \(file)"
        }
    }
}
