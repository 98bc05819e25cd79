"""Ways in which a database or a map that was good goes wrong; each must be refused, by the name of the table.

A way gives None, or touches nobody, when it changes nothing for anybody: then another is drawn.
"""

import copy
from dataclasses import dataclass, field

import hoptext
import marks
import server
from mapfile import Map, Reach, sql_name
from policies import row_name
from world import literal


@dataclass
class Spoil:
    name: str
    #: tables, one of which the refusal must name
    tables: list
    #: how to name those whom it touches
    touched: list
    #: somebody whose archive may still be made, if it is right
    other: object = None
    statements: list = field(default_factory=list)
    map_text: str = ""

    def apply(self, bench):
        if self.statements:
            server.run(bench.database, "BEGIN;\n" + ";\n".join(self.statements) + ";\nCOMMIT;\n")
        if self.map_text:
            bench.write_map(self.map_text)
            # New rights for the new map, so that it isn't refused for want of them.
            bench.habeas("init")


def draw(rng, bench, map_):
    """A spoil that touches somebody; of the three sorts in turn."""
    sorts = [[stray_policy], [missing_policy, narrow_policy, wrong_setting],
             [wrong_key, undeclared_sharing, wrong_column]]
    first = bench.world.seed // 3 % len(sorts)
    for sort in sorts[first:] + sorts[:first]:
        for way in rng.sample(sort, len(sort)):
            found = way(rng, bench, map_)
            if found and found.touched:
                return found
    raise RuntimeError("no way to spoil this schema touches anybody")


# Row security

def _victim(rng, world, guarded_only):
    """A table, somebody with rows in it, and one of these rows."""
    found = [
        (table, person, rows) for person in world.people for table in world.tables
        if (table.has_row_security or not guarded_only) and (rows := world.truth(person).get(table.sql))]
    if not found:
        return None
    table, person, rows = rng.choice(found)
    return table, person, rng.choice(rows)[0]


def _is_scoped(world):
    return any(kind.scope for kind in world.kinds)


def _around(world, table):
    """A table and those whose paths go through it: what hides a row of it may show there first."""
    return [table, *(t for t in world.tables if any(hop.to is table for path in t.paths for hop in path.hops))]


def _untouched(world, table):
    """Somebody to whom a row is nothing, nor anything in its table."""
    return next((p for p in world.people if table.sql not in world.truth(p) and p.kind != table.sql), None)


def _line(key):
    return literal("|".join(value for value in key if value is not None))


def _opened(table):
    """Row security that shows everything, where there was none."""
    if table.has_row_security:
        return []
    return [f"ALTER TABLE {table.sql} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {table.sql} FORCE ROW LEVEL SECURITY"]


def stray_policy(rng, bench, map_):
    """A restrictive policy that somebody forgot: it takes one row away."""
    found = _victim(rng, bench.world, _is_scoped(bench.world))
    if not found:
        return None
    table, person, key = found
    statements = _opened(table)
    if statements:
        statements.append(f"CREATE POLICY everybody ON {table.sql} USING (true)")
    statements.append(
        f"CREATE POLICY stray ON {table.sql} AS RESTRICTIVE FOR SELECT USING ({row_name(table)} <> {_line(key)})")
    return Spoil("stray policy", _around(bench.world, table), [reference(map_, person)],
                 _untouched(bench.world, table), statements)


def missing_policy(rng, bench, map_):
    """Row security without a policy for reading: it shows nothing."""
    found = _victim(rng, bench.world, _is_scoped(bench.world))
    if not found:
        return None
    table, person, _ = found
    dropped = [f"DROP POLICY theirs ON {table.sql}"] if table.has_row_security else _opened(table)
    return Spoil("no policy", [table], [reference(map_, person)], None, dropped)


def narrow_policy(rng, bench, map_):
    """A policy that shows less than it should."""
    found = _victim(rng, bench.world, _is_scoped(bench.world))
    if not found:
        return None
    table, person, key = found
    narrowed = f"USING (({table.policy or 'true'}) AND {row_name(table)} <> {_line(key)})"
    if table.has_row_security:
        statements = [f"ALTER POLICY theirs ON {table.sql} {narrowed}"]
    else:
        statements = [*_opened(table), f"CREATE POLICY theirs ON {table.sql} {narrowed}"]
    return Spoil("narrow policy", _around(bench.world, table), [reference(map_, person)],
                 _untouched(bench.world, table), statements)


def wrong_setting(rng, bench, map_):
    """The map names another setting than the policies read: they show nothing."""
    world = bench.world
    scoped = [kind for kind in world.kinds if kind.scope]
    if not scoped:
        return None
    kind = rng.choice(scoped)
    guarded = [table for table in world.tables if table.has_row_security
               and not (kind.scope.shows_more and table.role == "subject")]
    touched = [person for person in kind.people if any(table.sql in world.truth(person) for table in guarded)]
    tree = copy.deepcopy(map_.tree)
    wrong = {"setting": "app.nobody"} if rng.random() < 0.5 or not kind.scope.claim else {
        "setting": kind.scope.setting, "claim": "nobody"}
    tree["subjects"][map_.kind_of(kind.table.sql)]["row_security"] = {
        **wrong, **({"shows": "more"} if kind.scope.shows_more else {})}
    return Spoil("wrong setting", [table for table in world.tables if table.paths],
                 [reference(map_, person) for person in touched[:2]], None, [], marks.flow(tree))


# The map

def wrong_key(rng, bench, map_):
    """A key that several people have."""
    world = bench.world
    kind = rng.choice(world.kinds)
    names = [column.name for column in kind.table.columns if column.name == "city"]
    if len(kind.key) > 1 and rng.random() < 0.5:
        names = [kind.key[0]]
    values = [row.values[names[0]] for row in kind.table.rows]
    shared = sorted({value for value in values if values.count(value) > 1})
    if not shared:
        return None
    tree = copy.deepcopy(map_.tree)
    tree["subjects"][map_.kind_of(kind.table.sql)]["key"] = names[0]
    touched = [f"{map_.kind_of(kind.table.sql)}:{shared[0]}"]
    identifiers = tree["subjects"][map_.kind_of(kind.table.sql)].get("identifiers") or {}
    for word, column in identifiers.items():
        row = next((r for r in kind.table.rows if r.values[names[0]] == shared[0] and r.values.get(column)), None)
        touched += [f"{word}:{row.values[column]}"] if row else []
    return Spoil("key of several people", [kind.table], touched, None, [], marks.flow(tree))


def undeclared_sharing(rng, bench, map_):
    """A step to a column that several rows have, and no word of sharing."""
    found = [(name, number) for name, one in map_.collections.items() if "inside" not in one
             for number, path in enumerate(one["paths"])
             if isinstance(path, dict) and path.get("ownership") == "shared" and _is_ambiguous(bench, path)]
    tree = copy.deepcopy(map_.tree)
    if found and rng.random() < 0.7:
        name, number = rng.choice(found)
        tree["collections"][name]["paths"][number]["ownership"] = "own"
        table = _table(bench.world, map_, name)
        touched = [p for p in bench.world.people if table.sql in bench.world.truth(p)]
        to = [hoptext.parse(text).sql for text in map_.collections[name]["paths"][number]["hops"]]
        tables = [t for t in bench.world.tables if t is table or t.sql in to]
        named = [reference(map_, p) for p in touched[:2]]
        return Spoil("sharing not declared", tables, named, None, [], marks.flow(tree))
    kind = rng.choice(bench.world.kinds)
    return _changed(rng, bench, map_, "step to a shared column", lambda table, path, hop: [
        path.hops and hop.to is kind.table and len(hop.columns) == 1 and
        f"{_name(hop.columns[0])} -> {hoptext.write_table(kind.table)}(city) as text unenforced"])


def _is_ambiguous(bench, path):
    """Whether a step of the path really leads some row to several."""
    for text in path["hops"]:
        step = hoptext.parse(text)
        rows = [tuple(row[name] for name in step.key) for row in bench.contents[step.sql].texts]
        table = next(t for t in bench.world.tables if t.sql == step.sql)
        if len(set(rows)) < len(rows) and set(table.primary_key) - set(step.key):
            return True
    return False


def wrong_column(rng, bench, map_):
    """A path that starts from another column of the same type: seen by its missing key, or by row security."""
    def others(table, path, hop):
        if not path.hops or hop is not path.hops[0] or len(hop.columns) != 1:
            return []
        type_ = table.column(hop.columns[0]).type
        names = [c.name for c in table.columns if c.type == type_ and c.name != hop.columns[0]]
        bound = {key.columns: (key.to, key.key) for key in table.foreign_keys}
        found = []
        for name in names:
            step = f"{_name(name)} -> {hoptext.write_table(hop.to)}({_name(hop.key[0])})"
            is_bound = bound.get((name,)) == (hop.to, hop.key)
            if table.has_row_security and not path.kind_shows_more:
                found.append(step if is_bound else f"{step} unenforced")
            if not is_bound:
                found.append(step)
        return found
    return _changed(rng, bench, map_, "path over the wrong column", others)


def _name(name):
    return name if hoptext.PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


class _PathOf:
    """A true path with what row security may show beyond it."""

    def __init__(self, path, kinds):
        kind = next(kind for kind in kinds if kind.table is path.kind)
        self.hops = path.hops
        self.kind_shows_more = bool(kind.scope and kind.scope.shows_more)


def _changed(rng, bench, map_, title, others):
    """One collection's only path with its first step replaced, if that leads somebody to other rows."""
    world = bench.world
    found = []
    for name, one in map_.collections.items():
        table = _table(world, map_, name)
        if "inside" in one or len(table.paths) != 1 or len(one["paths"]) != 1 or not table.paths[0].hops:
            continue
        hop = table.paths[0].hops[0]
        if hop.repeated:
            continue
        for step in others(table, _PathOf(table.paths[0], world.kinds), hop):
            if step:
                found.append((name, table, step))
    rng.shuffle(found)
    for name, table, step in found:
        tree = copy.deepcopy(map_.tree)
        path = tree["collections"][name]["paths"][0]
        path = path if isinstance(path, dict) else {"hops": [path]}
        tree["collections"][name]["paths"] = [{**path, "hops": [step, *path["hops"][1:]]}]
        text = marks.flow(tree)
        touched = _differing(bench, map_, Map(text), name)
        if touched:
            to = hoptext.parse(step).sql
            tables = [table, *(t for t in world.tables if t.sql == to)]
            return Spoil(title, tables, [reference(map_, p) for p in touched[:2]], None, [], text)
    return None


def _differing(bench, good, bad, name):
    """People whom a collection of the spoilt map leads to other rows."""
    before, after = Reach(good, bench.contents).of(name), Reach(bad, bench.contents).of(name)
    return [p for p in bench.world.people if before.get((p.kind, p.key), {}) != after.get((p.kind, p.key), {})]


def _table(world, map_, name):
    return next(t for t in world.tables if t.sql == sql_name(map_.collections[name]["table"]))


def reference(map_, person):
    return f"{map_.kind_of(person.kind)}:{person.reference}"
