"""Names as people really give them, and as nobody should."""

#: words that SQL keeps for itself
RESERVED = ["order", "user", "group", "select", "table", "check", "end", "references", "primary", "desc"]
SUFFIXES = {
    "capitals": "{0}_Of_Ours", "space": "{0} of ours", "quote": '{0}"s', "dot": "{0}.v2", "unicode": "{0}_größe_имя",
    "yaml": "{0}: #1", "percent": "{0}%s"}
#: only where a name is no part of a path
PAYLOAD_NAMES = ["yes", "null", "~", "1e3", "- x", "{a}", "a, b", "(x)", "it's", "#x", "名前", "🙂", "Key",
                 "key", "*", "'"]


class Names:
    """Draws names; none twice in one place."""

    def __init__(self, rng):
        self.rng = rng
        self.used = {}

    def of(self, place, word, oddness=0.3):
        """A name made of `word`, new in `place`; with the chance `oddness` a strange one that still holds the word."""
        used = self.used.setdefault(place, set())
        name = self._odd(word) if self.rng.random() < oddness else word
        number = 2
        while name in used or len(name.encode()) > 63:
            name = f"{word}_{number}"
            number += 1
        used.add(name)
        return name

    def payload(self, place, word, oddness=0.15):
        """A name for a column that leads nowhere."""
        used = self.used.setdefault(place, set())
        free = [name for name in PAYLOAD_NAMES + RESERVED if name not in used]
        if free and self.rng.random() < oddness:
            name = self.rng.choice(free)
            used.add(name)
            return name
        return self.of(place, word, oddness)

    def _odd(self, word):
        kind = self.rng.choice(["long", "upper", *SUFFIXES])
        if kind == "long":
            return _long(word)
        return word.capitalize() if kind == "upper" else SUFFIXES[kind].format(word)


def _long(word):
    """63 bytes, the most PostgreSQL takes."""
    return word + "_" + "x" * (62 - len(word.encode()))
