internal import HTTPTypes
internal import HummingbirdCore

/// A page of a list.
struct ListView<Item: Encodable>: Encodable {
    let items: [Item]
    let nextCursor: String?
}

extension Response {
    /// A page: of one entry more than wanted, so that it is known whether there is a next one.
    static func page<Record, Keys: CursorKeys, Item: Encodable>(
        _ records: [Record], limit: Int, of request: Request, after keys: (Record) -> Keys,
        _ item: (Record) throws -> Item
    ) throws -> Response {
        let shown = records.prefix(limit)
        let next = records.count > limit ? shown.last.map { Cursor.text(keys($0)) } : nil
        var response = try Response.json(ListView(items: shown.map(item), nextCursor: next))
        response.link(next: request.method == .post ? nil : next, of: request)
        return response
    }
}
