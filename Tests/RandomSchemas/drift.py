"""F21: the schema moves and the map stays. Each migration must fail `map check`, by the object's name."""

from dataclasses import dataclass

import hoptext
import server
from world import quoted


@dataclass
class Migration:
    what: str
    statement: str
    back: str
    #: the object's name as the program prints it
    name: str
    #: whether it may leave rows of people out, or only stop erasures (`map.blocked-erasure`)
    stops_exports: bool = True


def migrations(world):
    """What may happen to a database behind its map's back."""
    table = next(t for t in world.tables if t.role == "personal" and t.rows)
    spare, columns, kind = world.spare
    left_out = next(t for t in world.tables if t.role == "reference")
    schema = world.schemas[0]
    types = [kind.table.column(name).type for name in kind.key]
    added = ", ".join(f"ADD COLUMN added_lately{place} {type_}" for place, type_ in enumerate(types))
    dropped = ", ".join(f"DROP COLUMN added_lately{place}" for place in range(len(types)))
    new = ", ".join(f"added_lately{place}" for place in range(len(types)))
    to = f"REFERENCES {kind.table.sql} ({', '.join(quoted(name) for name in kind.key)})"
    return [
        Migration("a column", f"ALTER TABLE {table.sql} ADD COLUMN added_lately text",
                  f"ALTER TABLE {table.sql} DROP COLUMN added_lately", f"{plain(table)}.added_lately"),
        Migration("a table", f"CREATE TABLE {quoted(schema)}.added_lately (id integer PRIMARY KEY)",
                  f"DROP TABLE {quoted(schema)}.added_lately", f"{schema}.added_lately"),
        Migration("a foreign key to people in a mapped table",
                  f"ALTER TABLE {spare.sql} ADD CONSTRAINT added_lately FOREIGN KEY "
                  f"({', '.join(quoted(name) for name in columns)}) {to}",
                  f"ALTER TABLE {spare.sql} DROP CONSTRAINT added_lately", plain(spare)),
        Migration("a foreign key to people in a table that is left out",
                  f"ALTER TABLE {left_out.sql} {added}, ADD FOREIGN KEY ({new}) {to}",
                  f"ALTER TABLE {left_out.sql} {dropped}", plain(left_out), stops_exports=False),
    ]


def plain(table):
    """A table as the program prints it."""
    return f"{table.schema}.{table.name}"


def names_of(table):
    """Every form in which a table may be named."""
    return {plain(table), hoptext.write_table(table), table.sql}


def faults(bench, reference):
    """What went wrong: a migration that wasn't noticed, or was by another name."""
    for one in migrations(bench.world):
        where = f"drift: {one.what} was added ({one.name})"
        server.run(bench.database, one.statement + ";")
        try:
            _, errors = bench.check()
            said = [f"{found['object']} {found['message']}" for found in errors or []]
            if not any(one.name in text for text in said):
                yield f"{where}, map check says {said[:3]}"
            if one.stops_exports:
                yield from _export_faults(bench, reference, one.name, where)
        finally:
            server.run(bench.database, one.back + ";")


def _export_faults(bench, reference, name, where):
    outcome, left = bench.export(reference)
    if outcome.status == 0 or left:
        yield f"{where}, and the export ends with {outcome.status}, {len(left)} files"
    elif outcome.error["code"] != "export.map-does-not-fit":
        yield f"{where}, the export says {outcome.said}"
    elif name not in outcome.said:
        yield f"{where}, the export names something else: {outcome.said}"
