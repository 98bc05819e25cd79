internal import AuditLedger
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import PostgresAccess
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Where a list of audit entries goes on.
struct AuditKeys: CursorKeys {
    static let list = "audit.1"
    let seq: Int
}

extension StaffAPI {
    private enum Order: String, CaseIterable {
        case oldest, newest
    }

    func addAudit(to group: inout RouteGroup) {
        group.get("/audit") { try await listAudit($0, $1) }
        group.get("/audit/export") { try await exportAudit($0, $1) }
    }

    private func listAudit(_ request: Request, _ context: HabeasContext) async throws -> Response {
        try context.requireCaller(as: StaffCaller.self).require(.readAudit)
        let query = try request.query(["limit", "cursor", "request", "action", "since", "until", "order"])
        let page = try PageRequest<AuditKeys>(query)
        let filter = try Self.filter(query)
        let isNewestFirst = try query.value("order", as: Order.self) == .newest
        let entries = try await engine.control.connection { connection in
            let reader = AuditReader(connection.connection)
            guard isNewestFirst else {
                return try await reader.page(after: page.after?.seq ?? 0, limit: page.limit + 1, filter)
            }
            return try await reader.latest(before: page.after?.seq ?? .max, limit: page.limit + 1, filter).reversed()
        }
        return try .page(entries, limit: page.limit, of: request, after: { AuditKeys(seq: $0.seq) }) { entry in
            try AuditEntryView(entry)
        }
    }

    private static func filter(_ query: FormFields) throws(Problem) -> AuditFilter {
        var filter = AuditFilter()
        if let text = query["request"] {
            guard let id = RightsCore.RequestID(text) else {
                throw Problem(.badValue, "request has to be a request's id")
            }
            filter.request = id
        }
        filter.action = try query.value("action")
        filter.since = try query["since"].map { text throws(Problem) in try Field.instant("since", text) }
        filter.until = try query["until"].map { text throws(Problem) in try Field.instant("until", text) }
        return filter
    }

    /// The whole chain as it is sent to whoever verifies it; that it was is an entry of its own.
    private func exportAudit(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(.readAudit)
        try request.requireNoQuery()
        try context.life.admitLongAnswer()
        _ = try await engine.control.transaction { transaction in
            try await transaction.connection.append(AuditEntry(.auditExported, by: caller.actor))
        }
        let (engine, keys) = (engine, keys)
        // Without a signature for its end, nobody could tell whether the newest entries were cut off.
        let checkpoints = AuditCheckpoints(keys: keys, archives: engine.settings.archives)
        _ = try await engine.control.connection { try await checkpoints.sign(on: $0.connection, now: engine.now()) }
        let body = ResponseBody { writer in
            var step: AuditExportStep? = .first
            while let current = step {
                let piece = try await engine.control.connection { connection in
                    try await current.run(on: connection.connection, keys: keys, now: engine.now())
                }
                if !piece.bytes.isEmpty { try await writer.write(ByteBuffer(bytes: piece.bytes)) }
                step = piece.next
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/jsonl"], body: body)
    }
}
