internal import AuditLedger
internal import Erasing
internal import ErasureLedger
package import RequestLedger
package import RightsCore

/// An identifier that an import, a sign-in service or a sync brings. It prints itself as `<personal>`.
package struct ForeignIdentifier: Sendable, CustomStringConvertible {
    /// What it is, such as `email`: an identifier of the map.
    package let kind: String
    let value: String

    /// An identifier by its kind and value.
    package init(kind: String, value: String) {
        self.kind = kind
        self.value = value
    }

    package var description: String { "\(kind):<personal>" }
}

/// Whether somebody must not be created again.
package struct SuppressionAnswer: Sendable {
    package let isSuppressed: Bool
    /// The keyed hash, which the product may ask the database about by itself.
    package let hash: Hash256
}

extension Engine {
    /// Whether somebody of that identifier was erased and must not come back by an import. The chain notes that it was
    /// asked, never of whom.
    package func checkSuppression(
        of identifier: ForeignIdentifier, _ tools: ErasureTools, by caller: StaffCaller
    ) async throws -> SuppressionAnswer {
        try caller.require(.checkSuppression)
        let hash = try suppressionHash(of: identifier, tools)
        let isSuppressed = try await tools.eraser.isSuppressed(hash)
        try await control.transaction { transaction in
            _ = try await transaction.connection.append(
                AuditEntry(
                    .suppressionChecked, by: caller.actor,
                    ["kind": .code(identifier.kind), "suppressed": .flag(isSuppressed)]))
        }
        return SuppressionAnswer(isSuppressed: isSuppressed, hash: hash)
    }

    /// Lets somebody come back: they signed up anew by themselves.
    ///
    /// - Returns: whether they were kept out.
    package func liftSuppression(
        of identifier: ForeignIdentifier, _ tools: ErasureTools, by caller: StaffCaller, _ ground: StaffGround,
        in transaction: ControlTransaction
    ) async throws -> SuppressionAnswer {
        try caller.require(.approveErasure)
        let hash = try suppressionHash(of: identifier, tools)
        var facts = try await facts(of: ground, request: nil, in: transaction)
        guard try await tools.eraser.isSuppressed(hash) else {
            return SuppressionAnswer(isSuppressed: false, hash: hash)
        }
        // The ledger first: a replay that knows nothing of it would keep out somebody who is welcome.
        let ledger = try await tools.ledger()
        _ = try await ledger.append(
            try LedgerDraft(
                .suppressionLifted, run: makeID(), store: tools.service,
                subject: LedgerSubject(kind: identifier.kind, keyID: tools.keys.suppressionKeyID, hash: hash)),
            at: now())
        let wasSuppressed = try await tools.eraser.liftSuppression(hash)
        facts["kind"] = .code(identifier.kind)
        _ = try await transaction.connection.append(AuditEntry(.suppressionLifted, by: caller.actor, facts))
        return SuppressionAnswer(isSuppressed: wasSuppressed, hash: hash)
    }

    private func suppressionHash(of identifier: ForeignIdentifier, _ tools: ErasureTools) throws -> Hash256 {
        let kinds = tools.eraser.identifierKinds
        guard kinds.contains(identifier.kind) else {
            throw EngineError(
                .invalid, "the data map has no identifier of that kind",
                hint: "kinds: \(kinds.joined(separator: ", "))",
                field: "kind")
        }
        return tools.keys.suppressionHash(kind: identifier.kind, identifier.value)
    }
}
