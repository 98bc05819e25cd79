internal import AuditLedger
internal import HTTPTypes
internal import Hummingbird
internal import HummingbirdCore
internal import RequestLedger
internal import RightsCore
internal import RightsEngine

/// Where a list of requests goes on.
struct RequestKeys: CursorKeys {
    static let list = "requests.1"
    let at: Int64
    let id: String

    init(_ request: RequestRecord) {
        at = request.receivedAt.microseconds
        id = request.id.text
    }

    /// The keys as the ledger takes them; a forged cursor may hold anything.
    func position() throws(Problem) -> (receivedAt: Instant, id: RightsCore.RequestID) {
        guard let id = RightsCore.RequestID(id), abs(at) < 253_402_300_800_000_000 else {
            throw Problem(.badCursor, "the cursor isn't one that this list gave out", hint: "begin at the first page")
        }
        return (Instant(microseconds: at), id)
    }
}

/// What is asked to open a request.
struct OpenInput: StaffWrite {
    let subject: String
    let right: RequestRight
    let regime: String?
    let alsoUnder: [String]?
    let format: DataFormat?
    let collections: [String]?
    let records: [String]?
    let receivedAt: String?
    let language: Language?
    let zone: String?
    let contact: String?
    let ticket: String
    let reason: String

    func check() throws(Problem) {
        try Subject.check(subject)
        try Field.list("collections", collections ?? [], most: 100, Field.isMapName, "has to be a name of the data map")
        try Field.list("records", records ?? [], most: 100, Self.isRecord, "has to be collection:id")
        try Field.list("also_under", alsoUnder ?? [], most: 10, { RegimeID($0) != nil }, "has to be a regime's id")
        if let zone, Engine.zone(zone) == nil {
            throw Problem(.badValue, "zone has to be a time zone's name, such as Europe/Berlin")
        }
        if let contact { try Field.text("contact", contact, least: 3, most: 254) }
    }

    private static func isRecord(_ text: String) -> Bool {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return parts.count == 2 && Field.isMapName(parts[0]) && (1...100).contains(parts[1].unicodeScalars.count)
            && parts[1].unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
    }

    func request(defaultLanguage: Language) throws(Problem) -> StaffRequestInput {
        StaffRequestInput(
            subject: subject, right: right, regime: try regime.map(Field.regime), alsoUnder: alsoUnder ?? [],
            format: format ?? .both,
            collections: collections ?? [], records: records ?? [],
            received: try receivedAt.map { text throws(Problem) in try Field.stamp("received_at", text) },
            language: language ?? defaultLanguage, zone: zone, contact: contact)
    }
}

/// Whose requests are looked for. It stands in the body, since addresses don't belong into URLs.
private struct SearchInput: Decodable {
    let subject: String
    let limit: Int?
    let cursor: String?
}

/// How staff name a person: `kind:key`.
enum Subject {
    static func check(_ text: String) throws(Problem) {
        try Field.text("subject", text, least: 3, most: 300)
        guard let colon = text.firstIndex(of: ":"), Field.isMapName(text[..<colon]), text.last != ":" else {
            throw Problem(
                .badValue, "subject has to be KIND:ID or email:ADDRESS", hint: "KIND is one of the data map's kinds")
        }
    }
}

extension StaffAPI {
    func addRequests(to group: inout RouteGroup) {
        group.post("/requests") { try await openRequest($0, $1) }
        group.get("/requests") { try await listRequests($0, $1) }
        group.post("/requests/search") { try await searchRequests($0, $1) }
        group.get("/requests/{id}") { request, context in
            try request.requireNoQuery()
            let view = try await engine.read(try context.namedRequest(), by: try context.requireCaller())
            let name = try await name(of: view.request.assignee)
            return try .json(
                RequestDetail(view, assigneeName: name, now: engine.now(), zone: engine.settings.clock.zone))
        }
        group.get("/requests/{id}/timeline") { try await timeline($0, $1) }
        group.get("/requests/{id}/receipts") { request, context in
            try request.requireNoQuery()
            try context.requireCaller(as: StaffCaller.self).require(.readRequests)
            let downloads = try await engine.downloads(of: try context.namedRequest())
            return try .json(ListView(items: downloads.map(ReceiptView.init), nextCursor: nil))
        }
    }

    private func openRequest(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let (input, caller) = try await input(OpenInput.self, .openRequests, request, context)
        var asked = try input.request(defaultLanguage: engine.settings.defaultLanguage)
        try engine.check(asked)
        let found = try await engine.find(input.subject)
        try await engine.settle(recordsOf: &asked, of: found, erasure)
        let wanted = asked
        let outcome = try await write(input, caller, request) { _, caller, ground, transaction in
            let (record, isNew) = try await engine.open(wanted, for: found, by: caller, ground, in: transaction)
            return try StoredAnswer(summary(record), status: isNew ? .created : .ok)
        }
        return outcome.response()
    }

    private func listRequests(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(.readRequests)
        let query = try request.query(["limit", "cursor", "state", "right", "regime", "channel", "assignee"])
        let page = try PageRequest<RequestKeys>(query)
        var filter = RequestFilter()
        filter.states = try Field.values("state", query["state"])
        filter.right = try query.value("right")
        filter.regime = try regime(query["regime"])
        filter.channel = try query.value("channel")
        filter.assignee = try await assignee(query["assignee"], by: caller)
        filter.before = try page.after?.position()
        filter.limit = page.limit + 1
        let wanted = filter
        let records = try await engine.control.transaction { try await $0.requests(wanted) }
        return try .page(records, limit: page.limit, of: request, after: RequestKeys.init, summary)
    }

    /// The law that a filter means, as requests hold its id.
    func regime(_ name: String?) throws -> String? { try engine.knownRegime(try name.map(Field.regime)) }

    /// Who of the staff a filter means. “me” needs no name: whoever may look at requests needn't be able to list colleagues.
    func assignee(_ name: String?, by caller: StaffCaller) async throws -> StaffID? {
        guard let name else { return nil }
        guard name != "me" else { return caller.id }
        guard let staff = try await engine.control.transaction({ try await $0.staff(named: name) }) else {
            throw EngineError(.notFound, "nobody of the staff has that name", field: "assignee")
        }
        return staff.id
    }

    private func name(of id: StaffID?) async throws -> String? {
        guard let id else { return nil }
        return try await engine.control.transaction { try await $0.staff(id) }?.name
    }

    private func searchRequests(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let caller = try context.requireCaller(as: StaffCaller.self)
        try caller.require(.readRequests)
        try request.requireNoQuery()
        let input = try await request.json(SearchInput.self, context)
        try Subject.check(input.subject)
        let limit = input.limit ?? 50
        guard (1...200).contains(limit) else { throw Problem(.badValue, "limit has to be a number from 1 to 200") }
        var filter = RequestFilter()
        filter.before = try input.cursor.map { text throws(Problem) in try Cursor<RequestKeys>.keys(of: text).position()
        }
        filter.limit = limit + 1
        let records = try await engine.search(input.subject, filter, by: caller)
        return try .page(records, limit: limit, of: request, after: RequestKeys.init, summary)
    }

    private func timeline(_ request: Request, _ context: HabeasContext) async throws -> Response {
        let page = try PageRequest<AuditKeys>(request.query(["limit", "cursor"]))
        let steps = try await engine.trail(
            of: try context.namedRequest(), after: page.after?.seq ?? 0, limit: page.limit + 1,
            by: try context.requireCaller())
        return try .page(steps, limit: page.limit, of: request, after: { AuditKeys(seq: $0.entry.seq) }) { step in
            try AuditEntryView(step.entry, words: step.words)
        }
    }
}

extension HabeasContext {
    /// The request that the path names; 404 when that can't be one.
    func namedRequest() throws -> RightsCore.RequestID {
        guard let id = RightsCore.RequestID(parameters.get("id") ?? "") else { throw Engine.noRequest }
        return id
    }

    /// The id that the path names; 404 when that can't be one.
    func id<Owner>(of thing: String) throws -> ID<Owner> {
        guard let id = ID<Owner>(parameters.get("id") ?? "") else {
            throw EngineError(.notFound, "there is no such \(thing)")
        }
        return id
    }
}
