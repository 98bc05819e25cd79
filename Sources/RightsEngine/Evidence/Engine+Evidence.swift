internal import ArchiveFormat
package import AuditLedger
internal import Erasing
internal import RequestLedger
package import RightsCore

extension Engine {
    /// Everything that proves how a request was dealt with, as a signed pack (docs/evidence.md). That somebody took it is
    /// an entry of the chain, and the last one in the pack.
    ///
    /// - Returns: a ZIP.
    /// - Throws: `AuditError.broken` when the proofs don't fit together: a pack that wouldn't be verified is never given.
    package func evidence(
        of id: RequestID, keys: KeyRing, by caller: StaffCaller
    ) async throws -> [UInt8] {
        // Who may read the chain sees there which requests exist.
        try caller.require(.readAudit)
        try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { throw Self.noRequest }
            try caller.require(.readRequests)
            try caller.requireHolds(
                of: try await transaction.plans(of: id).map { try ErasurePlan(canonicalBytes: $0.bytes) })
            try await audit(.evidenceMade, by: caller.actor, request, in: transaction)
        }
        let published = try keys.rawKeys()
        var fault = ""
        // The request may go on while its proofs are read; what doesn't fit together then does at the next reading.
        for _ in 0..<3 {
            let pack = try await pack(of: id, keys: keys)
            let report = try EvidenceVerifier.verify(MemorySource(pack), keys: published)
            if report.isSound { return pack }
            fault = report.checks.first { $0.outcome == .failed }.map { "\($0.name): \($0.detail)" } ?? ""
        }
        throw AuditError(
            .broken, "the proofs about the request don't fit together (\(fault))",
            hint: "`habeas audit verify` shows whether the chain is sound")
    }

    private func pack(of id: RequestID, keys: KeyRing) async throws -> [UInt8] {
        let checkpoints = AuditCheckpoints(keys: keys, archives: settings.archives)
        _ = try await control.connection { try await checkpoints.sign(on: $0.connection, now: now()) }
        let facts = try await control.transaction { transaction in
            guard let request = try await transaction.request(id) else { throw Self.noRequest }
            return EvidenceFacts(
                request: request,
                excerpt: try await AuditExcerpt.write(of: id, from: transaction.connection, keys: keys, now: now()),
                plans: try await transaction.plans(of: id), runs: try await transaction.runs(of: id),
                notices: try await transaction.notices(of: id).reversed(),
                recipients: try await transaction.recipients(of: id),
                certificate: try await transaction.certificate(of: id))
        }
        return try facts.zipped(at: now(), key: keys.active?.id ?? "") { try keys.sign($0) }
    }
}
