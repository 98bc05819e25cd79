"""Judges the person's pages: valid HTML as html5lib reads it, one h1, landmarks, labels, no inline script or style.

Usage: pages_html.py FOLDER   (of *.html)
"""

import pathlib
import sys

import html5lib

LANDMARKS = ("header", "main", "footer", "nav")


def faults(text):
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree = parser.parse(text)
    for position, code, values in parser.errors:
        yield f"line {position[0]}: {code} {values}"
    yield from structure(tree)
    yield from controls(tree)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name in element.attrib:
            if name == "style" or name.startswith("on"):
                yield f"<{element.tag} {name}>"
        if element.tag in ("style",) or (element.tag == "script" and (element.text or "").strip()):
            yield f"inline <{element.tag}>"
        for name in ("href", "src", "action"):
            if element.attrib.get(name, "/").startswith(("http:", "//")):
                yield f"<{element.tag} {name}> leads elsewhere in the clear"


def structure(tree):
    if tree.attrib.get("lang") not in ("en", "de"):
        yield "no language"
    headings = [e for e in tree.iter() if e.tag == "h1"]
    if len(headings) != 1:
        yield f"{len(headings)} h1"
    for landmark in LANDMARKS:
        if sum(1 for e in tree.iter() if e.tag == landmark) != 1:
            yield f"not one <{landmark}>"
    title = next((e.text or "" for e in tree.iter() if e.tag == "title"), "")
    if not title.strip() or "@" in title:
        yield f"title {title!r}"
    ids = [e.attrib["id"] for e in tree.iter() if "id" in getattr(e, "attrib", {})]
    for twice in {i for i in ids if ids.count(i) > 1}:
        yield f"id {twice} twice"
    for element in tree.iter():
        for name in ("aria-labelledby", "aria-describedby"):
            for wanted in getattr(element, "attrib", {}).get(name, "").split():
                if wanted not in ids:
                    yield f"{name} names {wanted}, which isn't there"
        target = getattr(element, "attrib", {}).get("href", "")
        if target.startswith("#") and target[1:] not in ids:
            yield f"a link to {target}, which isn't there"


def controls(tree):
    labelled = {e.attrib.get("for") for e in tree.iter() if e.tag == "label"}
    for element in tree.iter():
        if element.tag == "input" and element.attrib.get("type") != "hidden":
            if element.attrib.get("id") not in labelled:
                yield f"input {element.attrib.get('name')} has no label"
        if element.tag == "form" and element.attrib.get("method") == "post":
            if not any(e.attrib.get("name") == "csrf" for e in element.iter("input")):
                yield f"form {element.attrib.get('action')} has no token"
        if element.tag == "button" and not "".join(element.itertext()).strip():
            yield "a button without words"


def main():
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.html"))
    count = 0
    for file in files:
        for fault in faults(file.read_text(encoding="utf-8")):
            count += 1
            print(f"{file.name}: {fault}")
    print(f"{len(files)} pages, {count} faults")
    return 1 if count or not files else 0


if __name__ == "__main__":
    sys.exit(main())
