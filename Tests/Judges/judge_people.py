#!/usr/bin/env python3
"""Exports people with the product and judges each archive.

    judge_people.py --binary habeas --config habeas.yaml --data DIR --database CONNINFO --key published.pem [--all]

For everybody chosen: right access, format both. For some: right export, one form only, streamed, and under other laws.
Prints a line for each
archive, findings below it, and at the end exactly `N passed, N failed`.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import tempfile

import expected as truth
from judge import arguments, judge

#: people of whom archives of other kinds are made too
VARIED = {"ordinary", "third-parties", "long-conversation", "arrays", "json-text", "csv-formulas", "empty",
          "damaged-files", "extreme-numbers"}
PLAIN_PEOPLE = 10


def people(given):
    """(id, trait) of those to be judged."""
    with open(os.path.join(given.data, "people.tsv"), encoding="utf-8") as handle:
        everybody = [(line.split("\t")[0], line.rstrip("\n").split("\t")[2]) for line in handle]
    if given.person:
        return [one for one in everybody if one[0] in given.person or one[1] in given.person]
    special = [one for one in everybody if one[1] != "plain"]
    plain = [one for one in everybody if one[1] == "plain"]
    return special + (plain if given.all else plain[:PLAIN_PEOPLE])


def cases(given):
    """(id, trait, right, format, law) of every archive to be made."""
    for number, (owner, trait) in enumerate(people(given)):
        yield owner, trait, "access", "both", "GDPR"
        if trait in VARIED or number % 25 == 24:
            yield owner, trait, "export", "both", "GDPR"
            yield owner, trait, "export", "csv" if number % 2 else "json", "GDPR"
            yield owner, trait, "access", "stream", "GDPR"
            yield owner, trait, "access", "both", "CCPA"
        if trait in ("ordinary", "empty"):
            yield owner, trait, "export", "both", "CCPA"
            yield owner, trait, "access", "json", "US-MN"
            yield owner, trait, "access", "csv", "CH-DSG"


def export(given, owner, right, form, archive, regime="GDPR"):
    """Makes one archive; `form` "stream" reads it from standard output. Gives what went wrong, or nothing."""
    command = [given.binary, "export", f"user:{owner}", "--right", right, "--ticket", "JUDGE-1", "--reason", "judged",
               "--config", given.config, "--regime", regime, "--format", "both" if form == "stream" else form]
    with open(archive if form == "stream" else os.devnull, "wb") as out:
        made = subprocess.run(
            command + ["--output", "-" if form == "stream" else archive], stdout=out, stderr=subprocess.PIPE,
            check=False)
    return f"exit {made.returncode}: {made.stderr.decode().strip()[-400:]}" if made.returncode else ""


def judge_case(case, given):
    """One archive: made, judged, removed. Gives the lines to print."""
    owner, _, right, form, regime = case
    with tempfile.TemporaryDirectory() as folder:
        archive = os.path.join(folder, "archive.zip")
        fault = export(given, owner, right, form, archive, regime)
        if fault:
            return [f"export: {fault}"]
        try:
            expected = truth.load(owner, given.data, given.database, regime)
            return list(judge(archive, expected, given.key, right, form).lines())
        except (SystemExit, Exception) as error:  # a judge that stumbles must not pass anybody
            return [f"judge: {error!r}"]


def main():
    parser = arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter))
    parser.add_argument("--binary", required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--all", action="store_true", help="everybody, not only special people and a few plain ones")
    parser.add_argument("--person", action="append", help="only people of this id or trait")
    given = parser.parse_args()
    passed = failed = 0
    with concurrent.futures.ProcessPoolExecutor() as pool:
        todo = list(cases(given))
        for case, lines in zip(todo, pool.map(judge_case, todo, [given] * len(todo))):
            owner, trait, right, form, regime = case
            print(f"{'FAILED' if lines else 'passed'}  {owner}  {right:6}  {form:6}  {regime:6}  {trait}", flush=True)
            for line in lines:
                print(f"        {line}", flush=True)
            passed, failed = (passed, failed + 1) if lines else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
