package import HTTPTypes
internal import Hummingbird
package import HummingbirdCore
internal import NIOCore

extension Response {
    /// An answer in JSON: sorted keys, names in snake_case.
    package static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) throws -> Response {
        bytes(try JSONBody.bytes(value), type: "application/json", status: status, headers: headers)
    }

    /// A page.
    package static func html(
        _ text: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytes(Array(text.utf8), type: "text/html; charset=utf-8", status: status, headers: headers)
    }

    /// Bytes of a type.
    package static func bytes(
        _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// 303: go and GET that path of ours.
    package static func seeOther(_ path: String) -> Response {
        precondition(path.hasPrefix("/") && !path.hasPrefix("//"), "redirections stay on this host")
        return Response(status: .seeOther, headers: [.location: path])
    }

    /// A stream of a known length. `write` has to write exactly that many bytes; otherwise the connection is cut, so
    /// that nobody takes a piece for the whole.
    package static func stream(
        length: Int, type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:],
        write: @escaping @concurrent @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        let body = ResponseBody(contentLength: length) { writer in
            let sent = SentBytes()
            var counting: any ResponseBodyWriter = CountingWriter(writer, sent: sent)
            try await write(&counting)
            guard sent.count == length else { throw StreamCutShort() }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }
}

/// A stream wrote another number of bytes than it had promised.
struct StreamCutShort: Error {}
