internal import FoundationEssentials
internal import HTTPTypes

/// The members of a problem in JSON.
struct ProblemBody: Encodable {
    let type: String
    let title: String
    let status: Int
    let detail: String?
    let code: String
    let hint: String?
    let requestID: String?

    /// The members of a problem; without an id for what was no request yet.
    init(_ problem: Problem, requestID: String?) {
        type = "/problems/\(problem.code)"
        title = problem.title
        status = problem.status.code
        detail = problem.detail
        code = problem.code
        hint = problem.hint
        self.requestID = requestID
    }

    enum CodingKeys: String, CodingKey {
        case type, title, status, detail, code, hint
        case requestID = "request_id"
    }

    /// Compact JSON with sorted keys.
    var json: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and a number always encode; were that ever untrue, the type alone is still a valid problem.
        guard let data = try? encoder.encode(self) else { return Array(#"{"type":"about:blank"}"#.utf8) }
        return [UInt8](data)
    }
}
