#!/usr/bin/env python3
"""Completes a proposed map as a careful person would who knows the truth: it touches only what was marked.

A guess that is right is confirmed, a wrong one is replaced, a decision is made; then the mark goes. A collection whose
way to the person was a guess may be taken out with all its lines. What has no mark stays as it is, byte for byte; that
is checked again on the finished text.
"""

import re

import hoptext
import marks
from mapfile import Map, Reach, merged, sql_name
from world import FULL

DECIDED = {
    "service": "random", "name": "Random Schemas Ltd", "contact": "privacy@example.com", "title": "What it is",
    "complaint_authority": "The Authority", "purpose": "running the product", "legal_basis": "contract",
    "category": "other data", "reason": "nothing about people"}


class Touched(Exception):
    """A line without a mark was changed: a fault of the completer's."""


def complete(text, world, contents):
    """The map completed by the truth."""
    return Completion(text, world, contents).run()


class Completion:
    def __init__(self, text, world, contents):
        self.text, self.world, self.contents = text, world, contents
        self.proposal = marks.read(text)
        self.tables = {table.sql: table for table in world.tables}
        #: how a comment may name a table
        self.forms = {form: table for table in world.tables
                      for form in (hoptext.write_table(table), f"{table.schema}.{table.name}")}
        #: line → the lines in its place
        self.instead = {}
        #: lines that go with a collection
        self.gone = set()
        #: tables to be described with their paths, tables to be left out
        self.described, self.excluded = [], []

    def run(self):
        self._undecided()
        self._ways()
        for number, line in enumerate(self.proposal.lines):
            if line.mark and number not in self.instead and number not in self.gone:
                self.instead[number] = self._settled(number, line)
        result = self._written()
        check_untouched(self.proposal, self.gone, result)
        return result

    # Tables the program found no way for

    def _undecided(self):
        for number, line in enumerate(self.proposal.lines):
            if line.mark and not line.text[:line.end].strip():
                self.instead[number] = []
                table = self._named(line.words)
                if table:
                    self._add(table)

    def _add(self, table):
        """A table to be described, own rows and mentions apart; or to be left out."""
        if not table.paths:
            self.excluded.append(table)
        for is_mention in (False, True):
            paths = [path for path in table.paths if (path.ownership == "mention") == is_mention]
            if paths:
                self.described.append((table, paths))

    def _named(self, words):
        """The table a comment begins with; the longest name that fits."""
        fitting = [form for form in self.forms if words.startswith(form) and words[len(form):][:1] in ("", ":", " ")]
        return self.forms[max(fitting, key=len)] if fitting else None

    # Whose rows

    def _ways(self):
        """Judges the paths of each table's collections together: they may share the work."""
        subjects = self._true_subjects()
        reach = Reach(Map(marks.flow({**self.proposal.tree, "subjects": subjects})), self.contents)
        by_table = {}
        for name, one in (self.proposal.tree.get("collections") or {}).items():
            by_table.setdefault(sql_name(one["table"]), []).append(name)
        for sql, names in by_table.items():
            if sql not in self.tables:
                continue
            table = self.tables[sql]
            if not is_right(table, names, reach, self.world, self.contents):
                self._correct(table, names)

    def _true_subjects(self):
        found = {}
        for name, one in self.proposal.tree["subjects"].items():
            kind = next((k for k in self.world.kinds if k.table.sql == sql_name(one["table"])), None)
            found[name] = {**one, "key": list(kind.key) if kind else one["key"]}
        return found

    def _correct(self, table, names):
        """Replaces the ways that were marked by the true ones; what was a guess in vain goes, what is missing comes."""
        free = [name for name in names if self._is_free(name)]
        if not free:
            return
        for is_mention in (False, True):
            mine = [name for name in free if self._mentions(name) == is_mention]
            paths = [path for path in table.paths if (path.ownership == "mention") == is_mention]
            is_kept = any(name not in free and self._mentions(name) == is_mention for name in names)
            if paths and mine:
                self._replace(mine.pop(0), paths)
            elif paths and not is_kept:
                self.described.append((table, paths))
            for name in mine:
                self.gone |= set(range(*self.proposal.blocks[name]))
        if not table.paths and set(free) == set(names):
            self.excluded.append(table)

    def _is_free(self, name):
        """Whether a collection's way to the person was a guess."""
        lines = way_lines(self.proposal, name)
        return bool(lines) and all(self.proposal.lines[number].mark for number in lines)

    def _mentions(self, name):
        paths = self.proposal.tree["collections"][name].get("paths") or []
        return any(isinstance(path, dict) and path.get("ownership") == "mention" for path in paths)

    def _replace(self, name, paths):
        first, *rest = way_lines(self.proposal, name)
        indent = re.match(r"\s*", self.proposal.lines[first].text)[0]
        written = self._paths(paths)
        self.instead.update((number, []) for number in rest)
        if self.proposal.lines[first].text.strip().startswith("-"):
            self.instead[first] = [f"{indent}- {marks.flow(path)}" for path in written]
        else:
            self.instead[first] = [f"{indent}paths: {marks.flow(written)}"]

    def _paths(self, paths):
        """True paths as the map writes them."""
        names = {sql_name(one["table"]): name for name, one in self.proposal.tree["subjects"].items()}
        found = []
        for path in paths:
            one = {"subject": names[path.kind.sql], "ownership": path.ownership}
            if path.fields:
                one["fields"] = list(path.fields)
            found.append({**one, "hops": [hoptext.write(hop) for hop in path.hops]})
        return found

    # Single values

    def _settled(self, number, line):
        """The lines in place of a marked one."""
        place = self.proposal.places.get(number)
        kept = [line.text[:line.end].rstrip()]
        if place is None or place.node is None:
            return kept
        value = self._value(place.path, place.value, line.mark)
        if value is place.value:
            return kept
        if value is None:
            return []
        start, end = place.node.start_mark.column, place.node.end_mark.column
        return [line.text[:start] + marks.flow(value) + line.text[end:line.end].rstrip()]

    def _value(self, path, value, mark):
        """The true value of a marked place: the same object when the guess is right, None when the line must go."""
        if path[0] == "subjects" and len(path) > 2:
            return self._subject_value(path, value)
        if path == ("row_security",):
            is_guarded = all(table.has_row_security for table in self.world.tables if table.paths)
            return value if value == "optional" or is_guarded else "optional"
        if path[0] == "not_included" and len(path) == 2:
            table = self.tables.get(sql_name(value["table"]))
            if table is None or not table.paths:
                return value
            self._add(table)
            return None
        if path[0] == "collections" and len(path) == 4 and path[2] == "fields":
            return self._field_value(path, value)
        if mark == "decide" and isinstance(value, str) and path[-1] in DECIDED:
            return DECIDED[path[-1]]
        return value

    def _subject_value(self, path, value):
        one = self.proposal.tree["subjects"][path[1]]
        kind = next((k for k in self.world.kinds if k.table.sql == sql_name(one["table"])), None)
        if kind is None:
            return value
        if path[2] == "key":
            true = list(kind.key) if len(kind.key) > 1 else kind.key[0]
            return value if value in (true, list(kind.key)) else true
        if path[2] == "row_security":
            true = kind.scope.as_map() if kind.scope else "none"
            return value if value == true else true
        if path[2] == "identifiers":
            columns = value.values() if isinstance(value, dict) else [value]
            is_right = all(column in (kind.email, *kind.key) for column in columns)
            if is_right:
                return value
            return {"email": kind.email} if kind.email and isinstance(value, dict) else None
        return value

    def _begins_no_path(self, table, column):
        """Whether a column's foreign key leads to people, and none of the table's true paths begins with it."""
        first = [set(next(hop.columns for hop in path.hops if not hop.repeated or hop is path.hops[-1]))
                 for path in table.paths if path.hops]
        people = [kind.table for kind in self.world.kinds]
        return any(column in key.columns and key.to in people and set(key.columns) not in first
                   for key in table.foreign_keys)

    def _field_value(self, path, value):
        """Only secrets stay behind; a reference to people that begins no path says why."""
        table = self.tables.get(sql_name(self.proposal.tree["collections"][path[1]]["table"]))
        if table is not None and self._begins_no_path(table, path[3]):
            rest = value if isinstance(value, dict) else {"category": value}
            return {**rest, "not_a_path": "the row is whose address it bears"}
        if table is None or not isinstance(value, dict) or path[3] in table.secrets:
            return value
        if "never_export" not in value and "redact" not in value:
            return value
        return {key: one for key, one in value.items() if key not in ("never_export", "redact")} or "other data"

    # The finished text

    def _written(self):
        out = []
        for number, line in enumerate(self.proposal.lines):
            if number in self.gone:
                continue
            out += self.instead.get(number, [line.text])
        new = [line for number, (table, paths) in enumerate(self.described)
               for line in self._collection(table, paths, number + 1)]
        left_out = [f"  - {marks.flow(self._exclusion(table))}" for table in self.excluded]
        return "\n".join(_added(_added(out, "collections", new), "not_included", left_out))

    @staticmethod
    def _exclusion(table):
        return {"table": hoptext.write_table(table), "reason": DECIDED["reason"]}

    def _collection(self, table, paths, number):
        """A collection for a table the program left to us."""
        lines = [
            f"  added_{number}:", f"    title: Added {number}", f"    table: {marks.flow(hoptext.write_table(table))}",
            "    category: other data", "    purpose: running the product", "    origin: provided",
            "    legal_basis: contract", f"    paths: {marks.flow(self._paths(paths))}", "    fields:"]
        used = set()
        for column in table.columns:
            shown, place = column.name, 2
            while shown.casefold() in used:
                shown, place = f"{column.name}_{place}", place + 1
            used.add(shown.casefold())
            one = {"category": "other data"} if shown == column.name else {"category": "other data", "name": shown}
            if column.name in table.secrets:
                one = {"never_export": "a secret"}
            lines.append(f"      {marks.flow(column.name)}: {marks.flow(one)}")
        return [*lines, f"    erasure: {'unlink' if paths[0].ownership == 'mention' else 'delete'}", ""]


def way_lines(proposal, name):
    """The lines that hold a collection's paths, or what it is inside of."""
    return [number for number, place in proposal.places.items()
            if place.path[:2] == ("collections", name) and len(place.path) > 2 and place.path[2] in ("paths", "inside")
            and place.node is not None]


def is_right(table, names, reach, world, contents):
    """Whether a table's collections lead everybody to exactly what the truth lists."""
    try:
        return not differences(table, names, reach, world, contents)
    except hoptext.Unreadable:
        return False


def differences(table, names, reach, world, contents):
    """People whom the collections of a table lead to other rows than the truth lists, with what differs."""
    found = {}
    for name in names:
        for person, places in reach.of(name).items():
            for place, share in places.items():
                shares = found.setdefault(person, {})
                shares[place] = merged(shares.get(place), share)
    wrong = []
    texts = contents[table.sql].texts
    for person in world.people:
        mine = {}
        for place, share in found.get((person.kind, person.key), {}).items():
            mine.setdefault(tuple(texts[place][name] for name in table.identity), []).append(share)
        true = {}
        for key, share in world.truth(person).get(table.sql, []):
            true.setdefault(key, []).append(share)
        keys = {key for key in set(mine) | set(true) if not _fit(mine.get(key), true.get(key))}
        if keys:
            wrong.append((person, keys))
    return wrong


def _fit(mine, true):
    """Whether shares are those of the truth; a mention shows nothing but listed fields."""
    if mine is None or true is None or len(mine) != len(true):
        return False
    return all(one == other if FULL in (one, other) else one and one <= other for one, other in zip(mine, true))


def _added(lines, section, new):
    """The lines with new ones at the beginning of a section, which is made when it isn't there."""
    if not new:
        return lines
    place = next((number for number, line in enumerate(lines) if re.match(rf"{section}:\s*(#.*)?$", line)), None)
    if place is not None:
        return lines[:place + 1] + new + lines[place + 1:]
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return [*lines, "", f"{section}:", *new, ""]


def check_untouched(proposal, gone, result):
    """Every line without a mark must stand in the result, byte for byte and in its place among the others."""
    rest = iter(result.split("\n"))
    for number, line in enumerate(proposal.lines):
        if line.mark or number in gone or not line.text.strip():
            continue
        if not any(other == line.text for other in rest):
            raise Touched(f"line {number + 1} of the proposed map had no mark and was changed: {line.text}")
    for name, (first, end) in proposal.blocks.items():
        inside = gone & set(range(first, end))
        ways = way_lines(proposal, name)
        if inside and (len(inside) != end - first or not ways or not all(proposal.lines[way].mark for way in ways)):
            raise Touched(f"the collection {name} was taken out in part, or though its way to the person had no mark")
