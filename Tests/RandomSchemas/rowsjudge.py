"""Judges one archive: every row the truth lists for the person, with the database's own values, and nobody else's."""

import json
import re

import server  # noqa: F401  (finds Tests/Judges)
import containers
import csvrows
import expected as truth
import jsonrows
import jsontext
from findings import Findings, short
from mapfile import sql_name
from rowcompare import compare
from world import FULL

TOKEN = re.compile(rb"tk\d{4}x\d{6}")


class RowsJudge:
    """What one person's archive must hold, by a completed map whose paths were found to be the truth's."""

    def __init__(self, world, contents, map_, reach, person):
        self.world, self.contents, self.map, self.reach, self.person = world, contents, map_, reach, person
        self.findings = Findings()

    def archive(self, path):
        """Everything that is wrong with an archive of both forms."""
        with open(path, "rb") as handle:
            found = containers.read(handle.read(), self.findings)
        if found:
            self.entries(found[1])
        return self.findings

    def entries(self, entries):
        """The same of its files, {path below the archive's folder: bytes}."""
        rows = {}
        for name, one in self.map.collections.items():
            if "inside" not in one:
                self._json_root(name, entries, rows)
        for name in self.map.collections:
            self._json(name, rows.get(name))
            self._csv(name, entries)
        self._manifest(entries, rows)
        self._tokens(entries)
        return self.findings

    # What should be there

    def wanted(self, name):
        """[(place, share)] of a collection's rows."""
        return sorted(self.reach.of(name).get((self.person.kind, self.person.key), {}).items())

    def _is_theirs(self, name):
        """Whether an archive of this kind of person has the collection."""
        one = self.map.collections[name]
        if "inside" in one:
            return self._is_theirs(one["inside"]["collection"])
        kind = self.map.kind_of(self.person.kind)
        return kind in {path.get("subject", self.map.default_kind) if isinstance(path, dict) else self.map.default_kind
                        for path in one["paths"]}

    def _held(self, name):
        return self.contents[sql_name(self.map.collections[name]["table"])]

    def _expected(self, name, convert):
        """Rows as dictionaries by their names in the archive; what a mention doesn't show is not among them."""
        held, shown = self._held(name), self.map.shown(name)
        found = []
        for place, share in self.wanted(name):
            found.append({
                shown[column.name]: convert(held.values[place][column.name], column.kind) for column in held.columns
                if column.name in shown and (share == FULL or column.name in share)})
        return found

    def _key_names(self, name):
        table = next(t for t in self.world.tables if t.sql == sql_name(self.map.collections[name]["table"]))
        shown = self.map.shown(name)
        return [shown[column] for column in table.identity if column in shown]

    # What is there

    def _json_root(self, name, entries, rows):
        path = f"data/json/{name}.json"
        if path not in entries:
            if self._is_theirs(name):
                self.findings.add("json", f"{path} is missing")
            return
        found = jsonrows.read(path, entries[path], self.findings)
        if found is not None:
            self._take(name, found, rows)

    def _take(self, name, objects, rows):
        """Rows of a collection, and of what is nested in them."""
        children = [(child, one["inside"]["as"]) for child, one in self.map.collections.items()
                    if one.get("inside", {}).get("collection") == name]
        keys = {key for _, key in children}
        rows.setdefault(name, []).extend(
            {key: value for key, value in one.pairs if key not in keys} for one in objects)
        for child, key in children:
            for one in objects:
                inner = one.get(key)
                if isinstance(inner, list) and all(isinstance(row, jsontext.Object) for row in inner):
                    self._take(child, inner, rows)
                else:
                    self.findings.add("json", f"{name}: {key} is not an array of objects")

    def _json(self, name, found):
        wanted = self._expected(name, truth.tree)
        self._compare(name, found or [], wanted, f"data/json {name}", "json")

    def _csv(self, name, entries):
        path = f"data/csv/{name}.csv"
        if path not in entries:
            if self._is_theirs(name):
                self.findings.add("csv", f"{path} is missing")
            return
        records = csvrows.read(path, entries[path], self.findings)
        if not records:
            return
        header, *rest = records
        if any(len(record) != len(header) for record in rest):
            self.findings.add("csv", f"{path}: a record has another number of fields than the header")
            return
        names = {csvrows.guarded(shown, "other"): shown for shown in self.map.shown(name).values()}
        found = [{names.get(key, key): value for key, value in zip(header, record)} for record in rest]
        wanted = self._expected(name, lambda text, kind: csvrows.guarded(truth.cell(text, kind), kind))
        self._compare(name, found, wanted, path, "csv")

    def _compare(self, name, found, wanted, where, area):
        """Rows without regard to their order; copies of one row are told apart by a number."""
        names = self._key_names(name)
        wanted = self._numbered(names, wanted)
        shares = {key: set(row) for key, row in wanted}
        shown = {key: row for key, row in self._numbered(names, found)}
        # What a mention doesn't show may stand there as null.
        for key, row in shown.items():
            keep = shares.get(key, set(row))
            shown[key] = {column: value for column, value in row.items() if column in keep or value is not None}
        order = {key: number for number, (key, _) in enumerate(wanted)}
        found = sorted(shown.items(), key=lambda one: order.get(one[0], len(order)))
        compare(found, wanted, where, area, self.findings)

    @staticmethod
    def _numbered(names, rows):
        seen, numbered = {}, []
        for row in sorted(rows, key=repr):
            key = tuple(_hashable(row.get(name)) for name in names)
            seen[key] = seen.get(key, 0) + 1
            numbered.append(((*key, seen[key]), row))
        return numbered

    def _manifest(self, entries, rows):
        try:
            listed = json.loads(entries["habeas-manifest.json"])["collections"]
        except (KeyError, ValueError) as error:
            self.findings.add("manifest", f"can't be read: {error!r}")
            return
        for one in listed:
            count = len(rows.get(one["name"], []))
            if (one["source_rows"], one["archived_rows"]) != (count, count):
                self.findings.add("manifest", f"{one['name']}: {one}, found {count} rows")

    def _tokens(self, entries):
        """Every row's own mark, wherever it may stand."""
        mine = set()
        for name in self.map.collections:
            for row in self._expected(name, truth.tree):
                mine |= set(TOKEN.findall(repr(row).encode()))
        for path, data in entries.items():
            for token in sorted(set(TOKEN.findall(data)) - mine):
                self.findings.add("leak", f"{path}: holds {short(token.decode())} of somebody else's row")


def _hashable(value):
    return repr(value) if isinstance(value, list) else value
