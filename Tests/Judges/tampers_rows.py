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
    path = next(path for path in copy.entries if re.search(r"data/files/.*/[A-Za-z0-9 ._-]+$", path) and "invoices" not in path)
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


ADA, ODD_JSON, FORMULAS, DAMAGED, NUMBERS = "ordinary", "json-text", "csv-formulas", "damaged-files", "extreme-numbers"
UUID = "11111111-1111-4111-8111-111111111111"
TASKS_CSV, FILE = "data/csv/tasks.csv", "data/files/documents/"

JSON = [
    ("a row dropped", ADA, "json: .*is missing", in_tree(TASKS, lambda rows: rows[1:])),
    ("a row twice", ADA, "json: .*there twice", in_tree(TASKS, lambda rows: rows + rows[:1])),
    ("a foreign row", ADA, "json: .*not the owner", in_tree(TASKS, lambda r: r + [member(r[0], "id", UUID)])),
    ("a letter changed", ADA, "json: .*title is", set_member(TASKS, "title", lambda old: old + ".")),
    ("a combining letter composed", "normal-forms", "json: .*name is", replaced("data/json/contacts.json", "Zoe\u0308", "Zo\u00eb")),
    ("a number's zero dropped", ADA, "json: .*budget is", set_member(
        TASKS, "budget", lambda old: Number(old.text[:-1]), lambda old: old and old.text.endswith("0"))),
    ("a number as a string", ADA, "json: .*position is", set_member(TASKS, "position", lambda old: old.text)),
    ("null made empty", ADA, "json: .*parent_id is", set_member(TASKS, "parent_id", "", lambda old: old is None)),
    ("an instant without its offset", ADA, "json: .*created_at is", set_member(TASKS, "created_at", lambda old: old[:-6])),
    ("a member dropped", ADA, "json: .*notes is missing", in_tree(TASKS, lambda rows: [
        Object(tuple(pair for pair in row.pairs if pair[0] != "notes")) for row in rows])),
    ("a member twice", ADA, "json: .*a member twice", in_tree(TASKS, lambda rows: [
        Object(row.pairs + row.pairs[:1]) for row in rows])),
    ("members in another order", ADA, "json: .*another order", in_tree(TASKS, lambda rows: [
        *rows[:-1], Object(rows[-1].pairs[::-1])])),
    ("rows in another order", ADA, "json: .*not in their order", in_tree(TASKS, lambda rows: rows[::-1])),
    ("a message in another conversation", ADA, "json: .*not the owner", in_tree(MESSAGES, move_message)),
    ("a nested array dropped", ADA, "json: .*messages is not an array", set_member(MESSAGES, "messages", None)),
    ("a secret shown", ADA, "json: .*password_hash should not", in_tree("data/json/account.json", lambda rows: [
        Object(rows[0].pairs + (("password_hash", None),))])),
    ("bytes in hexadecimal", ADA, "json: .*photo is", set_member("data/json/contacts.json", "photo", "5c78", lambda old: old)),
    ("half a surrogate pair", ADA, "json: .*half a surrogate", replaced(TASKS, '"title":"', '"title":"\\ud800')),
    ("json text made harmless", ODD_JSON, "json: .*request is", set_member(
        "data/json/assistant_runs.json", "request", Object((("half", "?"),)), lambda old: isinstance(old, str) and "ud800" in old)),
    ("NaN as a bare word", NUMBERS, "json: .*not JSON", replaced("data/json/contacts.json", '"NaN"', "NaN")),
    ("a byte order mark", ADA, "json: .*byte order mark|json: .*not JSON", lambda c: c.entries.update({TASKS: b"\xef\xbb\xbf" + c.entries[TASKS]})),
    ("Latin-1", ADA, "json: .*not UTF-8", replaced(TASKS, '"title":"', b'"title":"\xe9')),
    ("the array not closed", ADA, "json: .*not JSON", lambda c: c.entries.update({TASKS: c.entries[TASKS].rstrip()[:-1]})),
    ("a JSON file dropped", ADA, "json: .*is missing", drop(TASKS)),
    ("a JSON file added", ADA, "json: .*should not be there", add("data/json/notes.json", b"[]")),
]

CSV = [
    ("a record dropped", ADA, "csv: .*is missing", last_line(TASKS_CSV, lambda lines: lines[:-1])),
    ("a record twice", ADA, "csv: .*there twice", last_line(TASKS_CSV, lambda lines: lines + lines[-1:])),
    ("a foreign record", ADA, "csv: .*not the owner", substituted(TASKS_CSV, r"\r\n[0-9a-f-]{36},", f"\r\n{UUID},")),
    ("records in another order", ADA, "csv: .*not in their order", last_line(TASKS_CSV, lambda l: l[:1] + l[:0:-1])),
    ("null made empty text", ADA, "csv: .*is ''", substituted(TASKS_CSV, r"(\r\n[0-9a-f-]{36},[0-9a-f-]{36}),,", r'\1,"",')),
    ("empty text made null", FORMULAS, "csv: .*is None", replaced("data/csv/contacts.csv", ',"",', ",,")),
    ("bare line feeds", ADA, "csv: .*not RFC 4180", lambda c: c.entries.update({TASKS_CSV: c.entries[TASKS_CSV].replace(b"\r\n", b"\n")})),
    ("the last line cut", ADA, "csv: .*whole record|csv: .*RFC", lambda c: c.entries.update({TASKS_CSV: c.entries[TASKS_CSV][:-2]})),
    ("a column renamed", ADA, "csv: .*the header is", replaced(TASKS_CSV, ",title,", ",name,")),
    ("a cell too many", ADA, "csv: .*fields, not", last_line(TASKS_CSV, lambda lines: lines[:-1] + [lines[-1] + b","])),
    ("a guard taken off", FORMULAS, "formula: .*begins with '='", replaced("data/csv/contacts.csv", "\"'=", '"=')),
    ("a guard on a number", NUMBERS, "csv: .*is \"'-", substituted("data/csv/tasks.csv", r",-(\d)", r",'-\1")),
    ("a quote not doubled", FORMULAS, "csv: ", replaced("data/csv/contacts.csv", '""', '"')),
    ("a CSV file dropped", ADA, "csv: .*is missing", drop("data/csv/messages.csv")),
    ("a CSV file added", ADA, "csv: .*should not be there", add("data/csv/notes.csv", b"a\r\n")),
]

FILES = [
    ("a bit flipped in a file", ADA, "files: .*not the bytes", flip),
    ("a file dropped", ADA, "files: .*0 files instead of one", drop(FILE)),
    ("a file added beside another", ADA, "files: .*2 files instead", lambda c: add(
        next(p for p in c.entries if p.startswith(FILE)).rsplit("/", 1)[0] + "/extra.txt")(c)),
    ("a file of nobody's row", ADA, "files: .*no row points", add(f"{FILE}{UUID}/x.txt")),
    ("two files exchanged", ADA, "files: .*not the bytes", swapped_files),
    ("a file renamed", ADA, "files: .*is safe and was changed", renamed),
]

EXPORT = [
    ("inferred rows shown", "export", "json: .*briefings.*should not", add("data/json/briefings.json", b"[]")),
    ("an inferred column shown", "export", "json: .*closeness should not", in_tree("data/json/contacts.json", lambda rows: [
        Object(row.pairs + (("closeness", None),)) for row in rows])),
    ("a redacted address shown", "export", "json: .*author_email is", replaced(MESSAGES, '"[redacted]"', '"a@example.com"')),
    ("a redacted address shown in CSV", "export", "csv: .*author_email is", replaced("data/csv/messages.csv", "[redacted]", "a@example.com")),
    ("a null made redacted", "export", "json: .*author_email is", replaced(MESSAGES, '"author_email":null', '"author_email":"[redacted]"')),
]

ALL = JSON + CSV + FILES + EXPORT
