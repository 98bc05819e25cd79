"""The marks of a proposed map: which lines the program was unsure of, and which value each of them holds."""

import re
from dataclasses import dataclass, field

import yaml

MARK = re.compile(r"#\s*(guess|decide)\s*:\s*(.*)$")


#: libyaml's own where the package has it: a thousand tables are many lines
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class Line:
    text: str
    #: guess, decide or nothing
    mark: str = ""
    #: what stands behind the mark
    words: str = ""
    #: where the comment begins; the line's end when it has none
    end: int = 0


@dataclass
class Place:
    """A value that stands in full on one line."""

    path: tuple
    node: yaml.Node
    value: object


class Plain(str):
    """A word without quotes that YAML may take for something else than text; written back as it was."""


@dataclass
class Proposal:
    lines: list
    tree: dict
    #: line → the outermost value it holds in full
    places: dict = field(default_factory=dict)
    #: collection's name → (first line, line after its last)
    blocks: dict = field(default_factory=dict)


def read(text):
    """A map's lines with their marks and values."""
    lines = _lines(text)
    root = yaml.compose(text, Loader=LOADER)
    proposal = Proposal(lines, _value(root))
    _walk(root, (), proposal.places)
    _find_blocks(root, proposal)
    return proposal


def load(text):
    """A map as the product reads it: every name and value is text, whatever YAML would take it for."""
    return _value(yaml.compose(text, Loader=LOADER))


def _value(node):
    if isinstance(node, yaml.MappingNode):
        return {key.value: _value(inner) for key, inner in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_value(inner) for inner in node.value]
    is_text = node.tag.endswith(":str")
    return node.value if is_text else Plain(node.value)


def flow(value):
    """A value in YAML's flow style on one line: JSON is that."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{flow(str(key))}: {flow(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    return str(value) if isinstance(value, Plain) else _scalar(str(value))


def _scalar(text):
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and yaml.load(text, LOADER) == text:
        return text
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{plain}"'


def _lines(text):
    """Comments begin where a line's last token has ended; a # within a value is none."""
    raw = text.split("\n")
    ends = [0] * (len(raw) + 1)
    for token in yaml.scan(text, Loader=LOADER):
        if token.end_mark.index > token.start_mark.index:
            ends[token.end_mark.line] = max(ends[token.end_mark.line], token.end_mark.column)
    lines = []
    for number, line in enumerate(raw):
        match = MARK.search(line, ends[number])
        found = Line(line, match[1], match[2].strip(), match.start()) if match else Line(line, end=len(line))
        lines.append(found)
    return lines


def _walk(node, path, places):
    if isinstance(node, yaml.MappingNode):
        for key, inner in node.value:
            _place(inner, (*path, key.value), key.start_mark.line, places)
    elif isinstance(node, yaml.SequenceNode):
        for number, inner in enumerate(node.value):
            _place(inner, (*path, number), inner.start_mark.line, places)


def _place(node, path, line, places):
    is_block = not isinstance(node, yaml.ScalarNode) and not node.flow_style
    if not is_block and node.start_mark.line == node.end_mark.line == line:
        places.setdefault(line, Place(path, node, _value(node)))
    else:
        _walk(node, path, places)


def _find_blocks(root, proposal):
    section = next((inner for key, inner in root.value if key.value == "collections"), None)
    if section is None or not isinstance(section, yaml.MappingNode):
        return
    for key, inner in section.value:
        proposal.blocks[key.value] = (key.start_mark.line, _last_line(inner) + 1)


def _last_line(node):
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return node.end_mark.line
    inner = node.value[-1]
    return _last_line(inner[1] if isinstance(inner, tuple) else inner)
