import DataMap

/// A table in a few words: `id int8! pk`, `email text unique`, `user_id int8! > app.users(id)`; `!` means NOT NULL.
func table(
    _ name: String, _ columns: String..., key: [String] = [], foreign: [String] = [], rows: Double = -1,
    comment: String? = nil, policies: [String] = [], forced: Bool = true, isPartition: Bool = false
) -> CatalogueTable {
    var primary = key.map { Identifier($0) }
    var unique: [Set<Identifier>] = key.isEmpty ? [] : [Set(primary)]
    var keys = foreign.compactMap { Hop($0) }
    var made: [CatalogueColumn] = []
    for text in columns {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        let column = Identifier(words[0].replacing("~", with: " "))
        let type = words[1].replacing("!", with: "")
        made.append(
            CatalogueColumn(name: column, sqlType: type, baseType: type, isNotNull: words[1].hasSuffix("!")))
        let rest = words.count > 2 ? words[2] : ""
        if rest.hasPrefix("pk") { primary = [column] }
        if rest.hasPrefix("pk") || rest.hasPrefix("unique") { unique.append([column]) }
        if let start = rest.firstIndex(of: ">"), let hop = Hop("\(column.written) -\(rest[start...])") {
            keys.append(hop)
        }
    }
    return CatalogueTable(
        name: TableName(name)!, isPartition: isPartition, hasRowSecurity: !policies.isEmpty,
        forcesRowSecurity: !policies.isEmpty && forced, estimatedRows: rows, columns: made, primaryKey: primary,
        uniqueKeys: unique,
        foreignKeys: keys.map { CatalogueForeignKey(name: "\($0)", from: $0.from, to: $0.to, key: $0.key) },
        policies: policies.map { CataloguePolicy(name: "p", isPermissive: true, expression: $0) }, comment: comment)
}

/// A table of users as most products have one.
let users = table("app.users", "id int8! pk", "email text! unique", "password_hash text", "name text")

/// A proposal over tables, its text read by the strict reader.
struct Sketch {
    let text: String
    let map: DataMap
    let proposal: MapProposal

    init(_ tables: [CatalogueTable], schemas: [Identifier] = [], people: [TableName] = []) throws {
        proposal = try MapProposal(Catalogue(tables: tables), service: "Shop DB", schemas: schemas, people: people)
        text = proposal.text
        map = try DataMap(yaml: text)
    }

    /// The steps of each path of a collection.
    func paths(_ collection: String) -> [String] {
        map.collection(collection)?.paths.map { path in
            let word = path.ownership == .own ? "" : "\(path.ownership.rawValue) "
            return word + path.hops.map(\.description).joined(separator: ", ")
        } ?? []
    }

    /// The marks below a key.
    func marks(_ path: String) -> [String] {
        MapMarks.marks(in: text).filter { $0.path == path }.map(\.note.text)
    }

    func field(_ column: String, of collection: String) -> Field? {
        map.collection(collection)?.field(Identifier(column))
    }
}
