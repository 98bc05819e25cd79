"""F21: the schema moves and the map stays. Each migration must fail `map check` and stop exports, by the object's name."""

import hoptext
import server
from world import quoted


def migrations(world):
    """(what, statement, the way back, names of which one must be said)."""
    table = next(t for t in world.tables if t.role == "personal" and t.rows)
    spare, columns, kind = world.spare
    schema = world.schemas[0]
    listed = ", ".join(quoted(name) for name in columns)
    key = ", ".join(quoted(name) for name in kind.key)
    return [
        ("a column", f"ALTER TABLE {table.sql} ADD COLUMN added_lately text",
         f"ALTER TABLE {table.sql} DROP COLUMN added_lately", [f"{plain(table)}.added_lately"]),
        ("a table", f"CREATE TABLE {quoted(schema)}.added_lately (id integer PRIMARY KEY)",
         f"DROP TABLE {quoted(schema)}.added_lately", [f"{schema}.added_lately"]),
        ("a foreign key",
         f"ALTER TABLE {spare.sql} ADD CONSTRAINT added_lately FOREIGN KEY ({listed}) REFERENCES {kind.table.sql} ({key})",
         f"ALTER TABLE {spare.sql} DROP CONSTRAINT added_lately", [plain(spare)]),
    ]


def plain(table):
    """A table as the program prints it."""
    return f"{table.schema}.{table.name}"


def names_of(table):
    """Every form in which a table may be named."""
    return {plain(table), hoptext.write_table(table), table.sql}


def faults(bench, reference):
    """What went wrong: a migration that wasn't noticed, or was by another name."""
    for what, statement, back, names in migrations(bench.world):
        server.run(bench.database, statement + ";")
        _, errors = bench.check()
        said = [f"{one['object']} {one['message']}" for one in errors or []]
        if not any(_is_named(name, text) for name in names for text in said):
            yield f"drift: {what} was added ({names[0]}), map check says {said[:3]}"
        outcome, left = bench.export(reference)
        if outcome.status == 0 or left:
            yield f"drift: {what} was added ({names[0]}), and the export ends with {outcome.status}, {len(left)} files"
        elif outcome.error["code"] != "export.map-does-not-fit":
            yield f"drift: {what} was added ({names[0]}), the export says {outcome.said}"
        elif not any(_is_named(name, outcome.said) for name in names):
            yield f"drift: {what} was added ({names[0]}), the export names something else: {outcome.said}"
        server.run(bench.database, back + ";")


def _is_named(name, text):
    return name in text.replace('"', "") or name in text or name.replace('"', "") in text.replace('"', "")
