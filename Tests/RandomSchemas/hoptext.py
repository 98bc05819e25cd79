"""Steps and table names as the map writes them."""

import re
from dataclasses import dataclass

FLAGS = re.compile(r"\s*(as text|unenforced|repeated)(?=\s|$)")
PLAIN = re.compile(r"\w+")


class Unreadable(ValueError):
    """Text that is no step or no table name."""


@dataclass(frozen=True)
class Step:
    columns: tuple
    schema: str
    table: str
    key: tuple
    flags: frozenset

    @property
    def sql(self):
        return '"{}"."{}"'.format(self.schema.replace('"', '""'), self.table.replace('"', '""'))


def parse(text):
    """One step `column -> schema.table(key)`, with its flags behind it."""
    sides = _split(text, "->")
    if len(sides) != 2:
        raise Unreadable(f"no step: {text}")
    close = sides[1].rindex(")") if ")" in sides[1] else -1
    opening = _opening(sides[1], close)
    flags, rest = set(), sides[1][close + 1:]
    while rest.strip():
        match = FLAGS.match(rest)
        if not match:
            raise Unreadable(f"unknown words behind the step: {text}")
        flags.add(match[1])
        rest = rest[match.end():]
    schema, table = table_name(sides[1][:opening])
    left = sides[0].strip()
    if left.startswith("(") and left.endswith(")"):
        left = left[1:-1]
    return Step(_columns(left), schema, table, _columns(sides[1][opening + 1:close]), frozenset(flags))


def table_name(text):
    """(schema, table) of `schema.table`, parts quoted where they need it."""
    parts = [_unquoted(part) for part in _split(text.strip(), ".")]
    if len(parts) != 2 or not all(parts):
        raise Unreadable(f"no schema.table: {text}")
    return tuple(parts)


def write_table(table):
    return f"{_quoted(table.schema)}.{_quoted(table.name)}"


def write(hop):
    """A step of the truth, as the map takes it."""
    columns = ", ".join(_quoted(name) for name in hop.columns)
    left = columns if len(hop.columns) == 1 else f"({columns})"
    flags = " as text" * hop.as_text + " unenforced" * hop.unenforced + " repeated" * hop.repeated
    return f"{left} -> {write_table(hop.to)}({', '.join(_quoted(name) for name in hop.key)}){flags}"


def _quoted(part):
    return part if PLAIN.fullmatch(part) else '"' + part.replace('"', '""') + '"'


def _columns(text):
    return tuple(_unquoted(part) for part in _split(text, ","))


def _unquoted(part):
    part = part.strip()
    if len(part) > 1 and part.startswith('"') and part.endswith('"'):
        return part[1:-1].replace('""', '"')
    return part


def _opening(text, close):
    """Where the list that ends at `close` begins."""
    place, is_quoted, opening, depth = 0, False, -1, 0
    while place < close:
        letter = text[place]
        if letter == '"' and (is_quoted or _begins(text, place)):
            is_quoted = not is_quoted
        elif letter == "(" and not is_quoted:
            if depth == 0:
                opening = place
            depth += 1
        elif letter == ")" and not is_quoted:
            depth -= 1
        place += 1
    if opening < 0:
        raise Unreadable("no list of columns")
    return opening


def _split(text, by):
    """Parts between separators that stand outside quotes."""
    parts, start, place, is_quoted = [], 0, 0, False
    while place < len(text):
        if text[place] == '"' and (is_quoted or _begins(text, place)):
            is_quoted = not is_quoted
        elif not is_quoted and text.startswith(by, place):
            parts.append(text[start:place])
            start = place = place + len(by)
            continue
        place += 1
    return [*parts, text[start:]]


def _begins(text, place):
    """Whether a quote at `place` opens a name, and isn't a letter of one."""
    before = text[:place].rstrip()
    return not before or before[-1] in ".,(" or before.endswith("->")
