package import ErasureLedger

/// Judges the ledger before anything is done by it.
package enum LedgerTrial {
    /// Verifies every line and names what is wrong.
    ///
    /// - Parameter known: the highest entry that a database remembers.
    /// - Returns: how far it goes.
    /// - Throws: `RestoreError` with the reason; `ErasureLedgerError` when it can't be read.
    package static func judge(folder: String, key: LedgerKey, known: LedgerHead) throws -> LedgerHead {
        guard let report = try LedgerVerifier.verify(folder: folder, key: key, known: known) else {
            throw RestoreError(
                .ledgerMissing, "there is no erasure ledger in \(folder)",
                hint: "put the newest copy of it there; what it doesn't know can't be erased again")
        }
        // A torn end was told to nobody as appended; opening the ledger mends it.
        guard let finding = report.findings.first(where: { $0.code != .torn }) else { return report.head }
        throw RestoreError(
            code(finding, of: report), "the erasure ledger isn't sound: \(finding.message)",
            hint: "put a good copy back; `habeas verify \(folder)` shows all that is wrong with one")
    }

    /// A line that comes too late is missed where it should stand, before it is found where it does.
    private static func code(_ finding: LedgerFinding, of report: LedgerReport) -> RestoreError.Code {
        if report.findings.contains(where: { $0.code == .repeated }), finding.code == .missing {
            return .ledgerReordered
        }
        return switch finding.code {
        case .unreadable, .altered, .otherVersion, .torn: .ledgerEdited
        case .unlinked, .repeated: .ledgerReordered
        case .missing, .fileMissing: .ledgerIncomplete
        case .headMissing: .ledgerTruncated
        case .otherKey: .otherKey
        }
    }
}
