"""habeas-manifest.json: it lists everything and nothing else, and every number is right."""

import hashlib
import json
import re

import csvrows
import expected as truth
import payloadfiles
import workspace

UNLISTED = {
    "habeas-manifest.json", "habeas-manifest.sig", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
ALWAYS = UNLISTED | {"START_HERE.html", "README.txt", "NOT_INCLUDED.txt", "bagit.txt"}
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d{1,6})?Z")
LSN = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read(entries, findings):
    try:
        return json.loads(entries["habeas-manifest.json"].decode("utf-8"))
    except (KeyError, ValueError) as error:
        findings.add("manifest", f"habeas-manifest.json can't be read: {error!r}")
        return {}


class Check:
    """One manifest against one archive."""

    def __init__(self, manifest, root, entries, expected, right, formats, findings):
        self.manifest, self.root, self.entries, self.expected = manifest, root, entries, expected
        self.right, self.formats, self.findings = right, formats, findings

    def fault(self, text):
        self.findings.add("manifest", text)

    def run(self, media_types, read_back):
        self.head()
        if self.manifest.get("read_back") != read_back:
            self.fault(f"read_back is {self.manifest.get('read_back')}, should be {read_back}")
        self.layout()
        self.files(media_types)
        self.collections()
        self.omissions()
        self.missing(media_types)
        self.notes()

    def head(self):
        manifest = self.manifest
        for name in ("format", "version", "generator", "request", "snapshot", "files", "collections", "missing",
                     "redacted", "retained", "not_included"):
            if name not in manifest:
                self.fault(f"{name} is missing")
        request, snapshot = manifest.get("request", {}), manifest.get("snapshot", {})
        if (request.get("right"), request.get("regime")) != (self.right, self.expected.regime):
            self.fault(f"the right is {request.get('right')}, should be {self.right}; the law is "
                       f"{request.get('regime')}, should be {self.expected.regime}")
        if not UUID.fullmatch(str(request.get("id"))):
            self.fault(f"the request's id is {request.get('id')}")
        day = INSTANT.fullmatch(str(snapshot.get("at")))
        if not day or not LSN.fullmatch(str(snapshot.get("lsn"))):
            self.fault(f"the snapshot is {snapshot}")
        if not re.fullmatch(rf"personal-data_workspace_{day and day[1]}_[0-9a-z]{{6,}}", self.root):
            self.fault(f"the folder is named {self.root}")

    def layout(self):
        """Which files an archive has."""
        roots = [c.name for c in workspace.included(self.right) if not c.parent]
        wanted = set(ALWAYS)
        if "json" in self.formats:
            wanted |= {f"data/json/{name}.json" for name in roots} | {f"schemas/{name}.schema.json" for name in roots}
        if "csv" in self.formats:
            wanted |= {f"data/csv/{c.name}.csv" for c in workspace.included(self.right)}
        if self.right == "access":
            wanted |= {"access-report.html", "access-report.json"}
        found = {path for path in self.entries if not path.startswith("data/files/")}
        for path in sorted(found ^ wanted):
            self.fault(f"{path} is {'missing from' if path in wanted else 'not a part of'} the archive")
        text = self.entries.get("README.txt", b"").decode("utf-8", "replace")
        for folder in ("data/json/", "data/csv/", "data/files/", "schemas/"):
            if folder in text and not any(path.startswith(folder) for path in self.entries):
                self.fault(f"README.txt speaks of {folder}, which is not in the archive")

    def files(self, media_types):
        records = {}
        for record in self.manifest.get("files", []):
            if record.get("path") in records:
                self.fault(f"{record.get('path')} is listed twice")
            records[record.get("path")] = record
        for path in sorted(set(records) ^ (set(self.entries) - UNLISTED)):
            self.fault(f"{path} is {'listed and must not be' if path in records else 'not listed'}")
        for path in set(records) & set(self.entries):
            record, data = records[path], self.entries[path]
            if (record.get("bytes"), record.get("sha256")) != (len(data), hashlib.sha256(data).hexdigest()):
                self.fault(f"{path}: bytes or SHA-256 are wrong")
            wanted = media_types.get(path, _media_type(path))
            if wanted and record.get("media_type") != wanted:
                self.fault(f"{path}: the media type is {record.get('media_type')}, should be {wanted}")
            self.rows(path, record)

    def rows(self, path, record):
        """Rows of data files, as owned.tsv counts them."""
        if not path.startswith(("data/json/", "data/csv/")):
            if "rows" in record:
                self.fault(f"{path}: has rows and is no data file")
            return
        name = path.split("/")[-1].rsplit(".", 1)[0]
        if record.get("rows") != self.expected.listed.get(name):
            self.fault(f"{path}: rows is {record.get('rows')}, should be {self.expected.listed.get(name)}")
        inner = [c for c in workspace.included(self.right) if c.parent == name and path.endswith(".json")]
        wanted = {c.nested_as: self.expected.listed[c.name] for c in inner}
        if (record.get("nested_rows") or {}) != wanted:
            self.fault(f"{path}: nested_rows is {record.get('nested_rows')}, should be {wanted}")

    def collections(self):
        found = {record.get("name"): record for record in self.manifest.get("collections", [])}
        wanted = {c.name for c in workspace.included(self.right)}
        if set(found) != wanted or len(found) != len(self.manifest.get("collections", [])):
            self.fault(f"collections differ: {sorted(set(found) ^ wanted)}")
        for name in sorted(set(found) & wanted):
            rows = self.expected.listed[name]
            if (found[name].get("source_rows"), found[name].get("archived_rows")) != (rows, rows):
                self.fault(f"{name}: source and archived rows should both be {rows}: {found[name]}")

    def omissions(self):
        for key, wanted in (
                ("not_included", workspace.not_included(self.right)), ("redacted", workspace.redacted(self.right, self.expected.regime)),
                ("retained", set())):
            listed = self.manifest.get(key, [])
            found = [one.get("what") for one in listed]
            if set(found) != wanted or len(set(found)) != len(found):
                self.fault(f"{key} is {sorted(found)}, should be {sorted(wanted)}")
            if any(not one.get("reason") for one in listed):
                self.fault(f"{key}: a reason is missing")
        text = self.entries.get("NOT_INCLUDED.txt", b"").decode("utf-8", "replace")
        for what in workspace.not_included(self.right) | workspace.redacted(self.right, self.expected.regime):
            if what not in text:
                self.fault(f"NOT_INCLUDED.txt does not name {what}")

    def missing(self, media_types):
        """Exactly the files that are not whole, each with what is left of it."""
        wanted = set()
        for file in payloadfiles.stored(self.expected, self.right):
            if file.state == "missing":
                wanted.add((file.collection, file.row, "missing", None, file.bytes, None))
            elif file.state == "truncated":
                path = next((p for p in media_types if p.startswith(payloadfiles.folder_of(file) + "/")), None)
                wanted.add((
                    file.collection, file.row, "truncated", path, file.bytes, len(self.expected.object_bytes(file))))
        keys = ("collection", "row", "reason", "path", "expected_bytes", "found_bytes")
        listed = [tuple(one.get(key) for key in keys) for one in self.manifest.get("missing", [])]
        if set(listed) != wanted or len(listed) != len(wanted):
            self.fault(f"missing is {listed}, should be {sorted(wanted)}")

    def notes(self):
        """How many values were written otherwise than the database prints them."""
        guarded = texts = 0
        for collection in workspace.included(self.right):
            absent = workspace.absent_columns(collection, self.right)
            marks = workspace.marks(collection, self.right, self.expected.regime)
            for column in self.expected.columns[collection.name]:
                values = [row[column.name] for row in self.expected.rows[collection.name] if column.name not in absent]
                if "csv" in self.formats and column.name not in marks:
                    cells = [truth.cell(value, column.kind) for value in values]
                    guarded += sum(csvrows.guarded(one, column.kind) != one for one in cells)
                if "json" in self.formats and column.kind == "json":
                    texts += sum(isinstance(truth.tree(one, "json"), str) and one[0] != '"' for one in values if one)
        wanted = {"csv_guarded_cells": guarded, "json_written_as_text": texts}
        if self.manifest.get("notes") != wanted:
            self.fault(f"notes is {self.manifest.get('notes')}, should be {wanted}")


def _media_type(path):
    if path.startswith("schemas/"):
        return "application/schema+json"
    if path.startswith("data/files/"):
        return None
    endings = {"json": "application/json", "csv": "text/csv", "html": "text/html", "txt": "text/plain"}
    return endings.get(path.rsplit(".", 1)[-1])
