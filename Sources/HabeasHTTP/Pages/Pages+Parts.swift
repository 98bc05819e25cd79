internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import NIOCore
internal import RightsEngine

extension Pages {
    func addParts(to group: inout RouteGroup) {
        group.get("/d/{token}/parts/{part}", rate: .download) { request, context in
            try await sendPart(request, context)
        }
    }

    private func sendPart(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let token = try context.parameters.require("token")
        guard let part = Int(try context.parameters.require("part")), part > 0 else { throw Problem(.notFound) }
        guard let secret = request.cookieValue(PageCookie.download), !request.isPrefetch else {
            return try refuse(Self.unopened, token, request)
        }
        try context.life.admitLongAnswer()
        let transfer: Transfer
        do {
            transfer = try await engine.transfer(token, part: part, secret: secret, keys: archiveKeys)
        } catch let error as EngineError { return try refuse(error, token, request) }
        return try Self.response(transfer, to: request)
    }

    private static var unopened: EngineError {
        EngineError(
            .noSession, "this browser hasn't opened the download",
            hint: "open the link's page and enter the code that is mailed to you")
    }

    /// Browsers go to the link's page, which says what to do; programs are told why.
    private func refuse(_ error: EngineError, _ token: String, _ request: Request) throws -> Response {
        let toldThere: [EngineError.Code] = [.noSession, .linkGone, .noArchive]
        guard request.wantsPage, toldThere.contains(error.code) else { throw error }
        return .seeOther("/p/d/\(token)")
    }

    private static func response(_ transfer: Transfer, to request: Request) throws -> Response {
        let tag = EntityTag(String(transfer.entityTag.dropFirst().dropLast()))
        let length = Int(clamping: transfer.bytes)
        var headers: HTTPFields = [
            .eTag: tag.header, .acceptRanges: "bytes", .contentDisposition: disposition(transfer.fileName),
        ]
        if let known = request.headers[.ifNoneMatch], tag.isNamed(by: known) {
            return Response(status: .notModified, headers: headers)
        }
        // A range is a matter of GET (RFC 9110 §14.2).
        let range = ByteRange(
            range: request.method == .get ? request.headers[.range] : nil, ifRange: request.headers[.ifRange],
            tag: tag, length: length)
        let bytes = try range.bytes(length: length)
        headers[.contentRange] = range.contentRange(length: length)
        return .stream(length: bytes.count, type: transfer.mediaType, status: range.status, headers: headers) {
            writer in
            try await transfer.send(UInt64(bytes.lowerBound)..<UInt64(bytes.upperBound)) {
                @concurrent piece in
                try await writer.write(ByteBuffer(bytes: piece))
            }
        }
    }

    /// The name to save a part under (RFC 6266): plain for old programs, and in UTF-8 where that differs.
    static func disposition(_ name: String) -> String {
        let isSafe = { (byte: UInt8) in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "-._~".utf8.contains(byte)
        }
        let plain = String(decoding: name.utf8.map { isSafe($0) ? $0 : UInt8(ascii: "_") }, as: UTF8.self)
        guard plain != name else { return "attachment; filename=\"\(plain)\"" }
        let encoded = name.utf8.map { byte in
            isSafe(byte) ? String(UnicodeScalar(byte)) : "%" + String(byte, radix: 16, uppercase: true).leftPadded
        }
        return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(encoded.joined())"
    }
}

extension String {
    /// A byte's two hexadecimal digits.
    fileprivate var leftPadded: String { utf8.count == 1 ? "0" + self : self }
}
