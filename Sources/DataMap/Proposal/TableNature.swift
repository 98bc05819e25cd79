/// What a table without a way to a person seems to hold.
struct TableNature {
    private let table: StudiedTable
    /// What looks as if it were about people.
    let personalSigns: [String]

    /// From here on a table is too large to be a list that the product brought along.
    private static let large = 10_000.0

    init(_ table: StudiedTable) {
        self.table = table
        personalSigns = Self.signs(table)
    }

    /// Whether to leave the table out, or to leave it to a person, and why.
    var verdict: Verdict {
        if let reason = Self.bookkeeping(table) { return .leaveOut(reason) }
        if !personalSigns.isEmpty { return .decide(personalSigns.prefix(3).joined(separator: ", ")) }
        let rows = table.table.estimatedRows
        if rows >= Self.large {
            return .decide("about \(Numerals.grouped(rows)) rows, more than a list of the product's own")
        }
        if table.columns.isEmpty { return .leaveOut("it has no columns") }
        return .leaveOut("reference data of the product; nothing about people")
    }

    /// What is to become of it.
    enum Verdict: Hashable {
        case leaveOut(String)
        case decide(String)
    }

    /// Whether people's rows that refer to it make it something they share, rather than a list they choose from: an
    /// address or a file that few sorts of rows refer to.
    func isShareable(by links: [Link]) -> Bool {
        guard Self.bookkeeping(table) == nil, !Self.lists.contains(table.noun), !ReferenceCost.isForOthers(table) else {
            return false
        }
        if Self.details.contains(table.noun) { return true }
        guard Set(links.map(\.from)).count <= Self.few else { return false }
        return !strongSigns.isEmpty || links.contains(where: \.isUnique)
    }

    /// Whether the rows of many tables refer to it, as to a list of products, and nothing in it names anybody.
    func isCatalogue(_ referrers: [Link]) -> Bool {
        strongSigns.isEmpty && Set(referrers.map(\.from)).count >= Self.few && table.table.estimatedRows < Self.large
    }

    /// More tables than these refer to a list, not to what people share.
    private static let few = 3
    private static let details: Set<String> = [
        "file", "attachment", "blob", "image", "photo", "media", "address", "location", "preference", "document",
        "upload", "asset", "detail", "avatar",
    ]

    /// Signs that are about a person whatever the table is; free text may be about anything.
    private var strongSigns: [StudiedColumn] {
        table.columns.filter { column in
            ContactWords.isEmail(column) || ContactWords.isPersonName(column, rowsArePeople: false)
                || ContactWords.isUserName(column) || ContactWords.isPhone(column) || ContactWords.isPostal(column)
                || FieldWords.category(column).map { $0 != FieldWords.location } ?? false
        }
    }

    // MARK: signs

    private static func signs(_ table: StudiedTable) -> [String] {
        let isList = lists.contains(table.noun)
        var signs: [String] = []
        if PersonWords.scores[table.noun, default: 0] >= 60 { signs.append("its name") }
        for column in table.columns {
            guard let sign = sign(column, table, isList: isList) else { continue }
            signs.append("“\(column.name.text)” \(sign)")
        }
        if table.theme.isObserved, !isAboutOccasions(table), !table.columns.isEmpty, !isList {
            signs.append("records of use")
        }
        return signs
    }

    /// Settings and parts of events that people go to: what is on sale at one, where it takes place.
    private static func isAboutOccasions(_ table: StudiedTable) -> Bool {
        table.theme.isOccasion && table.noun != "event"
    }

    private static func sign(_ column: StudiedColumn, _ table: StudiedTable, isList: Bool) -> String? {
        if ContactWords.isEmail(column) { return "sounds like an e-mail address" }
        if ContactWords.isPersonName(column, rowsArePeople: false) { return "sounds like a person's name" }
        if ContactWords.isUserName(column) { return "sounds like a user's name" }
        if SecretNames.isLikelySecret(column.column, words: column.words) { return "sounds like a secret" }
        if column.isAddressOfMachine || column.words.has("ipaddress") {
            return "holds addresses of machines"
        }
        if isList { return nil }
        if ContactWords.isPhone(column) { return "sounds like a telephone number" }
        if ContactWords.isPostal(column) { return "sounds like an address" }
        if FieldWords.isPersonal(column) { return "sounds like a fact about a person" }
        if FieldWords.isFreeText(column) { return "is free text" }
        if NamedReferences.isPolymorphic(column, in: table) { return "may refer to any table" }
        if refersToPerson(column) { return "is named like a reference to a person" }
        return column.isDocument && queues.contains(table.noun) ? "may hold anything" : nil
    }

    private static func refersToPerson(_ column: StudiedColumn) -> Bool {
        let words = column.words
        return ["id", "uuid", "by", "guid"].contains(words.last)
            && words.hasAny(["user", "customer", "owner", "person"])
            || words.has("createdby") || words.has("updatedby") || words.list == ["user"]
            || words.list == ["owner"]
    }

    private static let queues: Set<String> = [
        "event", "log", "audit", "job", "queue", "message", "outbox", "inbox", "webhook", "request", "response",
        "history",
        "cache", "notification", "task", "payload", "snapshot", "draft", "import", "export",
    ]

    /// Nouns of lists that a product brings along.
    private static let lists: Set<String> = [
        "country", "city", "state", "region", "currency", "language", "locale", "timezone", "category", "tag",
        "product",
        "plan", "status", "type", "role", "permission", "unit", "color", "colour", "feature", "flag", "template",
        "province", "continent", "holiday", "price", "tax", "rate", "sku", "brand", "genre", "skill", "topic", "label",
    ]

    // MARK: bookkeeping

    private static func bookkeeping(_ table: StudiedTable) -> String? {
        let name = table.table.name.name.text.lowercased()
        if migrations.contains(name) || table.words.list.contains(where: { ["migration", "migrations"].contains($0) }) {
            return "the database's own version"
        }
        if frameworks.contains(name) { return "bookkeeping of the framework; nothing about people" }
        let isConfig = ["config", "configuration", "setting", "parameter", "flag", "sequence"].contains(table.noun)
        let isOfNobody = signs(table).isEmpty
        return isConfig && isOfNobody ? "settings of the product; nothing about people" : nil
    }

    private static let migrations: Set<String> = [
        "alembic_version", "schema_version", "schema_info", "schema_migrations", "ar_internal_metadata",
        "flyway_schema_history", "databasechangelog", "databasechangeloglock", "goose_db_version",
        "__efmigrationshistory",
        "_prisma_migrations", "sequelizemeta", "typeorm_metadata", "phinxlog", "doctrine_migration_versions",
        "schemaversion",
        "pgmigrations", "atlas_schema_revisions", "dbversion", "db_version",
    ]
    private static let frameworks: Set<String> = [
        "django_content_type", "django_site", "auth_permission", "auth_group", "auth_group_permissions",
        "spatial_ref_sys",
        "hdb_version", "sqlite_sequence", "play_evolutions", "shedlock", "qrtz_locks", "hibernate_sequence",
        "cache_locks",
    ]
}
