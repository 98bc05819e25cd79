"""Ways to spoil schemas, manifest, seals and pages. Each is (name, whose archive, finding expected, how).

`BEFORE` are sealed afterwards, `MANIFEST` are signed afterwards, `AFTER` are left as they are.
"""

import base64
import json

from tampers_rows import ADA, DAMAGED, add, drop, replaced, substituted

CANARY = b"cnryzzzzzzzzzz"
PAGE, README, SCHEMA = "START_HERE.html", "README.txt", "schemas/tasks.schema.json"


def append(path, data):
    return lambda copy: copy.entries.update({path: copy.entries[path] + data})


def drop_all(prefix):
    def tamper(copy):
        copy.entries = {path: data for path, data in copy.entries.items() if not path.startswith(prefix)}

    return tamper


def schema(change):
    def tamper(copy):
        tree = json.loads(copy.entries[SCHEMA])
        change(tree)
        copy.entries[SCHEMA] = json.dumps(tree).encode()

    return tamper


def manifest(change):
    return lambda copy: change(copy.manifest)


def rename(old, new):
    def tamper(copy):
        path = next(path for path in copy.entries if path.startswith(old))
        copy.entries[new] = copy.entries.pop(path)

    return tamper


BEFORE = [
    (
        "a schema that takes more",
        ADA,
        "schema: .*a member too many",
        schema(lambda s: s["items"].pop("additionalProperties")),
    ),
    (
        "a schema that needs less",
        ADA,
        "schema: .*without notes",
        schema(lambda s: s["items"]["required"].remove("notes")),
    ),
    (
        "a schema without a type",
        ADA,
        "schema: .*an object as tasks.title",
        schema(lambda s: s["items"]["properties"].update(title={})),
    ),
    (
        "a schema the data break",
        ADA,
        "schema: .*data/json/tasks.json",
        schema(lambda s: s["items"]["properties"].update(title={"type": "null"})),
    ),
    (
        "a schema of another draft",
        ADA,
        "schema: .*2020-12",
        schema(lambda s: s.update({"$schema": "http://json-schema.org/draft-07/schema#"})),
    ),
    ("a schema that takes all", ADA, "schema: .*something else", lambda c: c.entries.update({SCHEMA: b"{}"})),
    ("a foreign canary", ADA, "canary: README", append(README, b"\n" + CANARY)),
    (
        "a foreign canary in base64, one",
        ADA,
        "canary: README",
        append(README, b"\n" + base64.b64encode(CANARY + b".")),
    ),
    (
        "a foreign canary in base64, two",
        ADA,
        "canary: README",
        append(README, b"\n" + base64.b64encode(b"." + CANARY)),
    ),
    (
        "a foreign canary in base64, three",
        ADA,
        "canary: README",
        append(README, b"\n" + base64.b64encode(b".." + CANARY)),
    ),
    ("a foreign canary in percent signs", ADA, "canary: README", append(README, b"\n%63%6E%72%79" + CANARY[4:])),
    ("a foreign canary in UTF-16", ADA, "canary: README", append(README, CANARY.decode().encode("utf-16-le"))),
    (
        "a foreign canary in a name",
        ADA,
        "canary: the names",
        rename("data/files/documents/", f"data/files/documents/{CANARY.decode()}.txt"),
    ),
    ("a script", ADA, "html: .*<script>", replaced(PAGE, "</body>", "<script></script></body>")),
    ("a handler", ADA, "html: .*onclick", replaced(PAGE, "<main>", '<main onclick="x()">')),
    (
        "an outside picture",
        ADA,
        "html: .*outside",
        replaced(PAGE, "</main>", '<img src="https://example.com/a.png"></main>'),
    ),
    (
        "a link to nothing",
        ADA,
        "html: .*not there",
        replaced(PAGE, 'href="data/json/tasks.json"', 'href="data/json/task.json"'),
    ),
    ("no policy", ADA, "html: .*its policy", substituted(PAGE, r"<meta http-equiv[^>]*>", "")),
    ("a style that fetches", ADA, "html: .*fetches", replaced(PAGE, "</style>", "p{background:url(x.png)}</style>")),
    ("an element left open", ADA, "html: ", replaced(PAGE, "</table>", "")),
    (
        "a page that goes away",
        ADA,
        "html: .*by itself",
        replaced(PAGE, "</head>", '<meta http-equiv="refresh" content="0"></head>'),
    ),
    ("a tag file added", ADA, "manifest: .*not a part", add("extra.txt")),
    ("a tag file dropped", ADA, "manifest: .*NOT_INCLUDED.txt is missing", drop("NOT_INCLUDED.txt")),
    ("a folder spoken of", ADA, "manifest: README.txt speaks", drop_all("data/csv/")),
    ("a secret in a page", ADA, "secret: README", lambda copy: append(README, copy.expected.secrets[0][1])(copy)),
    (
        "an omission not said",
        ADA,
        "manifest: NOT_INCLUDED.txt",
        replaced("NOT_INCLUDED.txt", "account.totp_secret", "another"),
    ),
]

MANIFEST = [
    (
        "a count of source rows",
        ADA,
        "manifest: tasks: source",
        manifest(lambda m: next(c for c in m["collections"] if c["name"] == "tasks").update(source_rows=3)),
    ),
    ("a collection not counted", ADA, "manifest: collections differ", manifest(lambda m: m["collections"].pop())),
    ("a digest", ADA, "manifest: .*SHA-256", manifest(lambda m: m["files"][3].update(sha256="0" * 64))),
    ("a size", ADA, "manifest: .*bytes or SHA", manifest(lambda m: m["files"][3].update(bytes=1))),
    ("a file not listed", ADA, "manifest: .*is not listed", manifest(lambda m: m["files"].pop())),
    (
        "a file listed that isn't there",
        ADA,
        "manifest: .*must not be",
        manifest(lambda m: m["files"].append({"path": "x"})),
    ),
    ("a file listed twice", ADA, "manifest: .*listed twice", manifest(lambda m: m["files"].append(m["files"][0]))),
    ("rows of a file", ADA, "manifest: .*rows is 1,", lambda c: c.record("data/json/tasks.json").update(rows=1)),
    (
        "nested rows of a file",
        ADA,
        "manifest: .*nested_rows",
        lambda c: c.record("data/json/invoices.json").pop("nested_rows"),
    ),
    (
        "a media type",
        ADA,
        "manifest: .*media type",
        lambda c: c.record("data/json/tasks.json").update(media_type="text/plain"),
    ),
    (
        "no schema named",
        ADA,
        "schema: .*its schema is None",
        lambda c: c.record("data/json/tasks.json").pop("schema"),
    ),
    ("the LSN", ADA, "manifest: the snapshot", manifest(lambda m: m["snapshot"].update(lsn="12"))),
    (
        "the instant with an offset",
        ADA,
        "manifest: the snapshot",
        manifest(lambda m: m["snapshot"].update(at="2026-01-01T00:00:00+01:00")),
    ),
    ("the right", ADA, "manifest: the right", manifest(lambda m: m["request"].update(right="export"))),
    ("an omission dropped", ADA, "manifest: not_included", manifest(lambda m: m["not_included"].pop())),
    (
        "an omission without a reason",
        ADA,
        "manifest: .*a reason",
        manifest(lambda m: m["not_included"][0].update(reason="")),
    ),
    (
        "a redaction that wasn't",
        ADA,
        "manifest: redacted",
        manifest(lambda m: m["redacted"].append({"what": "tasks.title", "reason": "x"})),
    ),
    (
        "a whole file called missing",
        ADA,
        "manifest: missing",
        manifest(lambda m: m["missing"].append({"collection": "documents", "row": "x", "reason": "missing"})),
    ),
    ("losses not said", DAMAGED, "manifest: missing", manifest(lambda m: m["missing"].clear())),
    ("a loss made smaller", DAMAGED, "manifest: missing", manifest(lambda m: m["missing"][-1].update(found_bytes=1))),
    ("the read-back", ADA, "manifest: read_back", manifest(lambda m: m.update(read_back="not_done"))),
    ("guarded cells not counted", ADA, "manifest: notes", manifest(lambda m: m["notes"].update(csv_guarded_cells=0))),
]

AFTER = [
    (
        "a signature of noise",
        ADA,
        "signature: ",
        lambda c: (c.entries.update({"habeas-manifest.sig": bytes(64)}), c.bag()),
    ),
    ("the manifest after signing", ADA, "signature: ", lambda c: (append("habeas-manifest.json", b" ")(c), c.bag())),
    ("a payload file after bagging", ADA, "bag: bagit", append("data/json/tasks.json", b" ")),
    ("a tag file after bagging", ADA, "bag: sha256sum -c tagmanifest", append(README, b" ")),
    ("a payload file added to the bag", ADA, "bag: manifest-sha256.txt: .*not listed", add("data/new.txt")),
    ("a tag file added to the bag", ADA, "bag: tagmanifest-sha256.txt: .*not listed", add("new.txt")),
    ("a payload file taken from the bag", ADA, "bag: bagit", drop("data/csv/tasks.csv")),
    (
        "the octet count",
        ADA,
        "bag: .*Payload-Oxum",
        substituted("bag-info.txt", r"Payload-Oxum: \d", "Payload-Oxum: 99"),
    ),
    ("no signature at all", ADA, "signature: ", drop("habeas-manifest.sig")),
]
