internal import HTTPTypes
package import HummingbirdCore
internal import FoundationEssentials

/// Where a list goes on: the last entry's keys, typed, so whoever forges a cursor sees another page at most.
package protocol CursorKeys: Codable, Sendable {
    /// Names the list and the version of its keys, such as `requests.1`.
    static var list: String { get }
}

/// How much of a list is asked for, and after what.
package struct PageRequest<Keys: CursorKeys>: Sendable {
    /// How many entries: 1…200, 50 unless asked otherwise.
    package let limit: Int
    /// The last entry of the page before; nil for the first page.
    package let after: Keys?

    /// Reads `limit` and `cursor`.
    package init(_ query: FormFields) throws(Problem) {
        limit = try Self.limit(query["limit"])
        after = try query["cursor"].map { text throws(Problem) in try Cursor<Keys>.keys(of: text) }
    }

    private static func limit(_ text: String?) throws(Problem) -> Int {
        guard let text else { return 50 }
        guard text.utf8.allSatisfy(\.isDigit), let limit = Int(text), (1...200).contains(limit) else {
            throw Problem(.badValue, "limit has to be a number from 1 to 200")
        }
        return limit
    }
}

/// The text form of cursor keys: base64url of `{"keys":…,"list":…}`.
package enum Cursor<Keys: CursorKeys> {
    private struct Envelope: Codable {
        let list: String
        let keys: Keys
    }

    /// The cursor that goes on after an entry.
    package static func text(_ keys: Keys) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let data = try? encoder.encode(Envelope(list: Keys.list, keys: keys)) else {
            preconditionFailure("cursor keys are texts and numbers, which always encode")
        }
        return Base64URL.encode([UInt8](data))
    }

    static func keys(of text: String) throws(Problem) -> Keys {
        let problem = Problem(
            .badCursor, "the cursor isn't one that this list gave out", hint: "begin at the first page")
        guard text.utf8.count <= 1024, let bytes = Base64URL.decode(text),
            let value = try? JSONParser.parse(bytes, depthLimit: 8),
            let envelope = try? StrictDecoder.decode(Envelope.self, from: value), envelope.list == Keys.list
        else { throw problem }
        return envelope.keys
    }
}

extension Response {
    /// Names the next page in `Link` (RFC 8288): the same path and query with another cursor.
    package mutating func link(next cursor: String?, of request: Request) {
        guard let cursor else { return }
        let query = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("cursor=") }
        let target = "\(request.uri.path)?\((query + ["cursor=\(cursor)"]).joined(separator: "&"))"
        headers[.link] = "<\(target)>; rel=\"next\""
    }
}
