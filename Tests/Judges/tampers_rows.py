"""Ways to spoil rows, files, schemas and the manifest. Each is (name, whose archive, finding expected, how)."""

import re

from jsontext import Number, Object

TASKS, MESSAGES = "data/json/tasks.json", "data/json/conversations.json"


def in_tree(path, change):
    def tamper(copy):
        tree = copy.tree(path)
        copy.put_tree(path, change(tree) or tree)

    return tamper


def member(row, name, value):
    """The row with another value of that member."""
    return Object(tuple((key, value if key == name else old) for key, old in row.pairs))


def set_member(path, name, value, pick=lambda old: True):
    """Changes a member of the first row whose value is picked."""

    def change(rows):
        place = next(i for i, row in enumerate(rows) if pick(row.get(name)))
        rows[place] = member(rows[place], name, value(rows[place].get(name)) if callable(value) else value)

    return in_tree(path, change)


def replaced(path, old, new):
    return lambda copy: copy.replace(path, old, new)


def substituted(path, pattern, new):
    def tamper(copy):
        text, count = re.subn(pattern, new, copy.entries[path].decode(), count=1)
        assert count == 1, f"{path} has no {pattern}"
        copy.entries[path] = text.encode()

    return tamper


def move_message(rows):
    first, second = [i for i, row in enumerate(rows) if row.get("messages")][:2]
    moved = rows[first].get("messages")
    rows[second] = member(rows[second], "messages", moved[:1] + rows[second].get("messages"))
    rows[first] = member(rows[first], "messages", moved[1:])


def flip(copy):
    path = next(path for path in copy.entries if path.startswith("data/files/"))
    data = bytearray(copy.entries[path])
    data[len(data) // 2] ^= 1
    copy.entries[path] = bytes(data)


def renamed(copy):
    path = next(
        path
        for path in copy.entries
        if re.search(r"data/files/.*/[A-Za-z0-9 ._-]+$", path) and "invoices" not in path
    )
    copy.entries[path.rsplit("/", 1)[0] + "/another.txt"] = copy.entries.pop(path)


def swapped_files(copy):
    one, two = [path for path in copy.entries if path.startswith("data/files/documents/")][:2]
    copy.entries[one], copy.entries[two] = copy.entries[two], copy.entries[one]


def drop(prefix):
    def tamper(copy):
        del copy.entries[next(path for path in copy.entries if path.startswith(prefix))]

    return tamper


def add(path, data=b"x\n"):
    return lambda copy: copy.entries.update({path: data})


def last_line(path, change):
    def tamper(copy):
        lines = copy.entries[path].split(b"\r\n")
        copy.entries[path] = b"\r\n".join(change(lines[:-1]) + [b""])

    return tamper


ADA, ODD_JSON, FORMULAS, DAMAGED, NUMBERS = (
    "ordinary",
    "json-text",
    "csv-formulas",
    "damaged-files",
    "extreme-numbers",
)
UUID = "11111111-1111-4111-8111-111111111111"
TASKS_CSV, FILE = "data/csv/tasks.csv", "data/files/documents/"

JSON = [
    ("a row dropped", ADA, "json: .*is missing", in_tree(TASKS, lambda rows: rows[1:])),
    ("a row twice", ADA, "json: .*there twice", in_tree(TASKS, lambda rows: rows + rows[:1])),
    ("a foreign row", ADA, "json: .*not the owner", in_tree(TASKS, lambda r: r + [member(r[0], "id", UUID)])),
    ("a letter changed", ADA, "json: .*title is", set_member(TASKS, "title", lambda old: old + ".")),
    (
        "a combining letter composed",
        "normal-forms",
        "json: .*company is|json: .*name is",
        replaced("data/json/contacts.json", "Zoe\u0308", "Zo\u00eb"),
    ),
    (
        "a number's zero dropped",
        ADA,
        "json: .*budget is",
        set_member(TASKS, "budget", lambda old: Number(old.text[:-1]), lambda old: old and old.text.endswith("0")),
    ),
    ("a number as a string", ADA, "json: .*position is", set_member(TASKS, "position", lambda old: old.text)),
    ("null made empty", ADA, "json: .*parent_id is", set_member(TASKS, "parent_id", "", lambda old: old is None)),
    (
        "an instant without its offset",
        ADA,
        "json: .*created_at is",
        set_member(TASKS, "created_at", lambda old: old[:-6]),
    ),
    (
        "a member dropped",
        ADA,
        "json: .*notes is missing",
        in_tree(
            TASKS, lambda rows: [Object(tuple(pair for pair in row.pairs if pair[0] != "notes")) for row in rows]
        ),
    ),
    (
        "a member twice",
        ADA,
        "json: .*a member twice",
        in_tree(TASKS, lambda rows: [Object(row.pairs + row.pairs[:1]) for row in rows]),
    ),
    (
        "members in another order",
        ADA,
        "json: .*another order",
        in_tree(TASKS, lambda rows: [*rows[:-1], Object(rows[-1].pairs[::-1])]),
    ),
    ("rows in another order", ADA, "json: .*not in their order", in_tree(TASKS, lambda rows: rows[::-1])),
    ("a message in another conversation", ADA, "json: .*not the owner", in_tree(MESSAGES, move_message)),
    ("a nested array dropped", ADA, "json: .*messages is not an array", set_member(MESSAGES, "messages", None)),
    (
        "a secret shown",
        ADA,
        "json: .*password_hash should not",
        in_tree("data/json/account.json", lambda rows: [Object(rows[0].pairs + (("password_hash", None),))]),
    ),
    (
        "bytes in hexadecimal",
        ADA,
        "json: .*photo is",
        set_member("data/json/contacts.json", "photo", "5c78", lambda old: old),
    ),
    ("half a surrogate pair", ADA, "json: .*half a surrogate", replaced(TASKS, '"title":"', '"title":"\\ud800')),
    (
        "json text made harmless",
        ODD_JSON,
        "json: .*request is",
        set_member(
            "data/json/assistant_runs.json",
            "request",
            Object((("half", "?"),)),
            lambda old: isinstance(old, str) and "ud800" in old,
        ),
    ),
    ("NaN as a bare word", NUMBERS, "json: .*not JSON", replaced("data/json/contacts.json", '"NaN"', "NaN")),
    (
        "a byte order mark",
        ADA,
        "json: .*byte order mark|json: .*not JSON",
        lambda c: c.entries.update({TASKS: b"\xef\xbb\xbf" + c.entries[TASKS]}),
    ),
    ("Latin-1", ADA, "json: .*not UTF-8", replaced(TASKS, '"title":"', b'"title":"\xe9')),
    (
        "the array not closed",
        ADA,
        "json: .*not JSON",
        lambda c: c.entries.update({TASKS: c.entries[TASKS].rstrip()[:-1]}),
    ),
    ("a JSON file dropped", ADA, "json: .*is missing", drop(TASKS)),
    ("a JSON file added", ADA, "json: .*should not be there", add("data/json/notes.json", b"[]")),
]
