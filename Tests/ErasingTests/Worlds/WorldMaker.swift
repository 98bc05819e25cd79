import Foundation

/// Makes a world from a seed.
struct WorldMaker {
    private var seed: Seed
    private var world = World()
    private var number = 0
    private var schemas: [String]
    private var personKey: [String] = []

    private init(_ seed: UInt64) {
        self.seed = Seed(seed)
        schemas = ["w_one"]
        if self.seed.chance(50) { schemas.append("w_two") }
    }

    static func world(_ seed: UInt64) -> World {
        var maker = WorldMaker(seed)
        maker.make()
        return maker.world
    }

    private mutating func make() {
        people()
        let shared = seed.chance(50) ? sharedTable() : nil
        let count = seed.int(2...7)
        for index in 0..<count {
            switch seed.int(1...12) {
            case 1...3: ownTable(index, kind: .direct)
            case 4...6: ownTable(index, kind: .chained)
            case 7: ownTable(index, kind: .twoOwners)
            case 8: ownTable(index, kind: .loose)
            case 9, 10: mentionTable(index)
            case 11: keptTable(index)
            default: bills(index)
            }
        }
        if let shared { refer(to: shared) }
        for table in world.tables.indices where isOwn(table) { selfReference(table) }
        circles()
        strayReferences()
        triggersAndPolicies()
        // Somebody with rows of many kinds.
        world.victim = (0..<world.tables[World.people].rows.count).max { rows(of: $0) < rows(of: $1) } ?? 0
    }

    private func rows(of person: Int) -> Int {
        world.tables.reduce(0) { $0 + $1.rows.count { $0.owners.contains(person) } }
    }

    private func isOwn(_ table: Int) -> Bool {
        guard case .own = world.tables[table].collections.first?.rule else { return false }
        return true
    }

    // MARK: people

    private mutating func people() {
        var table = WorldTable(schema: schemas[0], name: seed.pick(["people", "Members"]), columns: [], key: [])
        let kind = seed.int(1...4)
        switch kind {
        case 1:
            table.columns = [WorldColumn(name: "id", type: "uuid", isNotNull: true)]
            table.key = ["id"]
        case 2:
            table.columns = [WorldColumn(name: "id", type: "bigint", isNotNull: true)]
            table.key = ["id"]
        case 3: table.key = ["email"]
        default:
            table.columns = [
                WorldColumn(name: "tenant", type: "integer", isNotNull: true),
                WorldColumn(name: "number", type: "bigint", isNotNull: true),
            ]
            table.key = ["tenant", "number"]
        }
        table.columns += [
            WorldColumn(name: "email", type: "text", isNotNull: true, isUnique: true),
            WorldColumn(name: "name", type: "text", isNotNull: true),
        ]
        table.columns += payload(1...2)
        table.columns.append(WorldColumn(name: "row_no", type: "bigint", isNotNull: true))
        for person in 0..<seed.int(3...6) {
            var values = fill(table.columns)
            values["id"] = kind == 1 ? seed.uuid() : "\(1000 + person * 7)"
            values["tenant"] = "\(person % 2)"
            values["number"] = "\(person)"
            values["email"] = "p\(person).\(seed.int(100...999))@example.com"
            values = values.filter { entry in table.columns.contains { $0.name == entry.key } }
            table.rows.append(WorldRow(values: values, owners: [person]))
        }
        table.collections = [
            WorldCollection(name: "people", rule: .own, paths: [WorldPath(steps: [])], erasure: "delete")
        ]
        personKey = table.key
        world.tables.append(table)
    }

    // MARK: tables of rows that go

    private enum OwnKind { case direct, chained, twoOwners, loose }

    private mutating func newTable(_ index: Int, _ prefix: String) -> WorldTable {
        var table = WorldTable(
            schema: seed.pick(schemas), name: "\(seed.pick([prefix, prefix.capitalized]))\(index)", columns: [], key: []
        )
        switch seed.int(1...6) {
        case 1, 2:
            table.columns = [WorldColumn(name: "id", type: "uuid", isNotNull: true)]
            table.key = ["id"]
        case 3:
            table.columns = [WorldColumn(name: "id", type: "bigint", isNotNull: true)]
            table.key = ["id"]
        case 4:
            table.columns = [WorldColumn(name: "code", type: "text", isNotNull: true)]
            table.key = ["code"]
        case 5:
            table.columns = [
                WorldColumn(name: "part", type: "integer", isNotNull: true),
                WorldColumn(name: "id", type: "bigint", isNotNull: true),
            ]
            table.key = ["part", "id"]
        default:
            table.columns = [
                WorldColumn(name: "id", type: "bigint", isNotNull: true),
                WorldColumn(name: "made_on", type: "date", isNotNull: true),
            ]
            table.key = ["id", "made_on"]
            table.partitions = (
                "RANGE (made_on)",
                ["FOR VALUES FROM (MINVALUE) TO ('2010-01-01')", "FOR VALUES FROM ('2010-01-01') TO (MAXVALUE)"]
            )
        }
        if table.partitions == nil && seed.chance(15) {
            table.partitions = (
                "HASH (\(table.key[0]))",
                ["FOR VALUES WITH (MODULUS 2, REMAINDER 0)", "FOR VALUES WITH (MODULUS 2, REMAINDER 1)"]
            )
        }
        table.columns += payload(1...3)
        table.columns.append(WorldColumn(name: "row_no", type: "bigint", isNotNull: true))
        return table
    }

    /// Columns that refer to a table's key, named after it.
    private func columns(_ prefix: String, to target: Int, isNotNull: Bool) -> [WorldColumn] {
        world.tables[target].key.map {
            WorldColumn(
                name: "\(prefix)_\($0)", type: world.tables[target].column($0)?.type ?? "", isNotNull: isNotNull)
        }
    }

    private func reference(_ columns: [WorldColumn], _ target: Int, _ onDelete: String) -> WorldReference {
        WorldReference(
            columns: columns.map(\.name), target: target, targetColumns: world.tables[target].key, onDelete: onDelete)
    }

    private func point(_ row: inout WorldRow, by reference: WorldReference, at place: Int, to target: Int) {
        for (column, key) in zip(reference.columns, reference.targetColumns) {
            row.values[column] = world.tables[reference.target].rows[target].values[key] ?? nil
        }
        row.targets[place] = target
    }

    private mutating func ownTable(_ index: Int, kind: OwnKind) {
        var table = newTable(index, "own")
        let parents = world.tables.indices.filter { isOwn($0) && $0 != World.people }
        switch kind {
        case .chained where !parents.isEmpty:
            chain(&table, to: seed.pick(parents), index)
            return
        case .loose where personKey.count == 1 && seed.chance(60):
            // The key as text in a table that no foreign key ties to people.
            table.columns.append(WorldColumn(name: "who", type: "text", isNotNull: seed.chance(50)))
            var reference = WorldReference(
                columns: ["who"], target: World.people, targetColumns: personKey, onDelete: "NO ACTION",
                isEnforced: false, flags: " as text unenforced")
            if seed.chance(50) { reference.flags = " unenforced as text" }
            table.references = [reference]
        case .loose:
            table.columns.append(WorldColumn(name: "address", type: "text", isNotNull: false))
            table.references = [
                WorldReference(
                    columns: ["address"], target: World.people, targetColumns: ["email"], onDelete: "NO ACTION",
                    isEnforced: false, flags: " unenforced")
            ]
        case .twoOwners:
            let first = columns("by", to: World.people, isNotNull: true)
            let second = columns("for", to: World.people, isNotNull: seed.chance(30))
            table.columns += first + second
            table.references = [
                reference(first, World.people, anyAction()), reference(second, World.people, anyAction()),
            ]
        case .direct, .chained:
            let columns = columns("person", to: World.people, isNotNull: seed.chance(70))
            table.columns += columns
            table.references = [reference(columns, World.people, anyAction())]
        }
        let count = seed.int(2...14)
        for number in 0..<count {
            var row = WorldRow(values: fill(table.columns, number))
            for (place, reference) in table.references.enumerated() {
                let canBeNull = table.column(reference.columns[0])?.isNotNull == false
                if canBeNull && seed.chance(15) { continue }
                let person = seed.int(0...(world.tables[World.people].rows.count - 1))
                point(&row, by: reference, at: place, to: person)
                row.owners.insert(person)
            }
            table.rows.append(row)
        }
        let paths = table.references.map { WorldPath(steps: [$0.step(world.tables)]) }
        table.collections = [
            WorldCollection(name: "own_\(index)", rule: .own, paths: paths, erasure: "delete")
        ]
        if kind == .direct && table.references[0].isEnforced && seed.chance(25) { alsoMentions(&table, index) }
        world.tables.append(table)
    }

    private mutating func anyAction() -> String { seed.pick(["NO ACTION", "NO ACTION", "RESTRICT", "CASCADE"]) }

    /// Rows that hang on rows of another table, nested in them or by a longer path.
    private mutating func chain(_ table: inout WorldTable, to parent: Int, _ index: Int) {
        let columns = columns("up", to: parent, isNotNull: seed.chance(70))
        table.columns += columns
        let reference = reference(columns, parent, anyAction())
        table.references = [reference]
        let isSparse = seed.chance(30)
        for target in world.tables[parent].rows.indices {
            for _ in 0..<seed.int((isSparse ? 0 : 1)...3) {
                var row = WorldRow(values: fill(table.columns, table.rows.count))
                if columns[0].isNotNull || !seed.chance(10) {
                    point(&row, by: reference, at: 0, to: target)
                    row.owners = world.tables[parent].rows[target].owners
                }
                table.rows.append(row)
            }
        }
        let above = world.tables[parent].collections[0]
        let step = reference.step(world.tables)
        var collection = WorldCollection(name: "own_\(index)", rule: .own, erasure: "delete")
        if above.inside != nil || seed.chance(40) {
            collection.inside = (above.name, step)
        } else {
            collection.paths = above.paths.map { WorldPath(steps: [step] + $0.steps) }
        }
        table.collections = [collection]
        world.tables.append(table)
    }

    /// Rows of one person that name another.
    private mutating func alsoMentions(_ table: inout WorldTable, _ index: Int) {
        let columns = columns("about", to: World.people, isNotNull: false)
        table.columns += columns + [WorldColumn(name: "said", type: "text", isNotNull: seed.chance(50))]
        let reference = reference(columns, World.people, seed.pick(["NO ACTION", "RESTRICT"]))
        table.references.append(reference)
        for row in table.rows.indices {
            table.rows[row].values["said"] = "said \(row)"
            table.rows[row].mentions = [[]]
            guard seed.chance(70) else { continue }
            let person = seed.int(0...(world.tables[World.people].rows.count - 1))
            point(&table.rows[row], by: reference, at: table.references.count - 1, to: person)
            table.rows[row].mentions = [[person]]
        }
        table.collections.append(
            WorldCollection(
                name: "own_\(index)_mentions", rule: .mention(isAnonymized: true),
                paths: [
                    WorldPath(
                        steps: [reference.step(world.tables)], fields: ["said"], columns: columns.map(\.name))
                ], erasure: "anonymize"))
    }

    // MARK: shared rows

    private mutating func sharedTable() -> Int {
        var table = newTable(90, "shared")
        table.partitions = nil
        for number in 0..<seed.int(3...8) { table.rows.append(WorldRow(values: fill(table.columns, number))) }
        table.collections = [WorldCollection(name: "shared", rule: .shared, erasure: "delete")]
        world.tables.append(table)
        let place = world.tables.count - 1
        if seed.chance(50) { parts(of: place) }
        return place
    }

    /// Rows inside shared ones.
    private mutating func parts(of shared: Int) {
        var table = newTable(91, "parts")
        let columns = columns("whole", to: shared, isNotNull: true)
        table.columns += columns
        let reference = reference(columns, shared, anyAction())
        table.references = [reference]
        for number in 0..<seed.int(2...8) {
            var row = WorldRow(values: fill(table.columns, number))
            let target = seed.int(0...(world.tables[shared].rows.count - 1))
            point(&row, by: reference, at: 0, to: target)
            row.holder = (shared, target)
            table.rows.append(row)
        }
        table.collections = [
            WorldCollection(
                name: "parts", rule: .shared, inside: ("shared", reference.step(world.tables)), erasure: "delete")
        ]
        world.tables.append(table)
    }

    /// Rows of people that refer to shared ones.
    private mutating func refer(to shared: Int) {
        var holders = world.tables.indices.filter { isOwn($0) && world.tables[$0].collections[0].inside == nil }
        if holders.count > 2 { holders = [seed.pick(holders), seed.pick(holders)] }
        for holder in Set(holders).sorted() {
            let columns = columns("place", to: shared, isNotNull: false)
            let reference = reference(columns, shared, seed.pick(["NO ACTION", "RESTRICT", "SET NULL"]))
            world.tables[holder].columns += columns
            world.tables[holder].references.append(reference)
            for row in world.tables[holder].rows.indices where seed.chance(60) {
                point(
                    &world.tables[holder].rows[row], by: reference,
                    at: world.tables[holder].references.count - 1,
                    to: seed.int(0...(world.tables[shared].rows.count - 1)))
            }
            let key = world.tables[shared].key
            func list(_ names: [String]) -> String {
                names.count == 1 ? names[0] : "(\(names.joined(separator: ", ")))"
            }
            let step =
                "\(list(key)) -> \(world.tables[holder].written)(\(reference.columns.joined(separator: ", ")))"
            for path in world.tables[holder].collections[0].paths {
                world.tables[shared].collections[0].paths.append(WorldPath(steps: [step] + path.steps))
            }
        }
    }

    // MARK: rows that stay

    private mutating func mentionTable(_ index: Int) {
        var table = newTable(index, "notes")
        let isAnonymized = seed.chance(60)
        let own = world.tables.indices.filter {
            isOwn($0) && world.tables[$0].collections[0].inside == nil && !world.tables[$0].rows.isEmpty
        }
        var collection = WorldCollection(
            name: "notes_\(index)", rule: .mention(isAnonymized: isAnonymized),
            erasure: isAnonymized ? "anonymize" : "unlink")
        for place in 0..<seed.int(1...2) {
            let target = place == 0 ? World.people : seed.pick(own)
            let columns = columns("about\(place)", to: target, isNotNull: false)
            let reference = reference(columns, target, seed.pick(["NO ACTION", "RESTRICT"]))
            let field = WorldColumn(
                name: "said\(place)", type: seed.pick(["text", "varchar(12)"]), isNotNull: seed.chance(50))
            table.columns += columns + [field]
            table.references.append(reference)
            let above = world.tables[target].collections[0].paths
            for path in above {
                collection.paths.append(
                    WorldPath(
                        steps: [reference.step(world.tables)] + path.steps, fields: [field.name],
                        columns: columns.map(\.name)))
            }
        }
        for number in 0..<seed.int(2...10) {
            var row = WorldRow(values: fill(table.columns, number))
            for (place, reference) in table.references.enumerated() {
                let isSet = seed.chance(75)
                let target = seed.int(0...(world.tables[reference.target].rows.count - 1))
                if isSet { point(&row, by: reference, at: place, to: target) }
                let owners = isSet ? world.tables[reference.target].rows[target].owners : []
                // Each of several paths over one reference finds the row when any of the owners is meant by that path;
                // all of them name the same columns.
                for _ in world.tables[reference.target].collections[0].paths { row.mentions.append(owners) }
            }
            table.rows.append(row)
        }
        table.collections = [collection]
        world.tables.append(table)
    }

    private mutating func keptTable(_ index: Int) {
        var table = newTable(index, "kept")
        table.columns.append(WorldColumn(name: "who", type: "text"))
        let target = personKey.count == 1 ? personKey[0] : "email"
        var reference = WorldReference(
            columns: ["who"], target: World.people, targetColumns: [target], onDelete: "NO ACTION", isEnforced: false)
        reference.flags = " as text unenforced"
        table.references = [reference]
        for number in 0..<seed.int(2...8) {
            var row = WorldRow(values: fill(table.columns, number))
            point(
                &row, by: reference, at: 0, to: seed.int(0...(world.tables[World.people].rows.count - 1)))
            table.rows.append(row)
        }
        table.collections = [
            WorldCollection(
                name: "kept_\(index)", rule: .keep, paths: [WorldPath(steps: [reference.step(world.tables)])],
                erasure: "{ keep: \"we must\" }")
        ]
        world.tables.append(table)
    }

    // MARK: bills

    /// Customers, their invoices and the lines: a statute keeps some of it.
    private mutating func bills(_ index: Int) {
        guard !world.tables.contains(where: { $0.collections.first?.name == "invoices" }) else {
            return ownTable(index, kind: .direct)
        }
        var customers = newTable(index, "customers")
        customers.columns.append(WorldColumn(name: "called", type: "text", isNotNull: true))
        let owner = columns("person", to: World.people, isNotNull: true)
        customers.columns += owner
        customers.references = [reference(owner, World.people, "NO ACTION")]
        for person in world.tables[World.people].rows.indices where seed.chance(80) {
            var row = WorldRow(values: fill(customers.columns, person), owners: [person])
            point(&row, by: customers.references[0], at: 0, to: person)
            customers.rows.append(row)
        }
        customers.collections = [
            WorldCollection(
                name: "customers", rule: .own,
                paths: [WorldPath(steps: [customers.references[0].step(world.tables)])],
                erasure: "{ retain: DE-AO-147, of: invoices, fields: [called] }")
        ]
        world.tables.append(customers)
        let customer = world.tables.count - 1
        document(index, "invoices", hangingOn: customer, columns: ["issued date", "total numeric(12,4)", "paid money"])
        let invoice = world.tables.count - 1
        document(index, "lines", hangingOn: invoice, columns: ["amount numeric", "at timestamptz"])
    }

    private mutating func document(_ index: Int, _ name: String, hangingOn parent: Int, columns own: [String]) {
        var table = newTable(index, name)
        table.columns += own.map { text in
            let parts = text.split(separator: " ")
            return WorldColumn(name: String(parts[0]), type: String(parts[1]), isNotNull: true)
        }
        let up = columns("up", to: parent, isNotNull: true)
        table.columns += up
        table.references = [reference(up, parent, "RESTRICT")]
        for target in world.tables[parent].rows.indices {
            for _ in 0..<seed.int(0...3) {
                var row = WorldRow(
                    values: fill(table.columns, table.rows.count), owners: world.tables[parent].rows[target].owners)
                if name == "invoices" {
                    row.values["issued"] = seed.pick(["1991-05-04", "2025-12-31", "2024-02-29", "2026-11-20"])
                }
                point(&row, by: table.references[0], at: 0, to: target)
                table.rows.append(row)
            }
        }
        let step = table.references[0].step(world.tables)
        if name == "invoices" {
            let above = world.tables[parent].collections[0].paths[0]
            table.collections = [
                WorldCollection(
                    name: name, rule: .own, paths: [WorldPath(steps: [step] + above.steps)],
                    erasure:
                        "{ retain: DE-AO-147, document: invoice, date: issued, fields: [issued, total, paid, row_no] }")
            ]
        } else {
            table.collections = [
                WorldCollection(
                    name: name, rule: .own, inside: ("invoices", step),
                    erasure: "{ retain: DE-AO-147, of: invoices, fields: [amount, at] }")
            ]
        }
        world.tables.append(table)
    }

    // MARK: circles and strays

    private mutating func selfReference(_ table: Int) {
        guard table != World.people, seed.chance(25) else { return }
        tie(table, to: table, "before", isDeferred: seed.chance(30))
    }

    /// A parent that refers back to one of its children.
    private mutating func circles() {
        for child in world.tables.indices where isOwn(child) && child != World.people {
            guard let up = world.tables[child].references.first, isOwn(up.target), up.isEnforced, seed.chance(35) else {
                continue
            }
            tie(up.target, to: child, "first\(child)", isDeferred: seed.chance(40))
        }
    }

    /// A reference that never outlives what it refers to: the target's owners are among the holder's.
    private mutating func tie(_ holder: Int, to target: Int, _ prefix: String, isDeferred: Bool) {
        var candidates: [[Int]] = []
        for row in world.tables[holder].rows {
            candidates.append(
                world.tables[target].rows.indices.filter {
                    !world.tables[target].rows[$0].owners.isEmpty
                        && world.tables[target].rows[$0].owners.isSubset(of: row.owners)
                })
        }
        let isNotNull = isDeferred && candidates.allSatisfy { !$0.isEmpty } && seed.chance(70)
        var columns = columns(prefix, to: target, isNotNull: isNotNull)
        if target == World.people { for index in columns.indices { columns[index].isNoPath = true } }
        var reference = reference(
            columns, target, isDeferred ? "NO ACTION" : seed.pick(["NO ACTION", "RESTRICT", "CASCADE"]))
        reference.isDeferred = isDeferred
        world.tables[holder].columns += columns
        world.tables[holder].references.append(reference)
        for row in world.tables[holder].rows.indices where !candidates[row].isEmpty {
            guard isNotNull || seed.chance(70) else { continue }
            var changed = world.tables[holder].rows[row]
            point(
                &changed, by: reference, at: world.tables[holder].references.count - 1, to: seed.pick(candidates[row]))
            world.tables[holder].rows[row] = changed
        }
    }

    /// References of anybody's rows to anybody's, that become null.
    private mutating func strayReferences() {
        for _ in 0..<seed.int(0...2) {
            let holder = seed.int(1...(world.tables.count - 1))
            let targets = world.tables.indices.filter { isOwn($0) && !world.tables[$0].rows.isEmpty }
            let target = seed.pick(targets)
            var columns = columns("seen\(world.tables[holder].columns.count)", to: target, isNotNull: false)
            if target == World.people { for index in columns.indices { columns[index].isNoPath = true } }
            // A shared row that refers to its people would go in circles with them.
            let reference = reference(columns, target, "SET NULL")
            world.tables[holder].columns += columns
            world.tables[holder].references.append(reference)
            for row in world.tables[holder].rows.indices where seed.chance(50) {
                var changed = world.tables[holder].rows[row]
                point(
                    &changed, by: reference, at: world.tables[holder].references.count - 1,
                    to: seed.int(0...(world.tables[target].rows.count - 1)))
                world.tables[holder].rows[row] = changed
            }
        }
    }

    private mutating func triggersAndPolicies() {
        for table in world.tables.indices {
            if seed.chance(25) {
                world.tables[table].columns.append(WorldColumn(name: "touched", type: "timestamptz"))
                world.tables[table].isTouched = true
            }
            // A policy that shows nobody anything: the eraser is past it.
            if seed.chance(25) {
                let name = world.tables[table].sql
                world.extras += [
                    "ALTER TABLE \(name) ENABLE ROW LEVEL SECURITY", "ALTER TABLE \(name) FORCE ROW LEVEL SECURITY",
                    "CREATE POLICY stray ON \(name) USING (false)",
                ]
            }
        }
    }

    // MARK: values

    private mutating func payload(_ range: ClosedRange<Int>) -> [WorldColumn] {
        let types = [
            "text", "money", "numeric", "timestamptz", "jsonb", "date", "bytea", "integer", "text[]", "float8",
        ]
        return (0..<seed.int(range)).map {
            WorldColumn(name: "value\($0)", type: seed.pick(types), isNotNull: seed.chance(40))
        }
    }

    private mutating func fill(_ columns: [WorldColumn], _ row: Int = 0) -> [String: String?] {
        var values: [String: String?] = [:]
        for column in columns {
            if column.name == "row_no" {
                number += 1
                values["row_no"] = "\(number)"
            } else if !column.isNotNull && (seed.chance(20) || column.name.contains("_")) {
                values[column.name] = .some(nil)
            } else {
                values[column.name] = value(column, row)
            }
        }
        return values
    }

    private mutating func value(_ column: WorldColumn, _ row: Int) -> String {
        if column.name == "code" { return "code-\(row), \"\(seed.int(0...9))\"" }
        if column.name == "id" && column.type == "bigint" { return "\(row * 3 + 1)" }
        if column.name == "part" { return "\(row % 2)" }
        switch column.type {
        case "uuid": return seed.uuid()
        case "money": return "\(seed.int(-99...99_999)).\(seed.int(10...99))"
        case "numeric", "numeric(12,4)": return "\(seed.int(0...99_999)).\(seed.int(1000...9999))"
        case "timestamptz":
            return
                "20\(seed.int(10...25))-0\(seed.int(1...9))-1\(seed.int(0...9)) 12:34:56.\(seed.int(100_001...999_999))+00"
        case "date": return "\(seed.int(1990...2025))-0\(seed.int(1...9))-1\(seed.int(0...9))"
        case "jsonb": return "{\"n\": \(seed.int(1...9)).5000000000000000000001, \"t\": \"é\"}"
        case "bytea": return "\\x\(String(seed.int(4096...65535), radix: 16))"
        case "integer", "bigint": return "\(seed.int(0...99_999))"
        case "text[]": return "{a,\"b c\",NULL}"
        case "float8": return "0.1\(seed.int(100_000...999_999))"
        default: return "it's \(seed.int(0...999))"
        }
    }
}
