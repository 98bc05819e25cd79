"""psql, for scripts and for rows; and what a database holds, as a superuser sees it."""

import os
import re
import subprocess
import sys
import urllib.parse
from dataclasses import dataclass, field

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Judges"))
import expected as truth  # noqa: E402  (Tests/Judges)
from world import quoted  # noqa: E402

ESCAPE = re.compile(r"\\(.)", re.S)
ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
SESSION = "SET TimeZone = 'UTC'; SET IntervalStyle = 'postgres'; SET DateStyle = 'ISO, YMD'; SET lc_monetary = 'C';\n"


class Refused(Exception):
    """The server or psql said no."""


class Server:
    """A cluster, by a superuser's connection string."""

    def __init__(self, url):
        self.url = url

    def database(self, name):
        """The same way in, to another database."""
        if self.url.startswith(("postgresql://", "postgres://")):
            parts = urllib.parse.urlsplit(self.url)
            return urllib.parse.urlunsplit(parts._replace(path=f"/{name}"))
        return f"{self.url} dbname={name}"

    def make(self, name):
        run(self.url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE);')
        run(self.url, f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8';")
        return self.database(name)

    def drop(self, name, *roles):
        run(self.url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE);')
        for role in roles:
            run(self.url, f'DROP ROLE IF EXISTS "{role}";')


def run(database, script):
    """Runs a script up to its first error. Gives what it prints."""
    command = ["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"]
    done = subprocess.run(
        command, input=script.encode(), capture_output=True, env={**os.environ, "PGCLIENTENCODING": "UTF8"},
        check=False)
    if done.returncode:
        raise Refused(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout.decode("utf-8")


def rows(database, query):
    """The rows of a query, as texts and None."""
    return _read(run(database, f"{SESSION}COPY ({query}) TO STDOUT;"))


def _read(text):
    return [[_unescaped(value) for value in line.split("\t")] for line in text.split("\n")[:-1]]


def _unescaped(text):
    if text == "\\N":
        return None
    return ESCAPE.sub(lambda match: ESCAPES.get(match[1], match[1]), text) if "\\" in text else text


@dataclass
class Contents:
    """One table's columns and rows."""

    columns: list = field(default_factory=list)
    #: each row: column → text
    texts: list = field(default_factory=list)
    #: each row: column → what to_json prints
    values: list = field(default_factory=list)


CATALOGUE = """
    SELECT n.nspname, c.relname, a.attname, t.typtype,
           format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE a.atttypid END, NULL)
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = a.atttypid
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
       AND n.nspname IN ({schemas}) ORDER BY c.oid, a.attnum"""


def contents(database, world):
    """{table in SQL: Contents} of every table of the world."""
    schemas = ", ".join("'" + schema.replace("'", "''") + "'" for schema in world.schemas)
    names = {(table.schema, table.name): table.sql for table in world.tables}
    found = {}
    for schema, table, name, typtype, sql_type in rows(database, CATALOGUE.format(schemas=schemas)):
        kind = "array" if typtype == "c" else truth.kind_of(sql_type)
        found.setdefault(names[schema, table], Contents()).columns.append(truth.Column(name, kind))
    script = SESSION + "BEGIN ISOLATION LEVEL REPEATABLE READ;\n"
    for number, (table, held) in enumerate(found.items()):
        texts = "".join(f", t.{quoted(c.name)}::text" for c in held.columns)
        values = "".join(", " + _value(column) for column in held.columns)
        script += f"COPY (SELECT {number}{texts}{values} FROM {table} t) TO STDOUT;\n"
    order = list(found.values())
    for number, *cells in _read(run(database, script + "COMMIT;\n")):
        held = order[int(number)]
        columns = [c.name for c in held.columns]
        held.texts.append(dict(zip(columns, cells[:len(columns)])))
        held.values.append(dict(zip(columns, cells[len(columns):])))
    return found


def _value(column):
    name = f"t.{quoted(column.name)}"
    if column.kind == "bytea":
        return f"replace(encode({name}, 'base64'), chr(10), '')"
    return f"to_json({name})::text"
