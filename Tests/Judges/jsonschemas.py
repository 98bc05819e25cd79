"""schemas/: every JSON file is valid against its schema, and the schema refuses what it should."""

import copy
import json

import jsonschema

import workspace


def check(entries, manifest, expected, right, findings):
    """Judges each JSON file of the payload with the schema the manifest names."""
    for collection in workspace.included(right):
        path = f"data/json/{collection.name}.json"
        if collection.parent or path not in entries:
            continue
        record = next((file for file in manifest.get("files", []) if file.get("path") == path), {})
        place = record.get("schema")
        if place != f"schemas/{collection.name}.schema.json" or place not in entries:
            findings.add("schema", f"{path}: its schema is {place}, which is not there")
            continue
        try:
            schema = json.loads(entries[place])
            jsonschema.Draft202012Validator.check_schema(schema)
            rows = json.loads(entries[path])
        except (ValueError, jsonschema.SchemaError) as error:
            findings.add("schema", f"{place}: {str(error)[:200]}")
            continue
        if schema.get("$schema") != "https://json-schema.org/draft/2020-12/schema":
            findings.add("schema", f"{place}: not declared as 2020-12")
        validator = jsonschema.Draft202012Validator(schema)
        for error in list(validator.iter_errors(rows))[:3]:
            findings.add("schema", f"{path}: {error.json_path}: {error.message[:160]}")
        _check_refusals(validator, collection, rows, place, expected, right, findings)


def _check_refusals(validator, collection, rows, place, expected, right, findings):
    """Each wrong row must be refused: a member too many, one too few, one of another type; nested rows too."""
    if validator.is_valid({}) or validator.is_valid([1]):
        findings.add("schema", f"{place} takes something else than an array of objects")
    if rows:
        _spoil(validator, collection, rows[0], lambda row: [row], place, expected, findings)
    for child in workspace.children(collection, right):
        outer = next((row for row in rows if row.get(child.nested_as)), None)
        if outer:
            def around(inner, outer=outer, name=child.nested_as):
                return [{**outer, name: [inner]}]

            _spoil(validator, child, outer[child.nested_as][0], around, place, expected, findings)


def _spoil(validator, collection, row, wrap, place, expected, findings):
    kinds = {c.name: c.kind for c in expected.columns[collection.name]}
    if validator.is_valid(wrap({**row, "surplus": 1})):
        findings.add("schema", f"{place}: takes a member too many in {collection.name}")
    for name in row:
        spoiled = copy.deepcopy(row)
        del spoiled[name]
        if validator.is_valid(wrap(spoiled)):
            findings.add("schema", f"{place}: takes {collection.name} without {name}")
        if kinds.get(name) in ("json", "jsonb"):
            continue
        spoiled[name] = {"wrong": True}
        if validator.is_valid(wrap(spoiled)):
            findings.add("schema", f"{place}: takes an object as {collection.name}.{name} ({kinds.get(name)})")
