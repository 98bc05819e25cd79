#!/usr/bin/env python3
"""Judges one archive by the specification, the database and other people's programs; never by the product's own code.

    judge.py ARCHIVE.zip --owner UUID --data DIR --database CONNINFO --key published.pem --right access --format both

Format "stream" is both forms, written to standard output.
Prints a line for each finding and exits 1 when there is any.
"""

import argparse
import sys
import tempfile

import accessreport
import containers
import csvrows
import expected as truth
import jsonrows
import jsonschemas
import leaks
import manifestcheck
import payloadfiles
import startpage
import zipbytes
from findings import Findings


def judge(path, expected, key, right, form):
    """Everything that is wrong with an archive."""
    findings = Findings()
    formats = {"json", "csv"} if form in ("both", "stream") else {form}
    with open(path, "rb") as handle:
        data = handle.read()
    zipbytes.check(data, findings)
    contents = containers.read(data, findings)
    if contents is None:
        return findings
    root, entries = contents
    with tempfile.TemporaryDirectory() as folder:
        bag = containers.check(path, root, entries, folder, findings)
        containers.check_bag(bag, entries, findings)
        containers.check_signature(bag, key, findings)
    manifest = manifestcheck.read(entries, findings)
    if "json" in formats:
        jsonrows.check(entries, expected, right, findings)
        jsonschemas.check(entries, manifest, expected, right, findings)
    if "csv" in formats:
        csvrows.check(entries, expected, right, findings)
    media_types = payloadfiles.check(entries, expected, right, findings)
    check = manifestcheck.Check(manifest, root, entries, expected, right, formats, findings)
    check.run(media_types, "not_done" if form == "stream" else "before_release")
    for name, rows in expected.rows.items():
        if len(rows) != expected.listed[name]:
            findings.add("database", f"{name} has {len(rows)} rows, owned.tsv lists {expected.listed[name]}")
    leaks.check(root, entries, expected, findings)
    startpage.check(entries, findings)
    accessreport.check(entries, manifest, expected, right, findings)
    return findings


def arguments(parser):
    """Options that every judge takes."""
    parser.add_argument("--data", required=True, help="folder of owned.tsv, files.tsv, people.tsv and objects/")
    parser.add_argument("--database", required=True, help="libpq connection string of a superuser")
    parser.add_argument("--key", required=True, help="published key, PEM")
    return parser


def main():
    parser = arguments(argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter))
    parser.add_argument("archive")
    parser.add_argument("--owner", required=True)
    parser.add_argument("--right", choices=["access", "export"], required=True)
    parser.add_argument("--format", choices=["json", "csv", "both", "stream"], required=True)
    parser.add_argument("--regime", choices=list(accessreport.LAWS), default="GDPR")
    given = parser.parse_args()
    expected = truth.load(given.owner, given.data, given.database, given.regime)
    findings = judge(given.archive, expected, given.key, given.right, given.format)
    for line in findings.lines():
        print(line)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
