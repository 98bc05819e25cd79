"""Ways to spoil CSV, files, and archives for the right export. Each is (name, whose archive, finding expected, how)."""

from jsontext import Object
from tampers_rows import (
    ADA,
    FILE,
    FORMULAS,
    MESSAGES,
    NUMBERS,
    TASKS_CSV,
    UUID,
    add,
    drop,
    flip,
    in_tree,
    last_line,
    renamed,
    replaced,
    substituted,
    swapped_files,
)

CSV = [
    ("a record dropped", ADA, "csv: .*is missing", last_line(TASKS_CSV, lambda lines: lines[:-1])),
    ("a record twice", ADA, "csv: .*there twice", last_line(TASKS_CSV, lambda lines: lines + lines[-1:])),
    ("a foreign record", ADA, "csv: .*not the owner", substituted(TASKS_CSV, r"\r\n[0-9a-f-]{36},", f"\r\n{UUID},")),
    ("records in another order", ADA, "csv: .*not in their order", last_line(TASKS_CSV, lambda l: l[:1] + l[:0:-1])),
    (
        "null made empty text",
        ADA,
        "csv: .*is ''",
        substituted(TASKS_CSV, r"(\r\n[0-9a-f-]{36},[0-9a-f-]{36}),,", r'\1,"",'),
    ),
    ("empty text made null", FORMULAS, "csv: .*is None", replaced("data/csv/contacts.csv", ',"",', ",,")),
    (
        "bare line feeds",
        ADA,
        "csv: .*not RFC 4180",
        lambda c: c.entries.update({TASKS_CSV: c.entries[TASKS_CSV].replace(b"\r\n", b"\n")}),
    ),
    (
        "the last line cut",
        ADA,
        "csv: .*whole record|csv: .*RFC",
        lambda c: c.entries.update({TASKS_CSV: c.entries[TASKS_CSV][:-2]}),
    ),
    ("a column renamed", ADA, "csv: .*the header is", replaced(TASKS_CSV, ",title,", ",name,")),
    (
        "a cell too many",
        ADA,
        "csv: .*fields, not",
        last_line(TASKS_CSV, lambda lines: lines[:-1] + [lines[-1] + b","]),
    ),
    ("a guard taken off", FORMULAS, "formula: .*begins with '='", replaced("data/csv/contacts.csv", "\"'=", '"=')),
    ("a guard on a number", NUMBERS, "csv: .*is \"'-", substituted("data/csv/tasks.csv", r",-(\d)", r",'-\1")),
    ("a quote not doubled", FORMULAS, "csv: ", replaced("data/csv/contacts.csv", '""', '"')),
    ("a CSV file dropped", ADA, "csv: .*is missing", drop("data/csv/messages.csv")),
    ("a CSV file added", ADA, "csv: .*should not be there", add("data/csv/notes.csv", b"a\r\n")),
]

FILES = [
    ("a bit flipped in a file", ADA, "files: .*not the bytes", flip),
    ("a file dropped", ADA, "files: .*0 files instead of one", drop(FILE)),
    (
        "a file added beside another",
        ADA,
        "files: .*2 files instead",
        lambda c: add(next(p for p in c.entries if p.startswith(FILE)).rsplit("/", 1)[0] + "/extra.txt")(c),
    ),
    ("a file of nobody's row", ADA, "files: .*no row points", add(f"{FILE}{UUID}/x.txt")),
    ("two files exchanged", ADA, "files: .*not the bytes", swapped_files),
    ("a file renamed", ADA, "files: .*is safe and was changed", renamed),
]

EXPORT = [
    ("inferred rows shown", "export", "json: .*briefings.*should not", add("data/json/briefings.json", b"[]")),
    (
        "an inferred column shown",
        "export",
        "json: .*closeness should not",
        in_tree("data/json/contacts.json", lambda rows: [Object(row.pairs + (("closeness", None),)) for row in rows]),
    ),
    (
        "a redacted address shown",
        "export",
        "json: .*author_email is",
        replaced(MESSAGES, '"[redacted]"', '"a@example.com"'),
    ),
    (
        "a redacted address shown in CSV",
        "export",
        "csv: .*author_email is",
        replaced("data/csv/messages.csv", "[redacted]", "a@example.com"),
    ),
    (
        "a null made redacted",
        "export",
        "json: .*author_email is",
        replaced(MESSAGES, '"author_email":null', '"author_email":"[redacted]"'),
    ),
]

ALL = CSV + FILES + EXPORT
