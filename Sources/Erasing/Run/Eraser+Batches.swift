extension Eraser {
    func isBegun(_ run: String) async throws -> Bool { false }
    func runInBatches(_ order: ErasureOrder) async throws -> ErasureReceipt {
        throw ErasureError(.conflict, "batches")
    }
}
