#!/usr/bin/env python3
"""A random database from a seed: tables, keys, rows; and the list of whose each row is.

    generator.py SEED            prints the SQL
    generator.py SEED --truth    prints the list, one line a person and table
"""

import argparse
import random

import shapes
from builder import Builder
from policies import protect, security
from world import FULL, Kind, Path, World, literal, quoted

SUBJECTS = ["users", "accounts", "members", "people", "User", "customer"]
OTHERS = ["guests", "leads", "subscribers"]
CITIES = ["Berlin", "Paris", "Berlin", "Rome"]


def generate(seed):
    """The world of a seed, the same every time."""
    rng = random.Random(f"habeas {seed}")
    world = World(seed)
    b = Builder(world, rng)
    b.schemas(rng.choice([1, 1, 2, 3]))
    for word in rng.sample(["country", "tag", "plan", "flag"], 3):
        shapes.reference(b, word)
    _kind(b, rng.choice(SUBJECTS), rng.randint(5, 8))
    if b.chance(0.35):
        b.trait("two kinds")
        _kind(b, rng.choice(OTHERS), rng.randint(3, 4), is_contact=True)
    for shape in rng.sample(shapes.SHAPES, rng.randint(5, 9)):
        shape(b)
    if not any(t.role == "personal" and any(len(p.hops) >= 3 for p in t.paths) for t in world.tables):
        shapes.child(b, "detail")
        shapes.child(b, "detail")
    _spare(b)
    protect(b)
    return world


def _kind(b, word, count, is_contact=False):
    """A kind of person and its people. A contact is known by the address alone, or by a key like anybody."""
    table = b.table(word, "subject", 0.15)
    kind = Kind(table, ())
    _identify(b, kind, is_contact and b.chance(0.5))
    name, city = b.column(table, "display_name", "text"), b.column(table, "city", "text", "NOT NULL", 0)
    if b.chance(0.6):
        secret = b.column(table, "password_hash", "text", "", 0)
        table.secrets.add(secret)
        b.payloads[table].append((secret, ["argon2id$abc", "argon2id$def"]))
    at = shapes.address(b, kind) if b.chance(0.4) else None
    country = next(t for t in b.world.tables if t.role == "reference" and t.rows)
    lives = b.refer(table, country, "country_id", nullable=True) if b.chance(0.5) else None
    inviter = b.refer(table, table, "invited_by", kind.key, True) if b.chance(0.25) else None
    b.payload(table)
    table.paths = [Path(table, "own", ())]
    if inviter:
        b.trait("invitations")
        table.paths.append(Path(table, "mention", (inviter,), tuple(dict.fromkeys((*kind.key, *inviter.columns)))))
    b.world.kinds.append(kind)
    for number in range(count):
        values = {name: b.rng.choice(["Ada", "Grace", "Ada", None]), city: b.rng.choice(CITIES)}
        if kind.email and (kind.key == (kind.email,) or table.column(kind.email).more or b.chance(0.8)):
            values[kind.email] = f"{word.lower()}{number}@example.com"
        _person(b, kind, values, at, lives, inviter)


def _identify(b, kind, is_by_address):
    """The key of a kind of person, and the address by which it is found."""
    if is_by_address:
        kind.email = b.column(kind.table, "email", "text", "NOT NULL", 0)
        kind.table.primary_key = kind.table.identity = (kind.email,)
    else:
        b.any_key(kind.table, 0.15)
        if b.chance(0.8):
            kind.email = b.column(kind.table, "email", "text", b.rng.choice(["NOT NULL", "NOT NULL", ""]), 0.05)
            kind.table.uniques.append((kind.email,))
    kind.key = kind.table.primary_key


def _person(b, kind, values, at, lives, inviter):
    """One person: the row is theirs, mentions who invited them, and shares an address."""
    for hop in (hop for hop in (at, lives) if hop and b.chance(0.8)):
        values.update(shapes.values_of(hop, b.rng.choice(hop.to.rows)))
    named = b.rng.choice([None, *kind.table.rows]) if inviter else None
    if inviter:
        values.update(shapes.values_of(inviter, named))
    row = b.put(kind.table, {}, values)
    if named:
        row.people[kind.person(named)] = frozenset(kind.table.paths[1].fields)
    person = kind.person(row)
    row.people[person] = FULL
    kind.people.append(person)
    for shared in at.to.rows if at else []:
        if shared.values[at.key[0]] == row.values[at.columns[0]]:
            shared.people[person] = FULL


def _spare(b):
    """A column that a later migration may make a foreign key."""
    kind = b.world.kinds[0]
    table = next(t for t in b.world.tables if t.role == "personal" and t.rows)
    names = [b.column(table, f"legacy{place or ''}", kind.table.column(name).type, "", 0)
             for place, name in enumerate(kind.key)]
    for row in table.rows:
        row.values.update(dict.fromkeys(names))
    b.world.spare = (table, tuple(names), kind)


def sql(world, exporter="habeas_exporter"):
    """Everything that makes the database, in one script."""
    lines = ["SET client_min_messages = warning;", "SET xmloption = content;", "SET lc_monetary = 'C';"]
    lines += [f"CREATE SCHEMA {quoted(schema)};" for schema in world.schemas]
    lines += [statement + ";" for statement in world.prologue]
    for table in world.tables:
        lines += _table(table)
    for table in world.tables:
        lines += _rows(table)
    for table in world.tables:
        for key in table.foreign_keys:
            lines.append(
                f"ALTER TABLE {table.sql} ADD FOREIGN KEY ({_list(key.columns)}) "
                f"REFERENCES {key.to.sql} ({_list(key.key)}){key.more};")
            lines.append(f"CREATE INDEX ON {table.sql} ({_list(key.columns)});")
    return "\n".join(lines + security(world, exporter)) + "\n"


def _table(table):
    parts = [f"{quoted(c.name)} {c.type} {c.more}".rstrip() for c in table.columns]
    if table.primary_key:
        parts.append(f"PRIMARY KEY ({_list(table.primary_key)})")
    parts += [f"UNIQUE ({_list(names)})" for names in table.uniques]
    body = ",\n  ".join(parts)
    return [f"CREATE TABLE {table.sql} (\n  {body}\n){table.partitioned};", *(part + ";" for part in table.partitions)]


def _rows(table):
    if not table.rows:
        return []
    names = list(table.rows[0].values)
    rows = ",\n  ".join("(" + ", ".join(literal(row.values[name]) for name in names) + ")" for row in table.rows)
    return [f"INSERT INTO {table.sql} ({_list(names)}) OVERRIDING SYSTEM VALUE VALUES\n  {rows};"]


def _list(names):
    return ", ".join(quoted(name) for name in names)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("seed", type=int)
    parser.add_argument("--truth", action="store_true")
    given = parser.parse_args()
    world = generate(given.seed)
    if not given.truth:
        print(sql(world), end="")
        return
    for person in world.people:
        for table, rows in world.truth(person).items():
            print(person.kind, person.reference, table, sorted(rows, key=repr))


if __name__ == "__main__":
    main()
