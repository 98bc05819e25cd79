#!/usr/bin/env python3
"""Proves that the random schema test can fail: spoils archives, lists, maps and refusals in one way each, and expects
it to be noticed; and that the generator's list of whose each row is agrees with the paths it says are true.

    selftest.py --binary habeas --cluster CONNINFO

Prints a line for each way that was not noticed, and at the end exactly `N passed, N failed`.
"""

import argparse
import copy
import json
import os
import re
import shutil
import sys
import tempfile

import completer
import drift
import generator
import hoptext
import marks
import run
import server
import spoils
import containers  # of Tests/Judges, found by server
from bench import Bench
from mapfile import Map, Reach
from rowsjudge import RowsJudge
from world import FULL

#: seeds whose archives are spoilt: row security and none, one kind of person and two, mentions, shared rows, trees
SEEDS = (63, 91)
LISTED = range(1, 61)


def true_map(world):
    """A map of the generator's own paths, of every table that has any."""
    kinds = {kind.table.sql: f"kind{number}" for number, kind in enumerate(world.kinds)}
    collections = {}
    for number, table in enumerate(table for table in world.tables if table.paths):
        collections[f"table{number}"] = {"table": hoptext.write_table(table), "fields": {}, "paths": [
            {"subject": kinds[path.kind.sql], "ownership": path.ownership, "fields": list(path.fields),
             "hops": [hoptext.write(hop) for hop in path.hops]} for path in table.paths]}
    subjects = {kinds[kind.table.sql]: {"table": hoptext.write_table(kind.table), "key": list(kind.key)}
                for kind in world.kinds}
    return Map(json.dumps({"subjects": subjects, "collections": collections}))


def lists(given):
    """The generator's lists, made while it made the rows, against what its paths lead to."""
    for seed in LISTED:
        world = generator.generate(seed)
        name = f"random_schema_list_{os.getpid()}"
        database = given.server.make(name)
        try:
            server.run(database, "BEGIN;\n" + generator.sql(world, f"{name}_reader") + "COMMIT;\n")
            contents = server.contents(database, world)
        finally:
            given.server.drop(name, f"{name}_reader")
        map_ = true_map(world)
        reach = Reach(map_, contents)
        wrong = [table.sql for table in world.tables
                 if completer.differences(table, map_.of_table(table.sql), reach, world, contents)]
        yield f"list of seed {seed}", not wrong, f"the list and the paths differ: {wrong}"


# Archives

def _json_rows(entries, name):
    return json.loads(entries[f"data/json/{name}.json"])


def _with_rows(entries, name, rows):
    return {**entries, f"data/json/{name}.json": json.dumps(rows, ensure_ascii=False).encode()}


def tampers(judge, entries):
    """(what was done, the files, what must be said) of one good archive."""
    name = next(name for name in judge.map.collections
                if 1 < len(judge.wanted(name)) < len(judge._held(name).texts)
                and all(share == FULL for _, share in judge.wanted(name)))
    rows, foreign = _json_rows(entries, name), _foreign(judge, name)
    column = next(key for key, value in rows[0].items() if isinstance(value, str) and len(value) > 2)
    yield "a row less", _with_rows(entries, name, rows[1:]), r"json: .* is missing"
    yield "a row twice", _with_rows(entries, name, rows + rows[:1]), r"json: .* is not the owner's"
    yield "somebody else's row", _with_rows(entries, name, [*rows, foreign]), r"json: .* is not the owner's"
    yield "a value changed", _with_rows(entries, name, [{**rows[0], column: "x"}, *rows[1:]]), r"json: "
    yield "a value gone", _with_rows(entries, name, [{k: v for k, v in rows[0].items() if k != column}, *rows[1:]]), \
        rf"json: .*{re.escape(column)} is missing|json: .* is missing"
    yield "a member more", _with_rows(entries, name, [{**rows[0], "more": 1}, *rows[1:]]), r"json: .* more should not"
    mentioned = next((one for one in judge.map.collections for _, share in judge.wanted(one) if share != FULL), None)
    if mentioned:
        listed = set().union(*judge._expected(mentioned, lambda text, _: text))
        shown = set(judge.map.shown(mentioned).values()) - listed
        told = [{**row, min(shown): "x"} for row in _json_rows(entries, mentioned)]
        yield "more than a mention shows", _with_rows(entries, mentioned, told), r"json: .* should not be there"
    path = f"data/csv/{name}.csv"
    records = entries[path].split(b"\r\n")
    yield "a record less", {**entries, path: b"\r\n".join([records[0], *records[2:]])}, r"csv: "
    yield "a record twice", {**entries, path: b"\r\n".join([*records[:2], *records[1:]])}, r"csv: .* is not the owner's"
    yield "no CSV", {key: value for key, value in entries.items() if key != path}, r"csv: .* is missing"
    yield "no JSON", {key: value for key, value in entries.items() if key != f"data/json/{name}.json"}, \
        r"json: .* is missing"
    yield "a foreign mark", {**entries, "README.txt": entries["README.txt"] + b"tk0000x000000"}, r"leak: "
    manifest = json.loads(entries["habeas-manifest.json"])
    manifest["collections"][0]["archived_rows"] += 1
    yield "a wrong count", {**entries, "habeas-manifest.json": json.dumps(manifest).encode()}, r"manifest: "


def _foreign(judge, name):
    """A row of the same table that isn't the person's, as it would stand in JSON."""
    held, shown = judge._held(name), judge.map.shown(name)
    mine = {place for place, _ in judge.wanted(name)}
    place = next(place for place in range(len(held.texts)) if place not in mine)
    values = held.values[place]
    return {shown[c.name]: values[c.name] if c.kind == "bytea" else values[c.name] and json.loads(values[c.name])
            for c in held.columns if c.name in shown}


def archives(bench, map_, reach, person):
    outcome, left = bench.export(spoils.reference(map_, person))
    fresh = lambda found=reach: RowsJudge(bench.world, bench.contents, map_, found, person)  # noqa: E731
    with open(left[0], "rb") as handle:
        entries = containers.read(handle.read(), fresh().findings)[1]
    said = list(fresh().entries(entries).lines())
    yield "a good archive", outcome.status == 0 and not said, str(said[:3])
    for what, tampered, pattern in tampers(fresh(), entries):
        said = list(fresh().entries(tampered).lines())
        yield what, any(re.match(pattern, line, re.S) for line in said), f"expected {pattern!r}, found {said[:3]}"
    for what, other, pattern in other_lists(reach, map_, person):
        said = list(fresh(other).entries(entries).lines())
        yield what, any(re.match(pattern, line, re.S) for line in said), f"expected {pattern!r}, found {said[:3]}"


def other_lists(reach, map_, person):
    """The same archive held to another list."""
    who = (person.kind, person.key)
    name = next(name for name in map_.collections if len(reach.of(name).get(who, {})) > 1)
    for what, change, pattern in [
            ("a list with a row less", lambda places: places.pop(next(iter(places))), r"json: .* is not the owner's"),
            ("a list with mentions only", lambda places: places.update(dict.fromkeys(places, frozenset())), r"json: ")]:
        other = copy.copy(reach)
        other.known = copy.deepcopy(reach.known)
        change(other.known[name][who])
        yield what, other, pattern


# Maps, refusals

def maps(bench, text):
    """Proposals in which the program was sure of something wrong; and a completer that goes too far."""
    proposal = marks.read(text)
    name = next(name for name, one in proposal.tree["collections"].items()
                if one.get("paths") and isinstance(one["paths"][0], str)
                and not any(proposal.lines[line].mark for line in completer.way_lines(proposal, name)))
    line = completer.way_lines(proposal, name)[0]
    sure = _replaced(text, line, re.sub(r'"[^"]* -> ', '"city -> ', proposal.lines[line].text, count=1))
    table = bench.world.kinds[0].table
    wrong = next((column.name for column in table.columns if column.name not in bench.world.kinds[0].key), None)
    key = next(number for number, place in proposal.places.items()
               if place.path[0] == "subjects" and place.path[-1] == "key")
    for what, changed in [("a wrong path without a mark", sure),
                          ("a wrong key without a mark", _replaced(text, key, f"    key: {marks.flow(wrong)}"))]:
        try:
            done = Map(completer.complete(changed, bench.world, bench.contents))
            said = list(run.unmarked_faults(bench, done, Reach(done, bench.contents)))
        except hoptext.Unreadable as error:
            said = [f"unmarked and wrong: {error}"]
        yield what, any("unmarked and wrong" in one for one in said), str(said[:2])
    good = completer.complete(text, bench.world, bench.contents)
    plain = next(n for n, one in enumerate(proposal.lines) if one.text.strip().startswith("table:"))
    for what, gone, result in [
            ("a line without a mark changed", set(), good.replace(proposal.lines[plain].text, "    table: x.y", 1)),
            ("a line without a mark taken out", set(), good.replace(proposal.lines[plain].text + "\n", "", 1)),
            ("a collection taken out that had no mark", set(range(*proposal.blocks[name])), good)]:
        try:
            completer.check_untouched(proposal, gone, result)
            yield what, False, "the completer may do that"
        except completer.Touched:
            yield what, True, ""


def _replaced(text, number, line):
    lines = text.split("\n")
    return "\n".join([*lines[:number], line, *lines[number + 1:]])


def refusals(bench, map_, reach, person):
    """A spoil that spoils nothing, migrations that are none: both must be reported."""
    nothing = spoils.Spoil("nothing", [bench.world.kinds[0].table], [spoils.reference(map_, person)])
    said = list(run.unrefused(bench, nothing, map_, reach))
    yield "an export that should have been refused", any("the export ends with 0" in line for line in said), str(said)
    other = spoils.Spoil("nothing", [bench.world.kinds[0].table], [f"{map_.kind_of(person.kind)}:nobody-at-all"])
    said = list(run.unrefused(bench, other, map_, reach))
    yield "refused for another reason", any("for another reason" in line for line in said), str(said)
    true = drift.migrations
    drift.migrations = lambda world: [drift.Migration("nothing", "SELECT 1", "SELECT 1", "a.b")]
    said = list(drift.faults(bench, spoils.reference(map_, person)))
    drift.migrations = true
    yield "a migration nobody noticed", len(said) == 2, str(said)
    name = next(name for name in map_.collections if reach.of(name))
    yield "a spoil that changes nothing", not spoils._differing(bench, map_, map_, name), "somebody seems to be touched"


def try_bench(seed, given):
    world = generator.generate(seed)
    folder = tempfile.mkdtemp(dir=given.folder)
    with Bench(given.binary, given.server, given.key_folder, folder, world) as bench:
        map_, reach = run.good_map(bench)
        person = max(world.people, key=lambda one: max(
            len(reach.of(name).get((one.kind, one.key), {})) for name in map_.collections))
        yield from archives(bench, map_, reach, person)
        yield from maps(bench, bench.proposed)
        yield from refusals(bench, map_, reach, person)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--cluster", required=True)
    given = parser.parse_args()
    given.binary, given.server = os.path.abspath(given.binary), server.Server(given.cluster)
    given.folder = tempfile.mkdtemp(prefix="random-selftest-")
    given.key_folder = os.path.join(given.folder, "keys")
    passed = failed = 0
    try:
        run.make_keys(given)
        for source in [lists(given), *(try_bench(seed, given) for seed in SEEDS)]:
            try:
                for what, is_noticed, found in source:
                    passed, failed = (passed + 1, failed) if is_noticed else (passed, failed + 1)
                    if not is_noticed:
                        print(f"{what}: {found}", flush=True)
            except (Exception, SystemExit) as error:  # what stumbles has noticed nothing
                failed += 1
                print(f"the self-test itself: {error!r}", flush=True)
    finally:
        shutil.rmtree(given.folder, ignore_errors=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
