#!/usr/bin/env python3
"""Random schemas: maps proposed by `map init`, completed where it marked a guess, and every archive held to the truth.

    run.py --binary habeas --cluster CONNINFO --seeds 1-100 [--only SEED] [--jobs 2] [--keep]

Every third seed is spoilt once its map was found good, and must be refused. Every third meets migrations that its map
doesn't know (F21). Prints a line for each seed, findings below it, and at the end exactly `N passed, N failed`.
"""

import argparse
import concurrent.futures
import os
import random
import shutil
import subprocess
import sys
import tempfile
import traceback

import drift
import generator
import server
import spoils
from bench import Bench
from completer import complete, differences
from mapfile import Map, Reach
from rowsjudge import RowsJudge

#: what a refusal may be; a right that is missing or a crash is none
REFUSALS = {"export.map-does-not-fit", "export.count-mismatch", "export.ownership-mismatch", "export.unsupported-map",
            "export.ambiguous-subject", "map.invalid"}
PEOPLE = 3


class Failed(Exception):
    """The product did what it must not; one line each."""


def try_seed(seed, given):
    """(seed, what was drawn, what went wrong)."""
    world = generator.generate(seed)
    told = []
    folder = tempfile.mkdtemp(prefix=f"random-{seed}-", dir=given.folder)
    try:
        with Bench(given.binary, server.Server(given.cluster), given.key_folder, folder, world) as bench:
            faults = list(_faults(bench, seed, told))
            if given.keep and faults:
                told.append(f"kept: {folder}")
                bench.remove = lambda: None
    except Failed as failed:
        faults = failed.args[0]
    except (Exception, SystemExit):  # whoever stumbles must not pass anybody
        faults = ["the test itself: " + traceback.format_exc(limit=-4)]
    if not (given.keep and faults):
        shutil.rmtree(folder, ignore_errors=True)
    return seed, world.traits, told, faults


def _faults(bench, seed, told):
    map_, reach = good_map(bench)
    rng = random.Random(f"run {seed}")
    people = chosen(rng, bench.world)
    if seed % 3 == 0:
        people = people[:1]
    for person in people:
        yield from judged(bench, map_, reach, person)
    told.append(f"{len(people)} archives")
    if seed % 3 == 0:
        spoil = spoils.draw(rng, bench, map_)
        spoil.apply(bench)
        told.append(f"spoilt: {spoil.name} ({drift.plain(spoil.tables[0])})")
        yield from unrefused(bench, spoil, map_, reach)
    if seed % 3 == 1:
        told.append("drift")
        yield from drift.faults(bench, spoils.reference(map_, people[0]))


def good_map(bench):
    """The proposed map, completed and found good; and where it leads."""
    outcome, text = bench.propose()
    if text is None:
        raise Failed([f"map init: {outcome.said}"])
    completed = complete(text, bench.world, bench.contents)
    bench.write_map(completed)
    map_ = Map(completed)
    reach = Reach(map_, bench.contents)
    wrong = list(unmarked_faults(bench, map_, reach))
    if wrong:
        raise Failed(wrong)
    made = bench.habeas("init", "--json")
    if made.status:
        raise Failed([f"init: {made.said}"])
    outcome, errors = bench.check()
    if errors is None or errors:
        found = [f"{one['code']} {one['object']}: {one['message']}" for one in errors or []] or [outcome.said]
        raise Failed([f"map check of the completed map: {line}" for line in found[:8]])
    return map_, reach


def unmarked_faults(bench, map_, reach):
    """What is wrong in the completed map: it had no mark, so the product was sure of it."""
    world = bench.world
    for kind in world.kinds:
        name = map_.kind_of(kind.table.sql)
        if name is None:
            yield f"unmarked and wrong: no kind of person of {kind.table.sql}"
            continue
        one = map_.tree["subjects"][name]
        scope = kind.scope.as_map() if kind.scope else "none"
        if map_.kinds[name][1] != kind.key:
            yield f"unmarked and wrong: subjects.{name}.key is {one['key']}, should be {kind.key}"
        if one.get("row_security", "none") != scope:
            yield f"unmarked and wrong: subjects.{name}.row_security is {one.get('row_security')}, should be {scope}"
    for table in world.tables:
        names = map_.of_table(table.sql)
        for person, keys in differences(table, names, reach, world, bench.contents)[:1]:
            yield (f"unmarked and wrong: {', '.join(names) or 'no collection'} of {table.sql} leads {person.reference} "
                   f"to other rows, among them {sorted(keys, key=repr)[:3]}")
        for name in names:
            for column, one in map_.collections[name]["fields"].items():
                if isinstance(one, dict) and {"never_export", "redact"} & set(one) and column not in table.secrets:
                    yield f"unmarked and wrong: {name}.{column} is held back and is no secret"


def chosen(rng, world):
    """Somebody with much, somebody by chance, somebody with little, and one of each kind."""
    sizes = {person: sum(len(rows) for rows in world.truth(person).values()) for person in world.people}
    order = sorted(world.people, key=lambda person: -sizes[person])
    people = [order[0], rng.choice(world.people), order[-1]][:PEOPLE]
    people += [rng.choice(kind.people) for kind in world.kinds]
    return list(dict.fromkeys(people))


def judged(bench, map_, reach, person):
    """What is wrong with a person's archive."""
    reference = spoils.reference(map_, person)
    outcome, left = bench.export(reference)
    if outcome.status or len(left) != 1:
        yield f"export of {reference}: {outcome.said}, {len(left)} files"
        return
    for line in RowsJudge(bench.world, bench.contents, map_, reach, person).archive(left[0]).lines():
        yield f"{reference}: {line}"


def unrefused(bench, spoil, map_, reach):
    """What the program let pass."""
    _, errors = bench.check()
    said = [f"{one['object']} {one['message']}" for one in errors or []]
    for reference in spoil.touched:
        outcome, left = bench.export(reference)
        where = f"spoilt by {spoil.name} ({drift.plain(spoil.tables[0])}): {reference}"
        if outcome.status == 0 or left:
            yield f"{where}: the export ends with {outcome.status}, {len(left)} files"
        elif outcome.error["code"] not in REFUSALS:
            yield f"{where}: refused for another reason: {outcome.said}"
        elif not is_named(spoil.tables, [outcome.said, *said]):
            yield f"{where}: refused without the table's name: {outcome.said}; map check: {said[:3]}"
    if spoil.other:
        outcome, left = bench.export(spoils.reference(map_, spoil.other))
        if left:
            judge = RowsJudge(bench.world, bench.contents, map_, reach, spoil.other)
            yield from (f"after {spoil.name}: {line}" for line in judge.archive(left[0]).lines())


def is_named(tables, texts):
    return any(name in text for table in tables for name in drift.names_of(table) for text in texts)


def seeds(text):
    """Numbers and ranges, separated by commas."""
    found = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--cluster", required=True, help="libpq connection string of a superuser of a private cluster")
    parser.add_argument("--seeds", type=seeds, default=seeds("1-100"), help="such as 1-100 or 3,7,20-29")
    parser.add_argument("--only", type=int, help="one seed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave folder and database of a seed that failed")
    given = parser.parse_args()
    given.binary = os.path.abspath(given.binary)
    todo = [given.only] if given.only is not None else given.seeds
    passed = failed = 0
    given.folder = tempfile.mkdtemp(prefix="random-schemas-")
    given.key_folder = os.path.join(given.folder, "keys")
    try:
        make_keys(given)
        with concurrent.futures.ProcessPoolExecutor(given.jobs) as pool:
            for seed, traits, told, faults in pool.map(try_seed, todo, [given] * len(todo)):
                outcome = "FAILED" if faults else "passed"
                print(f"{outcome}  {seed:4}  {'; '.join(told)}  [{', '.join(traits)}]", flush=True)
                for line in faults:
                    print(f"        {line}", flush=True)
                passed, failed = (passed, failed + 1) if faults else (passed + 1, failed)
    finally:
        if not given.keep:
            shutil.rmtree(given.folder, ignore_errors=True)
    if not passed + failed:
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def make_keys(given):
    """One key for all: what signs is not what is tried here."""
    config = os.path.join(given.folder, "habeas.yaml")
    with open(config, "w", encoding="utf-8") as handle:
        handle.write("keys: keys\n")
    command = [given.binary, "keys", "init", "--config", config]
    subprocess.run(command, cwd=given.folder, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
