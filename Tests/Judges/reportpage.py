"""access-report.html taken apart: the words of each section, and whether it can be read without eyes."""

import re
from html.parser import HTMLParser


class ReportPage(HTMLParser):
    def __init__(self):
        super().__init__()
        self.order, self.words, self.faults = [], {}, []
        self.ids, self.links, self.levels, self.open = set(), [], [], None

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "section":
            self.open = attributes.get("id")
            self.order.append(self.open)
            self.words[self.open] = []
            if not attributes.get("aria-labelledby"):
                self.faults.append(f"section {self.open} has no name")
        if "id" in attributes:
            if attributes["id"] in self.ids:
                self.faults.append(f"the id {attributes['id']} stands twice")
            self.ids.add(attributes["id"])
        if tag == "th" and attributes.get("scope") not in ("col", "row"):
            self.faults.append("a heading of a table has no scope")
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if attributes.get("href", "").startswith("#"):
            self.links.append(attributes["href"][1:])
        if attributes.get("aria-labelledby"):
            self.links.append(attributes["aria-labelledby"])

    def handle_endtag(self, tag):
        if tag == "section":
            self.open = None

    def handle_data(self, data):
        if self.open:
            self.words[self.open].append(data)

    def section(self, item):
        return "".join(self.words.get(item, []))


def read(text):
    page = ReportPage()
    page.feed(text)
    page.close()
    for link in page.links:
        if link not in page.ids:
            page.faults.append(f"#{link} leads nowhere")
    if page.levels[:1] != [1] or page.levels.count(1) != 1:
        page.faults.append("it has not exactly one first heading")
    if any(after > before + 1 for before, after in zip(page.levels, page.levels[1:])):
        page.faults.append("it leaves out a level of headings")
    return page
