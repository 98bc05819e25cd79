"""What should be in an archive: the rows of owned.tsv, their values as the database itself prints them."""

import base64
import functools
import os
import re
import subprocess
from dataclasses import dataclass, field

import jsontext
import workspace

#: what COPY's text form writes for letters it can't write plainly
ESCAPE = re.compile(r"\\(.)", re.S)
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
NUMERIC = {"smallint", "integer", "bigint", "real", "double precision"}
CANARY = re.compile(rb"cnry[0-9a-z]{10}|CNRY[0-9A-Z]{10}")


@dataclass(frozen=True)
class Column:
    name: str
    #: numeric, json, jsonb, array, bytea or other
    kind: str


@dataclass
class StoredFile:
    collection: str
    row: str
    key: str
    state: str
    bytes: int
    sha256: str


@dataclass
class Expected:
    owner: str
    data: str
    #: the law the archive is made under
    regime: str = "GDPR"
    #: by collection, in the order the archive must have: {column: to_json text or None}
    rows: dict = field(default_factory=dict)
    columns: dict = field(default_factory=dict)
    #: how many rows owned.tsv lists, by collection
    listed: dict = field(default_factory=dict)
    files: list = field(default_factory=list)
    canary: bytes = b""
    #: what must not appear anywhere: (what it is, bytes)
    secrets: list = field(default_factory=list)

    def object_bytes(self, file):
        with open(os.path.join(self.data, "objects", file.key), "rb") as handle:
            return handle.read()


def kind_of(sql_type):
    base = sql_type.split("(")[0]
    if base in NUMERIC or base == "numeric":
        return "numeric"
    if sql_type.endswith("[]"):
        return "array"
    return base if base in ("json", "jsonb", "bytea") else "other"


def tree(text, kind):
    """A value as it must stand in JSON."""
    if text is None:
        return None
    if kind == "bytea":
        return text
    parsed = jsontext.parse(text)
    # `json` text that a reader may not take is written as a string of itself; nothing else is.
    if kind == "json" and not jsontext.is_interchangeable(parsed):
        return text
    return parsed


def cell(text, kind):
    """A value as it must stand in CSV, before the guard against formulas."""
    if text is None or kind in ("json", "jsonb", "array", "bytea"):
        return text
    value = jsontext.parse(text)
    if isinstance(value, jsontext.Number):
        return value.text
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


@functools.cache
def _lists(folder):
    """owned.tsv and files.tsv by owner."""
    owned, files = {}, {}
    with open(os.path.join(folder, "owned.tsv"), encoding="utf-8") as handle:
        for line in handle:
            owner, table, key = line.rstrip("\n").split("\t")
            owned.setdefault(owner, []).append((table, key))
    by_table = {c.table: c.name for c in workspace.COLLECTIONS}
    with open(os.path.join(folder, "files.tsv"), encoding="utf-8") as handle:
        for line in handle:
            owner, table, row, key, state, size, sha = line.rstrip("\n").split("\t")
            files.setdefault(owner, []).append(StoredFile(by_table[table], row, key, state, int(size), sha))
    return owned, files


def _psql(database, script):
    """Runs a script of COPY statements and gives the rows they print, null as None.

    Only COPY's bytes pass psql untouched: its tables leave out letters like U+10FFFF.
    """
    done = subprocess.run(
        ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"], input=script.encode(),
        capture_output=True, env={**os.environ, "PGCLIENTENCODING": "UTF8"}, check=False)
    if done.returncode:
        raise SystemExit(f"psql: {done.stderr.decode()}")
    lines = done.stdout.decode("utf-8").split("\n")
    return [[_unescaped(text) for text in line.split("\t")] for line in lines if line]


def _unescaped(text):
    if text == "\\N":
        return None
    return ESCAPE.sub(lambda match: ESCAPES.get(match[1], match[1]), text) if "\\" in text else text


@functools.cache
def _columns(database):
    """Columns of every table as the catalogue has them."""
    found = {}
    for table, name, sql_type in _psql(database, """
        COPY (SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'workspace'::regnamespace
        AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum) TO STDOUT"""):
        found.setdefault(table, []).append(Column(name, kind_of(sql_type)))
    return found


def _value(column, alias="t"):
    name = f'{alias}."{column.name}"'
    if column.kind == "bytea":
        return f"replace(encode({name}, 'base64'), chr(10), '')"
    return f"to_json({name})::text"


def _query(collection, columns):
    """Rows of one table that owned.tsv lists, in the archive's order; nested rows after the order of their parents."""
    key = "||'|'||".join(f't."{name}"::text' for name in collection.key)
    order, join = [], ""
    if collection.parent:
        parent = workspace.BY_NAME[collection.parent]
        ties = " AND ".join(f't."{mine}" = p."{theirs}"' for mine, theirs in collection.link)
        join = f" JOIN workspace.{parent.table} p ON {ties}"
        order += [f'p."{name}"' for name in parent.order + parent.key]
    order += [f't."{name}"' for name in collection.order + collection.key]
    values = ", ".join(_value(column) for column in columns)
    return (
        f"COPY (SELECT '{collection.name}', {values} FROM workspace.{collection.table} t{join} WHERE {key} IN "
        f"(SELECT key FROM owned WHERE tbl = '{collection.table}') ORDER BY {', '.join(order)}) TO STDOUT;\n")


def load(owner, data, database, regime="GDPR"):
    """Everything that is the owner's, read as a superuser; what the archive may not hold depends on the law."""
    owned, files = _lists(data)
    columns = _columns(database)
    script = (
        "SET TimeZone = 'UTC'; SET IntervalStyle = 'postgres'; SET DateStyle = 'ISO, MDY';\n"
        "BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE TEMP TABLE owned (tbl text, key text) ON COMMIT DROP;\n"
        "COPY owned FROM STDIN;\n" + "".join(f"{table}\t{key}\n" for table, key in owned.get(owner, [])) + "\\.\n")
    for collection in workspace.COLLECTIONS:
        script += _query(collection, columns[collection.table])
    expected = Expected(owner, data, regime, files=files.get(owner, []))
    for collection in workspace.COLLECTIONS:
        expected.rows[collection.name] = []
        expected.columns[collection.name] = columns[collection.table]
        expected.listed[collection.name] = sum(table == collection.table for table, _ in owned.get(owner, []))
    for name, *values in _psql(database, script + "COMMIT;\n"):
        expected.rows[name].append(dict(zip([c.name for c in expected.columns[name]], values)))
    _find_marks(expected)
    return expected


def _find_marks(expected):
    """The owner's canary, and the secrets of the owner's rows."""
    marks, secrets, shown = set(), {}, set()
    for collection in workspace.COLLECTIONS:
        kinds = {c.name: c.kind for c in expected.columns[collection.name]}
        for row in expected.rows[collection.name]:
            marks |= {m.lower() for text in row.values() if text for m in CANARY.findall(text.encode())}
            shown |= {text for name, text in row.items() if text and name not in collection.secrets}
            for name in collection.secrets:
                if row[name] is not None:
                    secrets[row[name]] = _forms(f"{collection.name}.{name}", row[name], kinds[name])
    if len(marks) != 1:
        raise SystemExit(f"the owner's rows hold {len(marks)} canaries, not one: {sorted(marks)}")
    expected.canary = marks.pop()
    # A value that another column may show is no secret there.
    expected.secrets = [form for text, forms in secrets.items() if text not in shown for form in forms]
    expected.secrets += _described(expected)


def _described(expected):
    """Values that the law forbids to disclose: nowhere, whatever they are short."""
    if expected.regime not in workspace.NEVER_DISCLOSED:
        return []
    found = []
    for collection in workspace.COLLECTIONS:
        kinds = {c.name: c.kind for c in expected.columns[collection.name]}
        for name, _ in collection.described:
            values = {cell(row[name], kinds[name]) for row in expected.rows[collection.name] if row[name] is not None}
            found += [(f"{collection.name}.{name}", value.encode()) for value in values if len(value) >= 8]
    return found


def _forms(what, text, kind):
    """A secret as it might be written; those too short to mean anything are left out."""
    if kind == "bytea":
        raw = base64.b64decode(text)
        forms = [raw, text.encode(), raw.hex().encode()]
    else:
        value = cell(text, kind)
        # A storage key's last part is as good as the key.
        forms = [part.encode() for part in {value, value.split("/")[-1]}]
    return [(what, form) for form in forms if len(form) >= 16]
