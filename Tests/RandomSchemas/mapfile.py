"""A map as YAML says it; what its paths lead to, found without the product."""

import hoptext
import marks
from world import FULL


class Map:
    """The parts of a map that say whose rows are whose."""

    def __init__(self, text):
        self.tree = marks.load(text)
        self.collections = self.tree.get("collections") or {}
        #: kind's name → (table in SQL, key columns)
        self.kinds = {name: (sql_name(one["table"]), key_of(one)) for name, one in self.tree["subjects"].items()}

    def kind_of(self, table):
        """The name of the kind of person whose table it is."""
        return next((name for name, (sql, _) in self.kinds.items() if sql == table), None)

    @property
    def default_kind(self):
        return next(iter(self.kinds))

    def of_table(self, table):
        """Names of the collections of a table."""
        return [name for name, one in self.collections.items() if sql_name(one["table"]) == table]

    def shown(self, name):
        """column → name in the archive, of every column that is exported."""
        fields = self.collections[name]["fields"]
        return {
            column: one.get("name", column) if isinstance(one, dict) else column for column, one in fields.items()
            if not (isinstance(one, dict) and "never_export" in one)}


def key_of(subject):
    key = subject["key"]
    return tuple(key) if isinstance(key, list) else (key,)


def sql_name(text):
    schema, table = hoptext.table_name(text)
    return '"{}"."{}"'.format(schema.replace('"', '""'), table.replace('"', '""'))


class Reach:
    """Which rows a map's collections lead to, over the contents of a database."""

    def __init__(self, map_, contents):
        self.map, self.contents = map_, contents
        self.known, self.indexes = {}, {}

    def of(self, name):
        """{(kind's table, key): {place of a row in its table: share}} of a collection, for everybody."""
        if name not in self.known:
            self.known[name] = None
            self.known[name] = self._of(self.map.collections[name])
        if self.known[name] is None:
            raise hoptext.Unreadable(f"{name} is inside itself")
        return self.known[name]

    def _of(self, one):
        table = sql_name(one["table"])
        if "inside" in one:
            return self._nested(table, one["inside"])
        found = {}
        for path in one.get("paths") or []:
            for person, places in self.of_path(table, path).items():
                shares = found.setdefault(person, {})
                for place, share in places.items():
                    shares[place] = merged(shares.get(place), share)
        return found

    def of_path(self, table, path):
        """The same of one path."""
        if not isinstance(path, dict):
            path = {"hops": [path]}
        kind, key = self.map.kinds[path.get("subject", self.map.default_kind)]
        share = frozenset(path.get("fields") or []) if path.get("ownership") == "mention" else FULL
        starts = {place: {place} for place in range(len(self._texts(table)))}
        at = table
        for text in path["hops"]:
            step = hoptext.parse(text)
            starts = self._step(at, step, starts)
            at = step.sql
        if at != kind:
            raise hoptext.Unreadable(f"a path ends at {at}, not at {kind}")
        found = {}
        for start, ends in starts.items():
            for end in ends:
                person = (kind, tuple(self._texts(kind)[end][name] for name in key))
                found.setdefault(person, {})[start] = share
        return found

    def _nested(self, table, inside):
        step = hoptext.parse(inside["by"])
        enclosed = self._step(table, step, {place: {place} for place in range(len(self._texts(table)))})
        found = {}
        for person, places in self.of(inside["collection"]).items():
            mine = {start: FULL for start, ends in enclosed.items() if any(end in places for end in ends)}
            if mine:
                found[person] = mine
        return found

    def _step(self, table, step, starts):
        """Where each start is after a step; a repeated one leads any number of times, none too."""
        self._need(table, step.columns)
        texts, index = self._texts(table), self._index(step.sql, step.key)
        reached = {}
        for start, places in starts.items():
            ends, todo = set(places) if "repeated" in step.flags else set(), list(places)
            while todo:
                row = texts[todo.pop()]
                key = tuple(row[name] for name in step.columns)
                new = set() if None in key else set(index.get(key, ())) - ends
                ends |= new
                if "repeated" in step.flags:
                    todo += new
            reached[start] = ends
        return reached

    def _need(self, table, names):
        self._texts(table)
        missing = set(names) - {column.name for column in self.contents[table].columns}
        if missing:
            raise hoptext.Unreadable(f"{table} has no columns {sorted(missing)}")

    def _texts(self, table):
        if table not in self.contents:
            raise hoptext.Unreadable(f"there is no table {table}")
        return self.contents[table].texts

    def _index(self, table, key):
        if (table, key) not in self.indexes:
            self._need(table, key)
            found = self.indexes.setdefault((table, key), {})
            for place, row in enumerate(self._texts(table)):
                found.setdefault(tuple(row[name] for name in key), []).append(place)
        return self.indexes[table, key]


def merged(one, other):
    """Two shares of one row."""
    if one is None or other is None:
        return one or other
    return FULL if FULL in (one, other) else one | other
