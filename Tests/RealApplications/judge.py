"""Maps one filled application, exports each of its people, and compares the archives with the truth.

    judge.py APPLICATION STATE DATABASE_URL HABEAS

APPLICATION holds `subjects.txt` (schemas and tables of people) and `map.edits.yaml`. STATE holds truth.json; the
proposed map stays there as `proposed.map.yaml`, the edited one as `map.yaml`. Prints one line a failure and
`N passed, N failed`; the status is 1 when anything failed. With HABEAS_APPS_FIRST set the proposal is judged as it came,
no edit made, which tells what was wrong at first.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys
import time
import zipfile

import yaml

from edits import edited, only_mentions


class Judgement:
    """Counts what was checked."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, holds, what):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            if self.failed <= 60:
                print(f"FAIL {what}")


class Habeas:
    """The program, run in the folder that holds its settings."""

    def __init__(self, binary, folder):
        self.binary, self.folder = binary, folder

    def run(self, *words):
        return subprocess.run([self.binary, *words], cwd=self.folder, capture_output=True, text=True)

    def must(self, *words):
        done = self.run(*words)
        if done.returncode != 0:
            raise Refused(f"habeas {' '.join(words)} ended with {done.returncode}: {done.stderr.strip()[-2000:]}")
        return done.stdout


class Refused(Exception):
    """A command without which nothing else can be judged failed."""


def text(value):
    """A value of JSON as PostgreSQL prints it; an identity is compared as text."""
    if value is None or isinstance(value, str):
        return value.replace("T", " ") if value and len(value) > 18 and value[10] == "T" and value[4] == "-" else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Archive:
    """The rows of a JSON archive, table by table, nested ones included; rows that only mention the person apart."""

    def __init__(self, path, data_map):
        self.collections = data_map["collections"]
        self.rows, self.mentions = collections.defaultdict(list), collections.defaultdict(list)
        self.nested = collections.defaultdict(list)
        for name, collection in self.collections.items():
            if "inside" in collection:
                self.nested[collection["inside"]["collection"]].append(name)
        with zipfile.ZipFile(path) as file:
            for entry in file.namelist():
                parts = pathlib.PurePosixPath(entry).parts
                if parts[-3:-1] == ("data", "json"):
                    for row in json.loads(file.read(entry)):
                        self.take(pathlib.PurePosixPath(entry).stem, row)

    def take(self, name, row):
        collection = self.collections[name]
        names = {(rule.get("name", column) if isinstance(rule, dict) else column): column
                 for column, rule in collection["fields"].items()}
        rows = self.mentions if only_mentions(collection) else self.rows
        rows[collection["table"]].append({names[key]: value for key, value in row.items() if key in names})
        for inner in self.nested[name]:
            for nested_row in row.get(self.collections[inner]["inside"]["as"], []):
                self.take(inner, nested_row)


class Faults:
    """What was wrong, table by table, over all people."""

    def __init__(self):
        self.missing, self.foreign, self.tables = collections.Counter(), collections.Counter(), set()

    def report(self):
        wrong = {table for table in self.tables if self.missing[table] or self.foreign[table]}
        print(f"tables: {len(self.tables - wrong)} right, {len(wrong)} wrong")
        for table in sorted(wrong):
            print(f"  {table}: {self.missing[table]} rows missing, {self.foreign[table]} that aren't theirs")


def compare(judgement, faults, person, archive, truth):
    """Every row of the person's, none of anybody else's, table by table; and the same of rows that mention them."""
    mentioned = truth.get("mentions", {}).get(person, {})
    for table in sorted(set(truth["key"]) | set(archive.rows)):
        compare_table(judgement, faults, table, person, archive.rows[table], truth["people"][person].get(table, []), truth)
    for table in sorted(set(mentioned) | set(archive.mentions)):
        compare_table(judgement, faults, table, f"{person}, mentioned", archive.mentions[table], mentioned.get(table, []), truth)


def compare_table(judgement, faults, table, person, rows, wanted, truth):
    faults.tables.add(table)
    if table not in truth["key"]:
        faults.foreign[table] += len(rows)
        judgement.check(not rows, f"{person}: {len(rows)} rows of {table}, which holds nothing of people's")
        return
    found = {tuple(text(row.get(column)) for column in truth["key"][table]) for row in rows}
    wanted = {tuple(text(part) for part in parts) for parts in wanted}
    missing, foreign = wanted - found, found - wanted
    faults.missing[table] += len(missing)
    faults.foreign[table] += len(foreign)
    judgement.check(not missing and not foreign,
                    f"{person}: {table}: {len(missing)} of {len(wanted)} rows missing, {len(foreign)} that aren't theirs")


def as_proposed(habeas, data_map):
    """The proposal without any edit; tables it leaves for a person to decide are left out of exports."""
    findings = json.loads(habeas.run("map", "check", "--json", "--map", "proposed.map.yaml").stdout)
    for finding in findings:
        if finding["code"] == "map.unmapped-table":
            data_map.setdefault("not_included", []).append({"table": finding["object"], "reason": "undecided"})
    return data_map


def main(application, state, url, binary):
    judgement = Judgement()
    try:
        judge(judgement, pathlib.Path(application), pathlib.Path(state), url, binary)
    except Refused as refusal:
        judgement.check(False, str(refusal))
    print(f"{judgement.passed} passed, {judgement.failed} failed")
    return 1 if judgement.failed else 0


def judge(judgement, application, state, url, binary):
    habeas = Habeas(binary, state)
    truth = json.loads((state / "truth.json").read_text())

    proposed, final = state / "proposed.map.yaml", state / "map.yaml"
    for made in (proposed, final):
        made.unlink(missing_ok=True)
    (state / "habeas.yaml").write_text(yaml.safe_dump({"database": {"url": url}, "map": "map.yaml", "keys": "keys"}))
    if not (state / "keys").exists():
        habeas.must("keys", "init")
    words = (application / "subjects.txt").read_text().split()
    started = time.monotonic()
    habeas.must("map", "init", *words, "--output", "proposed.map.yaml")
    print(f"{application.name}: proposed in {time.monotonic() - started:.1f} s")
    edits = yaml.safe_load((application / "map.edits.yaml").read_text()) or []
    data_map, needless = ({}, []) if os.environ.get("HABEAS_APPS_FIRST") else edited(proposed.read_text(), edits)
    print(f"{application.name}: {len(edits)} edits, {len(needless)} of them needless")
    for edit in needless:
        print(f"  needless: {edit}")
    final.write_text(yaml.safe_dump(data_map, sort_keys=False, allow_unicode=True, width=120))

    if os.environ.get("HABEAS_APPS_FIRST"):
        data_map = as_proposed(habeas, yaml.safe_load(proposed.read_text()))
        final.write_text(yaml.safe_dump(data_map, sort_keys=False, allow_unicode=True, width=120))
    habeas.must("init")
    findings = json.loads(habeas.run("map", "check", "--json").stdout)
    errors = [f"{finding['object']}: {finding['message']}" for finding in findings if finding["severity"] == "error"]
    print(f"{application.name}: map check: {len(errors)} errors, {len(findings) - len(errors)} warnings")
    judgement.check(not errors, "map check:\n  " + "\n  ".join(errors))

    kinds = {subject["table"]: kind for kind, subject in data_map["subjects"].items()}
    rows, faults = 0, Faults()
    for number, person in enumerate(truth["people"]):
        table, key = person.split(":", 1)
        output = state / f"person-{number}.zip"
        output.unlink(missing_ok=True)
        done = habeas.run("export", f"{kinds[table]}:{key}", "--ticket", f"T-{number}", "--reason", "test", "--right", "access",
                          "--format", "json", "--output", str(output))
        judgement.check(done.returncode == 0, f"{person}: export ended with {done.returncode}: {done.stderr.strip()[-600:]}")
        if done.returncode == 0:
            judgement.check(habeas.run("verify", str(output)).returncode == 0, f"{person}: the archive isn't sound")
            archive = Archive(output, data_map)
            rows += sum(map(len, [*archive.rows.values(), *archive.mentions.values()]))
            compare(judgement, faults, person, archive, truth)
    faults.report()
    print(f"{application.name}: {len(truth['people'])} people, {rows} rows, {len(truth['key'])} tables with people's rows")


sys.path.insert(0, os.path.dirname(__file__))
sys.exit(main(*sys.argv[1:]))
