internal import AuditLedger
internal import FoundationEssentials

/// An answer of the API: a JSON document.
struct StaffAnswer: Sendable {
    private let bytes: [UInt8]
    /// Whether the service says that it made something (201).
    let isNew: Bool

    init(_ bytes: [UInt8], isNew: Bool = false) {
        self.bytes = bytes
        self.isNew = isNew
    }

    /// The document as the service wrote it.
    var json: String { String(decoding: bytes, as: UTF8.self) }

    /// What is in it.
    func read<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: Data(bytes)) } catch {
            // The decoder's words may quote the answer.
            throw CommandFailure(
                .failed, code: "client.bad-answer", "the service's answer can't be understood",
                hint: "is the service of another version than this program (\(habeasVersion))?")
        }
    }
}

/// A problem that the API answered (RFC 9457).
struct StaffProblem: Decodable {
    let title: String
    let detail: String?
    let code: String
    let hint: String?
    let requestId: String?

    /// The failure that it is at the command line.
    ///
    /// - Parameter retryAfter: what the answer said on when to come again.
    func failure(status: Int, retryAfter: String?) -> CommandFailure {
        // Somebody has to find it in the service's log.
        let place = status >= 500 ? requestId.map { " (request \($0) in the service's log)" } ?? "" : ""
        let wait = retryAfter.flatMap { Int($0) }.map { "try again in \($0) s" }
        let isBroken = code == AuditError.Code.broken.rawValue
        return CommandFailure(
            isBroken ? .verificationFailed : Self.exit(status), code: code, "\(detail ?? title)\(place)",
            hint: hint ?? wait)
    }

    /// The exit status of an answer's status.
    static func exit(_ status: Int) -> ExitStatus {
        switch status {
        case 400: .usage
        case 401, 403, 409, 410, 412, 422, 423, 428, 429: .refused
        case 404: .notFound
        default: .failed
        }
    }
}
