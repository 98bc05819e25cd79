import Foundation
import PostgresTestKit
import Synchronization

/// What the service answered.
struct Answer: Sendable {
    let method: String
    let path: String
    let status: Int
    /// The header's lines.
    let head: String
    let body: String

    var location: String {
        head.split(separator: "\n").first { $0.lowercased().hasPrefix("location:") }
            .map { $0.dropFirst(9).trimmingCharacters(in: .whitespacesAndNewlines) } ?? ""
    }

    var json: [String: Any] {
        // What isn't JSON has no members.
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }

    func text(_ name: String) -> String { json[name] as? String ?? "" }
}

/// Everything that was answered to all visitors.
final class Answers: Sendable {
    private let list = Mutex<[Answer]>([])
    var all: [Answer] { list.withLock { $0 } }
    func add(_ answer: Answer) { list.withLock { $0.append(answer) } }
}

/// Somebody before the service, by curl: a browser with its cookies, or a program with a token.
struct ServiceVisitor: Sendable {
    let url: String
    /// Where cookies are kept.
    let jar: String
    /// Sent with every request.
    let headers: [String]
    let answers: Answers

    func get(_ path: String, _ more: String...) async throws -> Answer { try await send("GET", path, more) }

    /// Sends a form of a page, with its token.
    func post(_ path: String, from page: String, _ fields: [String: String] = [:]) async throws -> Answer {
        let form = try await send("GET", page, [])
        let token = form.body.firstMatch(of: #/name="csrf" value="([^"]+)"/#).map { String($0.1) } ?? ""
        return try await post(path, fields.merging(["csrf": token]) { $1 })
    }

    func post(_ path: String, _ fields: [String: String], _ more: String...) async throws -> Answer {
        let form = fields.sorted { $0.key < $1.key }.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }
        return try await send("POST", path, form + more)
    }

    /// Calls the API.
    func call(
        _ method: String, _ path: String, token: String, _ body: [String: any Sendable], _ more: String...
    ) async throws -> Answer {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        return try await call(method, path, token: token, text: text, more)
    }

    func call(
        _ method: String, _ path: String, token: String, text: String? = nil, _ more: [String] = []
    ) async throws -> Answer {
        var options = ["-H", "Authorization: Bearer \(token)"] + more
        if let text { options += ["-H", "Content-Type: application/json", "--data-binary", text] }
        return try await send(method, path, options)
    }

    /// Downloads into a file, whose content isn't an answer that is looked at.
    func download(_ path: String, to file: String) async throws -> Int {
        let outcome = try await run(["-o", file, "-w", "%{http_code}", url + path])
        return Int(outcome.output) ?? 0
    }

    func send(_ method: String, _ path: String, _ options: [String]) async throws -> Answer {
        let verb = method == "HEAD" ? ["--head"] : ["-X", method]
        let outcome = try await run(verb + ["--path-as-is", "-i"] + options + [url + path])
        let text = outcome.output.replacing("\r\n", with: "\n")
        let end = text.firstRange(of: "\n\n")
        let head = String(text[..<(end?.lowerBound ?? text.endIndex)])
        let status = head.split(separator: " ").dropFirst().first.flatMap { Int($0.prefix(3)) } ?? 0
        let answer = Answer(
            method: method, path: path, status: status, head: head,
            body: String(text[(end?.upperBound ?? text.endIndex)...]))
        answers.add(answer)
        return answer
    }

    private func run(_ options: [String]) async throws -> ProgramOutcome {
        try await Program.run(
            "curl",
            ["--silent", "--show-error", "--max-time", "60", "-b", jar, "-c", jar]
                + headers.flatMap { ["-H", $0] } + options)
    }
}
