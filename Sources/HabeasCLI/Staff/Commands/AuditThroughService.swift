internal import AuditLedger
internal import FoundationEssentials
internal import ObjectStore
internal import SystemPackage

/// The audit log for somebody without the control database: read through the API, judged here.
struct AuditThroughService {
    let client: StaffClient

    /// Lends the API when no control database is named here and somebody is signed in.
    ///
    /// - Returns: nil when the control database is there, which shows more.
    static func ifSignedIn<Value>(
        _ settings: Settings, _ body: (AuditThroughService) async throws -> Value
    ) async throws -> Value? {
        guard !settings.hasControlDatabase else { return nil }
        let signIn = try SignIn.required()
        return try await StaffClient.with(signIn) { try await body(AuditThroughService(client: $0)) }
    }

    /// The newest entries, oldest first.
    func newest(_ limit: Int, of request: String?) async throws -> [StaffAnswer] {
        var answers: [StaffAnswer] = []
        var (left, cursor) = (limit, String?.none)
        repeat {
            let answer = try await client.get(
                "/v1/audit",
                [
                    ("order", "newest"), ("limit", String(min(left, 200))), ("request", request), ("cursor", cursor),
                ])
            answers.append(answer)
            let page = try answer.read(PageOf<AuditEntryDocument>.self)
            (left, cursor) = (left - page.items.count, page.nextCursor)
        } while left > 0 && cursor != nil
        return answers
    }

    /// Writes the whole chain as it is exported.
    func export(_ write: ([UInt8]) throws -> Void) async throws {
        try await client.stream("/v1/audit/export", write)
    }

    /// Downloads the chain and judges it here.
    ///
    /// - Parameter keys: those to judge by; the service's own, published ones when there are none.
    func judge(_ keys: [[UInt8]], asJSON: Bool) async throws {
        let known = keys.isEmpty ? try await publishedKeys() : keys
        Terminal.note(
            keys.isEmpty
                ? "judged by the key that \(client.address.text) publishes itself; --key judges by one you kept"
                : "judged by the key given")
        let path = "\(FileManager.default.temporaryDirectory.path)/habeas-audit-\(UUID().uuidString)"
        let file = try FileDescriptor.open(
            FilePath(path), .writeOnly, options: [.create, .exclusiveCreate],
            permissions: [.ownerReadWrite])
        // Nobody needs it after this; a file that can't be removed lies in the folder for such files.
        defer { try? FileManager.default.removeItem(atPath: path) }
        do { try await export { _ = try file.writeAll($0) } } catch {
            try file.close()
            throw error
        }
        try file.close()
        try AuditFile(path).judge(keys: known, asJSON: asJSON, name: "the audit chain of \(client.address.text)")
    }

    private func publishedKeys() async throws -> [[UInt8]] {
        try KeyRing.rawKeys(published: try await client.get("/.well-known/habeas.json").json)
    }
}
