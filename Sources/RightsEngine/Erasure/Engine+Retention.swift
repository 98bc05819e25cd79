internal import AuditLedger
internal import Erasing
internal import RequestLedger
internal import RightsCore

extension Engine {
    /// The daily duty: what statutes keep no longer goes.
    func keepRetention(_ tools: ErasureTools) async throws {
        for line in try await tools.eraser.purgeRetained(today: today) {
            _ = try await control.transaction { transaction in
                try await transaction.connection.append(
                    AuditEntry(
                        .retentionPurged, by: .system,
                        [
                            "run": .id(line.run), "documents": .number(line.documents),
                            "collection": .code(line.collection.replacing("_", with: "-")),
                        ]))
            }
        }
    }
}
