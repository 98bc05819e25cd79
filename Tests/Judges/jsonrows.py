"""data/json: every row once, in its place, every value as the database prints it."""

import expected as truth
import jsontext
import workspace
from rowcompare import compare


def check(entries, expected, right, findings):
    """Judges every JSON file of the payload."""
    for collection in workspace.included(right):
        if collection.parent:
            continue
        path = f"data/json/{collection.name}.json"
        if path not in entries:
            findings.add("json", f"{path} is missing")
            continue
        rows = read(path, entries[path], findings)
        if rows is not None:
            wanted = {c.name: wanted_rows(c, expected, right) for c in workspace.included(right)}
            _check_rows(collection, rows, wanted[collection.name], wanted, right, path, findings)
    known = {f"data/json/{c.name}.json" for c in workspace.included(right) if not c.parent}
    for path in entries:
        if path.startswith("data/json/") and path not in known:
            findings.add("json", f"{path} should not be there")


def read(path, data, findings):
    """The rows of one file; None when it can't be read."""
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        return findings.add("json", f"{path} is not UTF-8: {error}")
    if text.startswith("\ufeff"):
        findings.add("json", f"{path} begins with a byte order mark")
    try:
        rows = jsontext.parse(text)
    except (ValueError, RecursionError) as error:
        return findings.add("json", f"{path} is not JSON: {error}")
    if not jsontext.is_interchangeable(rows):
        findings.add("json", f"{path} holds NUL or half a surrogate pair")
    if not isinstance(rows, list) or not all(isinstance(row, jsontext.Object) for row in rows):
        return findings.add("json", f"{path} is not an array of objects")
    return rows


def wanted_rows(collection, expected, right):
    """(key, {column: tree}) of every row of a collection."""
    kinds = {c.name: c.kind for c in expected.columns[collection.name]}
    absent = workspace.absent_columns(collection, right)
    rows = []
    for texts in expected.rows[collection.name]:
        row = {name: truth.tree(text, kinds[name]) for name, text in texts.items() if name not in absent}
        key = tuple(row[name] for name in collection.key)
        for name, mark in workspace.marks(collection, right, expected.regime).items():
            row[name] = None if row[name] is None else mark
        rows.append((key, row))
    return rows


def _check_rows(collection, rows, expected_rows, wanted, right, where, findings):
    inner = workspace.children(collection, right)
    nested_names = {child.nested_as for child in inner}
    found, names = [], None
    for number, row in enumerate(rows):
        if len(set(row.names)) != len(row.names):
            findings.add("json", f"{where}[{number}] has a member twice")
        names = names or row.names
        if row.names != names:
            findings.add("json", f"{where}[{number}] has its members in another order than the row before")
        columns = {name: value for name, value in row.pairs if name not in nested_names}
        found.append((tuple(row.get(name) for name in collection.key), columns))
    compare(found, expected_rows, where, "json", findings)
    for child in inner:
        for number, row in enumerate(rows):
            _check_nested(child, row, wanted, right, f"{where}[{number}]", findings)


def _check_nested(child, row, wanted, right, where, findings):
    rows = row.get(child.nested_as)
    if not isinstance(rows, list) or not all(isinstance(one, jsontext.Object) for one in rows):
        return findings.add("json", f"{where}: {child.nested_as} is not an array of objects")
    tie = [row.get(theirs) for _, theirs in child.link]
    mine = [(key, one) for key, one in wanted[child.name] if [one[name] for name, _ in child.link] == tie]
    return _check_rows(child, rows, mine, wanted, right, f"{where}.{child.nested_as}", findings)
