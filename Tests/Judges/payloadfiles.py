"""data/files: the object store's bytes, each beside its row, under a safe name."""

import os
import re

import expected as truth
import workspace

#: a name that is safe as it is, and so must not be changed
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,60}\.[A-Za-z0-9]{1,8}")
DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])\b", re.I)


def stored(expected, right):
    names = {c.name for c in workspace.included(right)}
    return [file for file in expected.files if file.collection in names]


def folder_of(file):
    return f"data/files/{file.collection}/{file.row.replace('|', '_')}"


def check(entries, expected, right, findings):
    """Judges every file that a row points to, and that there is no other. Gives {path: media type}."""
    by_folder = {}
    for path in entries:
        if path.startswith("data/files/"):
            by_folder.setdefault(os.path.dirname(path), []).append(path)
    media_types = {}
    for file in stored(expected, right):
        paths = by_folder.pop(folder_of(file), [])
        if file.state == "missing":
            if paths:
                findings.add("files", f"{paths[0]}: the object store has no such file")
            continue
        if len(paths) != 1:
            findings.add("files", f"{folder_of(file)}: {len(paths)} files instead of one")
            continue
        if entries[paths[0]] != expected.object_bytes(file):
            findings.add("files", f"{paths[0]}: not the bytes of the object store")
        media_types[paths[0]] = _judge_name(paths[0], file, expected, findings)
    for folder in by_folder:
        findings.add("files", f"{folder}: no row points to it")
    return media_types


def _judge_name(path, file, expected, findings):
    """Compares a name with the row's; gives the row's media type."""
    collection = workspace.BY_NAME[file.collection]
    kinds = {c.name: c.kind for c in expected.columns[file.collection]}

    def shown(row, name):
        return truth.cell(row[name], kinds[name]) if name else None

    for row in expected.rows[file.collection]:
        if shown(row, collection.file_key) == file.key:
            original, name = shown(row, collection.file_name) + collection.file_suffix, os.path.basename(path)
            if original and PLAIN.fullmatch(original) and not DEVICE.match(original) and name != original:
                findings.add("files", f"{path}: the row's name {original!r} is safe and was changed")
            if original and PLAIN.fullmatch(original[-12:]) and os.path.splitext(original)[1] != os.path.splitext(name)[1]:
                findings.add("files", f"{path}: the row's name {original!r} lost its ending")
            return shown(row, collection.media_type)
    findings.add("files", f"{path}: files.tsv and the database differ")
    return None
