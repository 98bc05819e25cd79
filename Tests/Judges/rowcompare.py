"""Compares rows that were found with rows that should be there."""

from findings import short


def compare(found, expected, where, area, findings):
    """`found` and `expected`: lists of (key, {column: value}) in order."""
    by_key, wanted = {}, dict(expected)
    for key, row in found:
        if key in by_key:
            findings.add(area, f"{where}: the row {short(key)} is there twice")
        by_key[key] = row
        if key not in wanted:
            findings.add(area, f"{where}: the row {short(key)} is not the owner's")
    for key, row in expected:
        if key not in by_key:
            findings.add(area, f"{where}: the row {short(key)} is missing")
            continue
        _compare_row(by_key[key], row, f"{where} {short(key)}", area, findings)
    common = set(by_key) & set(wanted)
    if [key for key, _ in found if key in common] != [key for key, _ in expected if key in common]:
        findings.add(area, f"{where}: the rows are not in their order")


def _compare_row(found, expected, where, area, findings):
    for name in expected:
        if name not in found:
            findings.add(area, f"{where}: {name} is missing")
        elif found[name] != expected[name]:
            findings.add(area, f"{where}: {name} is {short(found[name])}, should be {short(expected[name])}")
    for name in found:
        if name not in expected:
            findings.add(area, f"{where}: {name} should not be there")
