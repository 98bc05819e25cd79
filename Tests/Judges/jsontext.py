"""JSON as it was written: numbers keep their text, objects their order and their duplicate keys."""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    text: str


@dataclass(frozen=True)
class Object:
    pairs: tuple

    def get(self, name):
        """The one value of that name; None when there is none or several."""
        found = [value for key, value in self.pairs if key == name]
        return found[0] if len(found) == 1 else None

    @property
    def names(self):
        return [key for key, _ in self.pairs]


def _refuse(text):
    raise ValueError(f"{text} is not JSON")


def parse(text):
    """The tree of one JSON text. Raises ValueError."""
    return json.loads(
        text, parse_int=Number, parse_float=Number, parse_constant=_refuse,
        object_pairs_hook=lambda pairs: Object(tuple((key, value) for key, value in pairs)))


def strings(tree):
    """Every string of a tree, names of members too."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, Object):
            for key, value in node.pairs:
                yield key
                stack.append(value)


def is_interchangeable(tree):
    """Whether no string holds NUL or half a surrogate pair (RFC 7493, 2.1)."""
    return not any(
        letter == "\0" or "\ud800" <= letter <= "\udfff" for text in strings(tree) for letter in _rare(text))


def _rare(text):
    return "" if text.isascii() and "\0" not in text else text


def dump(tree):
    """The tree as JSON text again, numbers as they were."""
    if isinstance(tree, Number):
        return tree.text
    if isinstance(tree, list):
        return "[" + ",".join(dump(one) for one in tree) + "]"
    if isinstance(tree, Object):
        return "{" + ",".join(f"{json.dumps(key)}:{dump(value)}" for key, value in tree.pairs) + "}"
    return json.dumps(tree)
