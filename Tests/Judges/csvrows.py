"""data/csv: RFC 4180 by a reader of our own, which tells null from empty; no cell that a spreadsheet would run."""

import re

import expected as truth
import workspace
from findings import short
from rowcompare import compare

#: a quoted or plain field, then what ends it
FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)')
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check(entries, expected, right, findings):
    """Judges every CSV file of the payload."""
    for collection in workspace.included(right):
        path = f"data/csv/{collection.name}.csv"
        if path not in entries:
            findings.add("csv", f"{path} is missing")
            continue
        records = read(path, entries[path], findings)
        if records:
            _check_records(collection, records, expected, right, path, findings)
    known = {f"data/csv/{c.name}.csv" for c in workspace.included(right)}
    for path in entries:
        if path.startswith("data/csv/") and path not in known:
            findings.add("csv", f"{path} should not be there")


def read(path, data, findings):
    """The records of one file, each a list of texts and None; None when it can't be read."""
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        return findings.add("csv", f"{path} is not UTF-8: {error}")
    records, record, place = [], [], 0
    while place < len(text):
        match = FIELD.match(text, place)
        if not match:
            return findings.add("csv", f"{path} is not RFC 4180 at letter {place}: {short(text[place:place + 40])}")
        quoted, plain, end = match.groups()
        record.append(quoted.replace('""', '"') if quoted is not None else plain or None)
        if end == "\r\n":
            records.append(record)
            record = []
        place = match.end()
    if record or not records:
        return findings.add("csv", f"{path} does not end with a whole record")
    return records


def guarded(text, kind):
    """A cell as a spreadsheet may have it."""
    return "'" + text if text is not None and kind != "numeric" and text.startswith(FORMULA) else text


def _check_records(collection, records, expected, right, path, findings):
    absent = workspace.absent_columns(collection, right)
    columns = [c for c in expected.columns[collection.name] if c.name not in absent]
    header, *rest = records
    if header != [c.name for c in columns]:
        findings.add("csv", f"{path}: the header is {header}, should be {[c.name for c in columns]}")
        return
    key_places = [header.index(name) for name in collection.key]
    found = []
    for number, record in enumerate(rest):
        if len(record) != len(header):
            findings.add("csv", f"{path}: record {number + 2} has {len(record)} fields, not {len(header)}")
            continue
        _check_formulas(record, columns, f"{path}: record {number + 2}", findings)
        found.append((tuple(record[place] for place in key_places), dict(zip(header, record))))
    compare(found, _wanted(collection, columns, expected, right), path, "csv", findings)


def _wanted(collection, columns, expected, right):
    rows = []
    for texts in expected.rows[collection.name]:
        row = {c.name: guarded(truth.cell(texts[c.name], c.kind), c.kind) for c in columns}
        key = tuple(row[name] for name in collection.key)
        for name, mark in workspace.marks(collection, right, expected.regime).items():
            row[name] = None if row[name] is None else mark
        rows.append((key, row))
    return rows


def _check_formulas(record, columns, where, findings):
    """What a spreadsheet would run, whatever the value should be."""
    for column, text in zip(columns, record):
        if column.kind != "numeric" and text is not None and text.startswith(FORMULA):
            findings.add("formula", f"{where}: {column.name} begins with {short(text[0])}: {short(text)}")
