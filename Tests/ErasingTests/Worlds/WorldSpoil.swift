import Erasing

/// A world with something that must be refused.
struct WorldSpoil {
    let name: String
    var world: World
    var map: String
    /// Run after the roles have their rights.
    var late: [String] = []
    /// The role that erases.
    var role = "habeas_eraser"
    /// What refuses it, and what it must name.
    let codes: Set<ErasureError.Code>
    let names: String

    /// The spoil of that number; every world has people and rows of theirs.
    static func spoil(_ number: Int, of world: World) -> WorldSpoil {
        var world = world
        let people = world.tables[World.people]
        let key = people.key
        let columns = key.map { "who_\($0) \(people.column($0)?.type ?? "")" }.joined(separator: ", ")
        let whos = key.map { "who_\($0)" }.joined(separator: ", ")
        let keys = key.map { "\"\($0)\"" }.joined(separator: ", ")
        func side(_ action: String) -> [String] {
            [
                "CREATE TABLE w_one.side (\(columns), FOREIGN KEY (\(whos)) REFERENCES \(people.sql) (\(keys)) \(action))",
                "INSERT INTO w_one.side SELECT \(keys) FROM \(people.sql)",
            ]
        }
        switch number % 11 {
        case 0:
            world.extras.append("ALTER TABLE \(people.sql) ADD COLUMN shoe_size int")
            return WorldSpoil(
                name: "a new column", world: world, map: world.map, codes: [.mapDoesNotFit],
                names: "\(people.written).shoe_size")
        case 1:
            world.extras += side("ON DELETE CASCADE")
            return WorldSpoil(
                name: "a new table", world: world, map: world.map, codes: [.mapDoesNotFit], names: "w_one.side")
        case 2:
            world.tables[World.people].columns.append(WorldColumn(name: "gone", type: "text"))
            let map = world.map
            world.tables[World.people].columns.removeLast()
            return WorldSpoil(
                name: "a column that isn't there", world: world, map: map, codes: [.mapDoesNotFit],
                names: "\(people.written).gone")
        case 3:
            world.tables.append(
                WorldTable(
                    schema: "w_one", name: "strayed",
                    columns: [
                        WorldColumn(name: "id", type: "bigint", isNotNull: true),
                        WorldColumn(name: "row_no", type: "bigint", isNotNull: true),
                        WorldColumn(name: "said", type: "text"),
                    ], key: ["id"],
                    collections: [
                        WorldCollection(
                            name: "strayed", rule: .own,
                            paths: [WorldPath(steps: ["said -> \(people.written)(email)"])], erasure: "delete")
                    ]))
            return WorldSpoil(
                name: "a path over a column that is none", world: world, map: world.map, codes: [.mapDoesNotFit],
                names: "w_one.strayed")
        case 4:
            world.leftOut = ["w_one.copies"]
            world.extras += [
                "CREATE TABLE w_one.copies (what text)",
                """
                CREATE FUNCTION w_one.copy() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO w_one.copies VALUES (OLD::text); RETURN OLD; END $$
                """,
                "CREATE TRIGGER keep_copy AFTER DELETE ON \(people.sql) FOR EACH ROW EXECUTE FUNCTION w_one.copy()",
            ]
            return WorldSpoil(
                name: "a copying trigger", world: world, map: world.map, codes: [.conflict], names: "keep_copy")
        case 5:
            world.extras.append("CREATE RULE stay AS ON DELETE TO \(people.sql) DO INSTEAD NOTHING")
            return WorldSpoil(name: "a rule", world: world, map: world.map, codes: [.conflict], names: "stay")
        case 6, 7:
            world.leftOut = ["w_one.side"]
            world.extras += side(number % 11 == 6 ? "" : "ON DELETE CASCADE")
            return WorldSpoil(
                name: "rows outside the map that refer", world: world, map: world.map, codes: [.conflict],
                names: "w_one.side")
        case 8:
            world.extras += [
                "CREATE FUNCTION w_one.stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
                "CREATE TRIGGER stay BEFORE DELETE ON \(people.sql) FOR EACH ROW EXECUTE FUNCTION w_one.stay()",
            ]
            return WorldSpoil(
                name: "a trigger that keeps rows", world: world, map: world.map, codes: [.countMismatch, .conflict],
                names: people.written)
        case 9:
            return WorldSpoil(
                name: "an eraser bound by row security", world: world, map: world.map, role: "habeas_bound",
                codes: [.wrongRole], names: "habeas_bound")
        default:
            return WorldSpoil(
                name: "a second way to people that the map doesn't know", world: world.withSecondWay,
                map: world.map, codes: [.mapDoesNotFit], names: people.written)
        }
    }
}

extension World {
    /// Another column of people that refers to people.
    fileprivate var withSecondWay: World {
        var world = self
        let people = tables[World.people]
        let columns = people.key.map { "friend_\($0) \(people.column($0)?.type ?? "")" }
        let names = people.key.map { "friend_\($0)" }.joined(separator: ", ")
        world.extras.append(
            "ALTER TABLE \(people.sql) \(columns.map { "ADD COLUMN \($0)" }.joined(separator: ", ")), "
                + "ADD FOREIGN KEY (\(names)) REFERENCES \(people.sql)")
        return world
    }
}
