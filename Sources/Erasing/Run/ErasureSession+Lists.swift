internal import DataMap
internal import FoundationEssentials
internal import PostgresAccess
internal import RightsCore

/// What an erasure in batches writes down of itself, and its batches.
extension ErasureSession {
    // MARK: beginning

    /// Ends every way in: sign-ins and keys to which nothing refers. Gives the rows that went, by collection.
    func endWaysIn() async throws -> [String: Int] {
        var gone: [String: Int] = [:]
        for (collection, statement) in blueprint.credentials() {
            gone[collection] = try await number(statement)
        }
        return gone
    }

    /// Makes the lists.
    func make(_ lists: [WorkList]) async throws -> [ListState] {
        let isLookedUp = Set(
            try lists.indices.flatMap { index in
                try blueprint.arrivals(below: index, of: lists).filter(\.isLookedUp).map(\.list)
            })
        var states: [ListState] = []
        for (index, list) in lists.enumerated() {
            try await connection.run(unsafeSQL: list.creation)
            try await connection.run(unsafeSQL: list.index)
            if isLookedUp.contains(index) { try await connection.run(unsafeSQL: list.keyIndex) }
            states.append(
                ListState(
                    collection: list.collection, listed: try await number("SELECT count(*) FROM \(list.name)")))
        }
        return states
    }

    /// Writes the run down, with all that its later transactions need, and tells the product to refuse the person.
    func noteRun(
        _ order: ErasureOrder, _ states: [ListState], _ credentials: [String: Int], _ side: [Counter: Int]
    ) async throws {
        let counted = try maker.sideCounters().map { side[$0.0] ?? 0 }
        try await connection.query(
            """
            INSERT INTO habeas_local.erasure_run (run, plan, lists, credentials, side)
            VALUES ($1::uuid, decode($2, 'hex'), $3::jsonb, $4::jsonb, $5::jsonb)
            """,
            [
                order.run, try order.approved.digest().hex, try Self.json(states), try Self.json(credentials),
                try Self.json(counted),
            ])
        guard subject != nil else { return }
        try await connection.query(
            """
            INSERT INTO habeas_local.tombstone (kind, key, run) VALUES ($1, $2, $3::uuid)
            ON CONFLICT (kind, key) DO UPDATE SET run = excluded.run
            """, [scope, key, order.run])
    }

    // MARK: what is written down

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    /// How far the lists of a run are.
    func states(of lists: [WorkList], run: String) async throws -> [ListState] {
        let rows = try await connection.query(
            "SELECT lists FROM habeas_local.erasure_run WHERE run = $1::uuid", [run])
        guard let text = rows.first?.first.flatMap({ $0 }),
            let states = try? JSONDecoder().decode([ListState].self, from: Data(text.utf8))
        else { throw ErasureError(.noCompanion, "the lists of the run can't be read") }
        guard states.map(\.collection) == lists.map(\.collection) else {
            throw ErasureError(
                .planChanged, "the schema changed while the person was being erased",
                hint: "put back what was approved, and run it again: it goes on where it stopped")
        }
        return states
    }

    func note(_ states: [ListState], run: String) async throws {
        try await connection.query(
            "UPDATE habeas_local.erasure_run SET lists = $2::jsonb WHERE run = $1::uuid",
            [run, try Self.json(states)])
    }

    /// Rows of sign-ins and keys that went at once, by collection.
    func credentials(_ run: String) async throws -> [String: Int] {
        let rows = try await connection.query(
            "SELECT credentials FROM habeas_local.erasure_run WHERE run = $1::uuid", [run])
        guard let text = rows.first?.first.flatMap({ $0 }),
            let gone = try? JSONDecoder().decode([String: Int].self, from: Data(text.utf8))
        else { throw ErasureError(.noCompanion, "what went at the beginning of the run can't be read") }
        return gone
    }

    /// What the plan counts of the rows that go, when they are listed.
    func listed(_ states: [ListState], _ lists: [WorkList], _ credentials: [String: Int]) async throws -> [Counter: Int]
    {
        let counters = try maker.counters().filter { counter, _ in
            switch counter {
            case .files: true
            case .rows(let index):
                blueprint.reach.collections[index].removesRows
                    && !lists.contains { $0.collection == blueprint.reach.collections[index].collection.name }
            default: false
            }
        }
        return sum(try await numbers(counters), states.map { ($0.collection, $0.listed, 0) }, credentials)
    }

    /// Numbers with the rows and files of lists, and the ways in, added.
    func sum(
        _ numbers: [Counter: Int], _ lists: [(collection: String, rows: Int, files: Int)], _ credentials: [String: Int]
    ) -> [Counter: Int] {
        var numbers = numbers
        for (index, reached) in blueprint.reach.collections.enumerated() where reached.removesRows {
            for list in lists where list.collection == reached.collection.name {
                numbers[.rows(index), default: 0] += list.rows
                numbers[.files(index), default: 0] += list.files
            }
            numbers[.rows(index), default: 0] += credentials[reached.collection.name] ?? 0
        }
        return numbers
    }

    private func number(_ sql: String, _ parameters: [String?] = []) async throws -> Int {
        try await connection.query(sql, parameters).first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
    }

    // MARK: batches

    /// Opens circles first, all of them: a row of a later batch may refer to one of an earlier. Then deletes.
    ///
    /// - Returns: whether there was anything to do.
    func advance(_ states: inout [ListState], _ lists: [WorkList], run: String) async throws -> Bool {
        let batch = eraser.budget.batch
        if let index = states.indices.first(where: {
            lists[$0].opening != nil && states[$0].opened < states[$0].listed
        }) {
            try await open(index, upTo: min(states[index].opened + batch, states[index].listed), &states, lists)
            return true
        }
        guard let index = Self.pending(states, lists) else { return false }
        try await take(index, upTo: min(states[index].upTo + batch, states[index].listed), &states, lists, run: run)
        return true
    }

    /// The first list with rows that are to go before the last transaction; of those before a list, if one is given.
    private static func pending(_ states: [ListState], _ lists: [WorkList], before end: Int? = nil) -> Int? {
        states.indices.prefix(end ?? states.count).first {
            !lists[$0].isLate && states[$0].upTo < states[$0].listed
        }
    }

    private func open(
        _ index: Int, upTo: Int, _ states: inout [ListState], _ lists: [WorkList]
    ) async throws {
        guard let opening = lists[index].opening else { return }
        try await connection.query(opening, ["\(states[index].opened)", "\(upTo)"])
        states[index].opened = upTo
    }

    /// Deletes the next rows of a list. Where others may refer to them they are locked first, and what came in below them
    /// since the lists were made is listed, and goes before them if it must.
    private func take(
        _ index: Int, upTo: Int, _ states: inout [ListState], _ lists: [WorkList], run: String
    ) async throws {
        let list = lists[index]
        let range = ["\(states[index].upTo)", "\(upTo)"]
        let arrivals = try blueprint.arrivals(below: index, of: lists)
        let referring = blueprint.referring(to: list)
        if !arrivals.isEmpty || !referring.isEmpty {
            try await connection.query(list.lock, range)
            for arrival in arrivals {
                try await add(arrival, range, &states, lists, run: run)
            }
            while let earlier = Self.pending(states, lists, before: index) {
                try await take(earlier, upTo: states[earlier].listed, &states, lists, run: run)
            }
            try await requireNobodyElse(refersTo: list, range, referring, lists, run: run)
        }
        let rows = try await connection.query(list.batch, range + [run])
        states[index].upTo = upTo
        states[index].gone += rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? 0
        states[index].files += rows.first.flatMap { $0[1] }.flatMap { Int($0) } ?? 0
    }

    /// Lists what came in; of documents, keeps what the statute says, while all that hangs on them is still there.
    private func add(
        _ arrival: Arrival, _ range: [String], _ states: inout [ListState], _ lists: [WorkList], run: String
    ) async throws {
        if let lock = arrival.lock { try await connection.query(lock, range) }
        let listed = states[arrival.list].listed
        let added = try await number(arrival.addition, range + ["\(listed)"])
        guard added > 0 else { return }
        states[arrival.list].listed += added
        try await keepDocuments(of: lists[arrival.list], after: listed, upTo: listed + added, run: run)
        try await open(arrival.list, upTo: listed + added, &states, lists)
    }

    /// Makes sure that no row that stays refers to rows that go now: it would go with them, or forbid it.
    private func requireNobodyElse(
        refersTo list: WorkList, _ range: [String], _ referring: [Blueprint.Referring], _ lists: [WorkList], run: String
    ) async throws {
        guard !referring.isEmpty else { return }
        let sql =
            "SELECT "
            + referring.map { "(SELECT count(*) FROM \($0.holder.source) AS h WHERE \($0.condition))" }
            .joined(separator: ", ")
        var found = try await connection.query(sql, range)[0]
        if found.contains(where: { $0 != "0" }) {
            // What the map unlinks is unlinked in rows that came in since, too.
            let changes = Blueprint.Selection(deletions: [], updates: blueprint.changes(lists))
            _ = try await execute(changes, run: run)
            found = try await connection.query(sql, range)[0]
        }
        guard let index = found.firstIndex(where: { $0 != "0" }) else { return }
        let (holder, key) = (referring[index].holder, referring[index].key)
        throw ErasureError(
            .conflict,
            "\(holder.name): \(found[index] ?? "?") rows that stay refer by \(key.name) to rows of \(list.collection) that "
                + (key.onDelete == .cascade ? "go, and would go with them, unplanned" : "go, and forbid it"),
            hint: "they came in after the plan; let go of those rows, and run it again: it goes on where it stopped")
    }

    // MARK: documents

    /// Keeps what a statute says of listed documents: those of a list are kept when they are listed, the others when they
    /// go.
    func keepDocuments(of list: WorkList, after: Int, upTo: Int, run: String) async throws {
        guard upTo > after,
            let projection = BillingProjection.all(of: blueprint).first(where: {
                $0.document.reached.collection.name == list.collection
            })
        else { return }
        let range = ["\(after)", "\(upTo)"]
        let documents = documents(
            of: projection, try await connection.query(projection.days(of: list.rows(1, 2)), range))
        try requireNoConflict([documents])
        guard documents.count > 0 else { return }
        let parameters = [run] + (try documents.parameters()).prefix(2) + range
        let kept = try await connection.query(projection.insertion(of: list.rows(4, 5)), parameters).count
        try requireKept(kept, of: documents.count, list.collection)
    }
}
