"""Judges the parts of one archive: each alone by standard programs, together against the same archive uncut.

usage: judge_parts.py KEY.pem ARCHIVE-FORMAT.md UNCUT.zip LIMIT PART.zip...
"""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import zipfile

import bagit


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class Archive:
    def __init__(self, path):
        self.path = path
        with zipfile.ZipFile(path) as container:
            self.root = container.namelist()[0].split("/")[0]
            self.files = {n[len(self.root) + 1:]: container.read(n) for n in container.namelist()}
        self.manifest_bytes = self.files["habeas-manifest.json"]
        self.manifest = json.loads(self.manifest_bytes)
        self.part = self.manifest.get("part")

    def payload(self):
        return {path: data for path, data in self.files.items() if path.startswith("data/")}


def judge_alone(archive, key, script):
    """Standard programs, and the script that the documentation gives to everybody."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["unzip", "-q", os.path.abspath(archive.path), "-d", folder], check=True)
        bag = f"{folder}/{archive.root}"
        bagit.Bag(bag).validate(processes=1)
        for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            subprocess.run(["sha256sum", "-c", "--quiet", manifest], cwd=bag, check=True)
    subprocess.run([sys.executable, "-c", script, archive.path, key], check=True, stdout=subprocess.DEVNULL)
    for name in (path for path in archive.files if path.endswith(".html") and "/" not in path):
        for link in re.findall(r'href="([^"#]+)"', archive.files[name].decode()):
            assert any(path.startswith(link) for path in archive.files), f"{archive.root}: {link} leads nowhere"


def judge_sequence(parts, limit):
    identity = [(p.manifest["request"], p.manifest["snapshot"]) for p in parts]
    assert all(one == identity[0] for one in identity), "parts of different archives"
    for index, part in enumerate(parts):
        place = part.part
        assert place["number"] == index + 1 and place["size_limit"] == limit, part.root
        assert place["is_last"] == (index == len(parts) - 1), part.root
        assert place["predecessors"] == [
            {"name": p.root, "manifest_sha256": sha256(p.manifest_bytes)} for p in parts[:index]], part.root
        assert ("index" in place) == place["is_last"], part.root
        expected = parts[0].root + (f"_part{index + 1}" if index else "")
        assert part.root == expected, part.root
        assert os.path.getsize(part.path) <= limit or place.get("exceeded_by"), f"{part.root} is too large"
    index = parts[-1].part["index"]
    assert [entry["name"] for entry in index] == [p.root for p in parts]
    for entry, part in zip(index, parts):
        rows = {f["path"]: f["rows"] for f in part.manifest["files"] if "rows" in f}
        assert {d["path"]: d["rows"] for d in entry["data"]} == rows, part.root
        attachments = [path for path in part.files if path.startswith("data/files/")]
        assert sum(f["count"] for f in entry["files"]) == len(attachments), part.root


def rows_of(path, data):
    if path.startswith("data/json/"):
        return json.loads(data, parse_int=str, parse_float=str)
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def judge_together(parts, whole):
    """The rows and files of all parts are those of the uncut archive, in its order."""
    expected = whole.payload()
    joined = {}
    for part in parts:
        for path, data in part.payload().items():
            if path.startswith("data/files/"):
                assert path not in joined, f"{path} is there twice"
                joined[path] = data
            elif path in joined:
                rows = rows_of(path, data)
                joined[path] += rows[1:] if path.startswith("data/csv/") else rows
            else:
                joined[path] = rows_of(path, data)
    assert set(joined) == set(expected), set(joined) ^ set(expected)
    for path, data in expected.items():
        one = data if path.startswith("data/files/") else rows_of(path, data)
        assert joined[path] == one, f"{path} isn't what it is uncut"
    counts = {c["name"]: c["source_rows"] for c in whole.manifest["collections"]}
    for part in parts:
        for collection in part.manifest["collections"]:
            assert collection["source_rows"] == collection["archived_rows"] == counts[collection["name"]]
    missing = [m for part in parts for m in part.manifest["missing"]]
    assert missing == whole.manifest["missing"]
    for path in ("access-report.html", "access-report.json"):
        holders = [p.part["number"] for p in parts if path in p.files]
        assert holders == ([len(parts)] if path in whole.files else []), path


def main():
    key, documentation, uncut, limit, *paths = sys.argv[1:]
    script = re.search(r"```python\n(.*?)```", open(documentation, encoding="utf-8").read(), re.S).group(1)
    parts = [Archive(path) for path in paths]
    for part in parts:
        judge_alone(part, key, script)
    judge_sequence(parts, int(limit))
    judge_together(parts, Archive(uncut))
    print(f"{len(parts)} parts, all sound")


main()
