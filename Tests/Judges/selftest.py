#!/usr/bin/env python3
"""Proves that the judge can find what it looks for: spoils good archives in one way each, and expects it to be found.

    selftest.py --binary habeas --config habeas.yaml --data DIR --database CONNINFO --key published.pem

Prints a line for each way that was not found, and at the end exactly `N passed, N failed`.
"""

import argparse
import concurrent.futures
import functools
import os
import re
import sys
import tempfile
from types import SimpleNamespace

import accessreport
import expected as truth
import jsonrows
import judge_people
import leaks
import manifestcheck
import rebuild
import tampers_archive
import tampers_report
import tampers_rows
import tampers_tables
import tampers_zip
from findings import Findings
from judge import arguments, judge

STAGES = {
    "before": tampers_rows.JSON + tampers_tables.ALL + tampers_archive.BEFORE, "manifest": tampers_archive.MANIFEST,
    "after": tampers_archive.AFTER, "zip": tampers_zip.ZIP, "bytes": tampers_zip.BYTES,
    "report": tampers_report.ALL}


@functools.cache
def good(whose, folder):
    """An archive made by the product, what should be in it, its right, and what the judge says of an honest copy."""
    given = SimpleNamespace(**OPTIONS)
    right, trait, regime = {
        "export": ("export", "ordinary", "GDPR"), "ccpa": ("access", tampers_report.VAT_PAYER, "CCPA"),
    }.get(whose, ("access", whose, "GDPR"))
    owner = judge_people.people(SimpleNamespace(**{**OPTIONS, "person": [trait], "all": True}))[0][0]
    expected = truth.load(owner, given.data, given.database, regime)
    path = os.path.join(folder, f"{os.getpid()}-{whose}.zip")
    fault = judge_people.export(given, owner, right, "both", path, regime)
    if fault:
        raise SystemExit(f"export: {fault}")
    copy = rebuild.Copy(path)
    made = judge(path, expected, given.key, right, "both").every()
    honest = copy.copy()
    honest.seal(os.path.join(folder, "secret.pem"))
    honest.write(path)
    said = judge(path, expected, os.path.join(folder, "public.pem"), right, "both").every()
    return copy, expected, right, said, made ^ said


def try_one(stage, place, folder):
    """One way to spoil an archive; gives a complaint when the judge did not find it, else nothing."""
    name, whose, pattern, tamper = STAGES[stage][place]
    copy, expected, right, said, difference = good(whose, folder)
    if difference:
        return f"{whose}: an honest copy is judged otherwise than the original: {sorted(difference)[:4]}"
    copy, secret = copy.copy(), os.path.join(folder, "secret.pem")
    copy.expected = expected
    if stage == "report":
        return complaint(stage, name, pattern, spoilt_report(copy, tamper, expected, right) - said)
    path = os.path.join(folder, f"{stage}-{place}.zip")
    if stage == "before":
        tamper(copy)
    copy.seal(secret)
    if stage == "manifest":
        tamper(copy)
        copy.reseal(secret)
    if stage == "after":
        tamper(copy)
    copy.write(path, tamper if stage == "zip" else None)
    if stage == "bytes":
        with open(path, "rb") as handle:
            data = tamper(handle.read())
        with open(path, "wb") as handle:
            handle.write(data)
    found = judge(path, expected, os.path.join(folder, "public.pem"), right, "both").every() - said
    os.remove(path)
    return complaint(stage, name, pattern, found)


def spoilt_report(copy, tamper, expected, right):
    """What is found in an archive's files once the report is spoilt; for that nothing need be packed and sealed."""
    tamper(copy)
    findings = Findings()
    jsonrows.check(copy.entries, expected, right, findings)
    manifest = manifestcheck.read(copy.entries, findings)
    manifestcheck.Check(manifest, copy.root, copy.entries, expected, right, {"json", "csv"}, findings).layout()
    leaks.check(copy.root, copy.entries, expected, findings)
    accessreport.check(copy.entries, manifest, expected, right, findings)
    return findings.every()


def complaint(stage, name, pattern, found):
    """Nothing when what was expected is among what was found."""
    if any(re.match(pattern, line) for line in found):
        return ""
    return f"{stage}: {name}: expected {pattern!r}, found {sorted(found)[:4]}"


def attempt(job):
    try:
        return try_one(*job)
    except (Exception, SystemExit) as error:
        return f"{job[0]}: {STAGES[job[0]][job[1]][0]}: {error!r}"


OPTIONS = {}


def begin(options):
    OPTIONS.update(options)


def main():
    parser = arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter))
    parser.add_argument("--binary", required=True)
    parser.add_argument("--config", required=True)
    options = vars(parser.parse_args())
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        rebuild.make_key(folder)
        jobs = [(stage, place, folder) for stage, ways in STAGES.items() for place in range(len(ways))]
        with concurrent.futures.ProcessPoolExecutor(initializer=begin, initargs=(options,)) as pool:
            for failure in pool.map(attempt, jobs):
                passed, failed = (passed, failed + 1) if failure else (passed + 1, failed)
                if failure:
                    print(failure, flush=True)
    if not passed + failed:
        failed = 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
