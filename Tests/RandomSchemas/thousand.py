#!/usr/bin/env python3
"""A schema of 1,000 tables with 20 columns each: `map init` and `map check`, timed; what they find, asserted.

    thousand.py --binary habeas --cluster CONNINFO [--tables 1000]

A tenth of the tables is nobody's. The others hang on the people, each by a foreign key to one before it, at most five
away. The proposal must name every table, lead every table of a person there, and leave `map check` without errors once
its decisions are made. Then one column is added, and `map check` must find exactly it. Prints `N passed, N failed`.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time

import marks
import run
import server
from bench import Bench
from completer import complete
from drift import plain
from mapfile import Map
from world import Column, ForeignKey, Hop, Kind, Path, Table, World

TYPES = ["text", "integer", "bigint", "boolean", "timestamp with time zone", "jsonb", "numeric(12,2)", "uuid", "date"]


def make(count):
    """Tables without rows: what counts here is the catalogue."""
    rng = random.Random("habeas thousand")
    world = World(1000, ["big"])
    people = _table(world, "users", "subject")
    people.columns.append(Column("email", "text", "NOT NULL"))
    people.uniques.append(("email",))
    people.paths = [Path(people, "own", ())]
    theirs = [people]
    for number in range(1, count):
        is_theirs = number % 10 != 0
        name, role = (f"entry_{number:04d}", "personal") if is_theirs else (f"lookup_{number:04d}", "reference")
        table = _table(world, name, role)
        if not is_theirs:
            continue
        up = rng.choice([t for t in theirs if len(t.paths[0].hops) < 5])
        name = "user_id" if up is people else f"{up.name}_id"
        table.columns.append(Column(name, "bigint", "NOT NULL"))
        table.foreign_keys.append(ForeignKey((name,), up, ("id",)))
        hop = Hop((name,), up, ("id",))
        table.paths = [Path(people, "own", (hop, *up.paths[0].hops))]
        theirs.append(table)
    world.kinds.append(Kind(people, ("id",), "email"))
    for table in world.tables:
        while len(table.columns) < 20:
            table.columns.append(Column(f"value_{len(table.columns)}", rng.choice(TYPES)))
    return world


def _table(world, name, role):
    table = Table("big", name, role)
    table.columns.append(Column("id", "bigint", "NOT NULL"))
    table.primary_key = table.identity = ("id",)
    world.tables.append(table)
    return table


def timed(what, act):
    started = time.monotonic()
    found = act()
    print(f"{what}: {time.monotonic() - started:.2f} s", flush=True)
    return found


def findings(bench):
    """(what was tried, whether it holds, what was found)."""
    world = bench.world
    outcome, text = timed("map init", bench.propose)
    yield "map init ends well", text is not None, outcome.said
    if text is None:
        return
    tree = marks.load(text)
    named = text.replace('"', "")
    missing = [plain(table) for table in world.tables if plain(table) not in named]
    yield "every table is named", not missing, missing[:5]
    completed = complete(text, world, bench.contents)
    map_ = Map(completed)
    for table in world.tables:
        hops = [[hop if isinstance(hop, str) else hop["hops"] for hop in map_.collections[name].get("paths", [])]
                for name in map_.of_table(table.sql)]
        if bool(hops) != bool(table.paths):
            yield f"{plain(table)} is described only if it is somebody's", False, hops
    yield "collections are read", len(tree["collections"]) >= sum(bool(t.paths) for t in world.tables) * 0.9, \
        len(tree["collections"])
    bench.write_map(completed)
    outcome, errors = timed("map check", bench.check)
    yield "map check has no errors", errors == [], outcome.said if errors is None else errors[:3]
    last = next(table for table in reversed(world.tables) if table.paths)
    server.run(bench.database, f"ALTER TABLE {last.sql} ADD COLUMN added_lately text;")
    _, errors = timed("map check, with one column more", bench.check)
    said = [(one["code"], one["object"]) for one in errors or []]
    yield "the column is found", said == [("map.unmapped-column", f"{plain(last)}.added_lately")], said[:3]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--cluster", required=True)
    parser.add_argument("--tables", type=int, default=1000)
    given = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="thousand-")
    given.folder, given.binary = folder, os.path.abspath(given.binary)
    passed = failed = 0
    try:
        run.make_keys(given)
        with Bench(given.binary, server.Server(given.cluster), os.path.join(folder, "keys"), folder,
                   make(given.tables)) as bench:
            for what, holds, found in findings(bench):
                passed, failed = (passed + 1, failed) if holds else (passed, failed + 1)
                if not holds:
                    print(f"FAILED  {what}: {found}", flush=True)
    except (Exception, subprocess.SubprocessError) as error:  # what stumbles must not pass
        failed += 1
        print(f"FAILED  the test itself: {error!r}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
