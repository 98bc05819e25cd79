internal import AuditLedger
internal import Erasing
internal import FoundationEssentials
internal import RequestLedger
internal import RightsCore

/// Whom an erasure is about, as it is sealed before the first row goes: what an attempt after a crash reads in the product's
/// tables may be a surrogate already.
struct SealedTarget: Codable {
    /// A value by the name of what it is.
    struct Value: Codable {
        let name: String
        let value: String
    }

    let scope: String
    let key: String
    let hash: String
    let identifiers: [Value]
    let needles: [Value]
    /// The holds under which it began: one that ends while batches run still keeps its rows until the next run.
    let holds: [RowHold]

    init(_ known: KnownTarget, _ holds: [RowHold]) {
        scope = known.scope
        key = known.key
        hash = known.hash.hex
        identifiers = known.identifiers.map { Value(name: $0.name, value: $0.value) }
        needles = known.hunted.needles.map { Value(name: $0.kind, value: $0.value) }
        self.holds = holds
    }

    /// - Parameter reference: what reports call them: the request's id.
    func known(as reference: String) -> KnownTarget? {
        Hash256(hex: hash).map {
            KnownTarget(
                hunted: HuntedPerson(
                    reference: reference, needles: needles.map { Needle(kind: $0.name, value: $0.value) }),
                scope: scope, hash: $0, identifiers: identifiers.map { ($0.name, $0.value) }, key: key)
        }
    }
}

extension Engine {
    /// Whom a request's erasure is about, from before its first row went; nil before that, and when all is proved.
    func sealedTarget(of id: RequestID) async throws -> SealedTarget? {
        try await control.transaction { transaction in
            guard let sealed = try await transaction.sealed(.known, of: id) else { return nil }
            let text = try people.open(sealed.box, for: "known \(id)")
            return try JSONDecoder().decode(SealedTarget.self, from: Data(text.utf8))
        }
    }

    /// Seals it, with the address of the last letter: that goes with the person.
    func seal(_ target: SealedTarget, of id: RequestID) async throws {
        let text = String(decoding: try JSONEncoder().encode(target), as: UTF8.self)
        let box = try people.seal(text, for: "known \(id)")
        let reference = try await control.transaction { try await self.reference(of: id, in: $0) }
        let address = try await directory.find(reference)?.address
        try await control.transaction { transaction in
            try await transaction.seal(box, as: .known, of: id)
            guard let address else { return }
            try await transaction.seal(try people.seal(address, for: "on_file \(id)"), as: .onFile, of: id)
        }
    }
}
