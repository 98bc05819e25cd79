"""What a judge found: one line each, with the area it belongs to."""


class Findings:
    """Collects findings; shows at most `limit` of each area in full."""

    def __init__(self, limit=12):
        self.limit = limit
        self.by_area = {}

    def add(self, area, text):
        self.by_area.setdefault(area, []).append(text)

    def __bool__(self):
        return bool(self.by_area)

    def count(self):
        return sum(len(texts) for texts in self.by_area.values())

    def every(self):
        """All of them, for comparing."""
        return {f"{area}: {text}" for area, texts in self.by_area.items() for text in texts}

    def lines(self):
        for area, texts in self.by_area.items():
            for text in texts[: self.limit]:
                yield f"{area}: {text}"
            if len(texts) > self.limit:
                yield f"{area}: and {len(texts) - self.limit} more"


def short(value, length=160):
    """A value as it can stand in a finding."""
    text = repr(value)
    return text if len(text) <= length else f"{text[:length]}… ({len(text)} letters)"
