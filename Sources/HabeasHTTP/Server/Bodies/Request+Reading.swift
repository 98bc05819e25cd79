internal import Hummingbird
package import HummingbirdCore
internal import HTTPTypes
internal import NIOCore

extension Request {
    /// The body as a type: `application/json`, strictly (docs/http.md). An absent body is an error.
    package func json<Value: Decodable>(_ type: Value.Type, _ context: HabeasContext) async throws -> Value {
        try require(contentType: "application/json")
        return try StrictDecoder.decode(type, from: JSONParser.parse(try await bytes(context)))
    }

    /// The body as a form with these fields, and no others.
    package func form(_ known: Set<String>, _ context: HabeasContext) async throws -> FormFields {
        try require(contentType: "application/x-www-form-urlencoded")
        return try FormFields(try await bytes(context), known: known)
    }

    /// The query with these fields, and no others.
    package func query(_ known: Set<String>) throws(Problem) -> FormFields {
        try FormFields((uri.query ?? "").utf8, known: known)
    }

    /// Throws when the query or a body has anything at all.
    package func requireNoQuery() throws(Problem) { _ = try query([]) }

    private func bytes(_ context: HabeasContext) async throws -> [UInt8] {
        let problem = Problem(.bodyTooLarge, "the body may have \(context.bodyLimit) bytes")
        if let declared = headers[.contentLength].flatMap({ Int($0) }), declared > context.bodyLimit { throw problem }
        do {
            let buffer = try await body.collect(upTo: context.bodyLimit)
            return Array(buffer.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw problem
        }
    }

    private func require(contentType wanted: String) throws(Problem) {
        let parts = (headers[.contentType] ?? "").split(separator: ";", omittingEmptySubsequences: false)
        let type = parts.first.map { $0.trimmed.lowercased() } ?? ""
        let isUTF8 = parts.dropFirst().allSatisfy { parameter in
            let text = parameter.trimmed.lowercased()
            return !text.hasPrefix("charset=") || text == "charset=utf-8" || text == "charset=\"utf-8\""
        }
        guard type == wanted, isUTF8, headers[.contentEncoding] == nil else {
            throw Problem(.unsupportedMediaType, "the body has to be \(wanted) in UTF-8, not compressed")
        }
    }
}
