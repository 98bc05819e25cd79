"""Every rule document against its JSON Schema; and each schema refuses what the reader refuses.

Usage: rules_schema.py SCHEMAS_FOLDER. Prints findings, one a line; exit status 1 when there are any.
"""

import copy
import json
import pathlib
import sys

import jsonschema
import yaml


class Texts(yaml.SafeLoader):
    """Days stay text, as JSON has no days."""


Texts.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def spoiled(document):
    """The same document with one thing wrong, again and again."""
    for key in list(document):
        if key in ("id", "country", "version", "rights", "statutes"):
            wrong = copy.deepcopy(document)
            del wrong[key]
            yield f"without {key}", wrong
    yield "with an unknown key", {**document, "colour": "red"}
    yield "with a version that is no day", {**document, "version": "1.0"}
    if "rights" in document:
        yield "with a right of an unknown key", {**document, "rights": {"access": {"colour": "red"}}}
        yield "with an unknown unit", {
            **document, "respond_within": {"count": 1, "unit": "moon", "citation": "x"}}
        yield "with an uncited period", {**document, "respond_within": {"count": 1, "unit": "hour"}}
    else:
        wrong = copy.deepcopy(document)
        wrong["statutes"][0]["documents"] = ["receipt"]
        yield "with an unknown document", wrong


def main(folder):
    findings = []
    for kind, part in (("regime", "regimes"), ("retention", "retention")):
        schema = json.loads((folder / f"{kind}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        judge = jsonschema.Draft202012Validator(schema)
        files = sorted((folder / part).glob("*.yaml"))
        if not files:
            findings.append(f"{part}: no documents")
        for file in files:
            document = yaml.load(file.read_text(), Texts)
            findings += [f"{file.name}: {e.json_path}: {e.message[:160]}" for e in judge.iter_errors(document)]
            findings += [f"{file.name}: takes one {what}" for what, wrong in spoiled(document) if judge.is_valid(wrong)]
    print("\n".join(findings))
    return 1 if findings else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
