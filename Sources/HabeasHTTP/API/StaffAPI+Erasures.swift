internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// The approval of one plan.
private struct ApprovePlanInput: StaffWrite {
    /// SHA-256 of the plan's canonical bytes.
    let plan: String
    let ticket: String
    let reason: String

    func check() throws(Problem) { _ = try digest() }

    func digest() throws(Problem) -> Hash256 {
        guard plan.utf8.count == 64, let digest = Hash256(hex: plan.lowercased()) else {
            throw Problem(
                .badValue, "plan has to be the digest of the plan: 64 hexadecimal digits",
                hint: "it stands in the plan: GET /v1/requests/{id}/plan")
        }
        return digest
    }
}

/// Somebody who is let come back.
private struct LiftSuppressionInput: StaffWrite {
    let kind: String
    let identifier: String
    let ticket: String
    let reason: String

    func check() throws(Problem) { _ = try foreign() }
    func foreign() throws(Problem) -> ForeignIdentifier { try Field.identifier(kind, identifier) }
}

/// Somebody whom an import, a sign-in service or a sync brings.
private struct CheckSuppressionInput: Decodable {
    let kind: String
    let identifier: String
}

/// Rows that the product itself deleted.
private struct DeletionsInput: Codable {
    /// Each key costs a durable line of the ledger.
    static let most = 500

    let collection: String
    let keys: [String]

    func check() throws(Problem) {
        guard Field.isMapName(collection) else {
            throw Problem(.badValue, "collection has to be a name of the data map: a-z, 0-9 and _")
        }
        guard !keys.isEmpty else { throw Problem(.badValue, "keys is empty") }
        try Field.list(
            "keys", keys, most: Self.most, { (1...500).contains($0.unicodeScalars.count) && !$0.contains("\0") },
            "has to have 1 to 500 characters")
    }
}

extension StaffAPI {
    func addErasures(to group: inout RouteGroup) {
        group.get("/requests/{id}/plan") { request, context in
            try request.requireNoQuery()
            let caller = try context.requireCaller(as: StaffCaller.self)
            try caller.require(.readRequests)
            return try .json(PlanAnswer(try await engine.plan(of: try context.namedRequest(), by: caller)))
        }
        group.post("/requests/{id}/plan") { request, context in
            let id = try context.namedRequest()
            return try await write(.handle, request, context) { _, caller, ground, transaction in
                try StoredAnswer(
                    summary(try await engine.planAgain(id, by: caller, ground, in: transaction)), status: .accepted)
            }.response()
        }
        group.post("/requests/{id}/plan/approve") { request, context in
            let id = try context.namedRequest()
            return try await write(ApprovePlanInput.self, .approveErasure, request, context) {
                input, caller, ground, transaction in
                try StoredAnswer(
                    summary(
                        try await engine.approveErasure(
                            id, digest: try input.digest(), by: caller, ground, in: transaction)))
            }.response()
        }
        group.get("/requests/{id}/certificate") { request, context in
            try request.requireNoQuery()
            let caller = try context.requireCaller(as: StaffCaller.self)
            try caller.require(.readRequests)
            return try .json(
                CertificateAnswer(try await engine.certificate(of: try context.namedRequest(), by: caller)))
        }
        group.post("/suppression/check") { try await checkSuppression($0, $1) }
        group.post("/suppression/lift") { request, context in
            try await write(LiftSuppressionInput.self, .approveErasure, request, context) {
                input, caller, ground, transaction in
                try StoredAnswer(
                    SuppressionView(
                        try await engine.liftSuppression(
                            of: try input.foreign(), try tools(), by: caller, ground, in: transaction)))
            }.response()
        }
        group.post("/deletions") { try await takeDeletions($0, $1) }
    }

    private func checkSuppression(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(.checkSuppression)
        try request.requireNoQuery()
        let input = try await request.json(CheckSuppressionInput.self, context)
        let identifier = try Field.identifier(input.kind, input.identifier)
        return try .json(
            SuppressionView(try await engine.checkSuppression(of: identifier, try tools(), by: caller)))
    }

    private func takeDeletions(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(.reportDeletions)
        try request.requireNoQuery()
        let input = try await request.json(DeletionsInput.self, context)
        try input.check()
        let key = try request.idempotencyKey()
        let fingerprint = Array("POST \(request.uri.path)\n".utf8) + (try JSONBody.bytes(input))
        var isReplay = true
        let answer = try await engine.once(key, by: caller.actor, fingerprint: fingerprint) { transaction in
            isReplay = false
            let new = try await engine.reportDeletions(
                in: input.collection, keys: input.keys, deed: key, try tools(), by: caller, in: transaction)
            return try StoredAnswer(
                DeletionsView(collection: input.collection, taken: input.keys.count, new: new), status: .accepted)
        }
        return WriteOutcome(answer: answer, isReplay: isReplay).response()
    }

    /// What erases.
    private func tools() throws(EngineError) -> ErasureTools {
        guard let erasure else {
            throw EngineError(
                .unavailable, "this service erases nothing",
                hint: "it runs without the eraser's role and the keys of erasures: `habeas doctor`")
        }
        return erasure
    }
}

extension Field {
    /// An identifier of a person that isn't one of ours, or may not be.
    fileprivate static func identifier(_ kind: String, _ value: String) throws(Problem) -> ForeignIdentifier {
        guard isMapName(kind) else {
            throw Problem(.badValue, "kind has to be an identifier of the data map, such as email")
        }
        try text("identifier", value, most: 500)
        return ForeignIdentifier(kind: kind, value: value)
    }
}
