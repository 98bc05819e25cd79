"""START_HERE.html (and any other page): parses, needs no network, runs nothing."""

import os
import re
import urllib.parse
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FORBIDDEN = {"script", "iframe", "object", "embed", "base", "form", "link", "applet", "frame"}


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.faults, self.stack, self.links, self.policy, self.has_charset = [], [], [], "", False

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if len(attributes) != len(attrs):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag in FORBIDDEN:
            self.faults.append(f"<{tag}> is not allowed")
        for name, value in attrs:
            if name.startswith("on"):
                self.faults.append(f"<{tag} {name}> runs something")
            if name in ("href", "src", "srcset", "action", "poster", "data", "background", "ping", "formaction"):
                self.links.append(value or "")
        if tag == "meta":
            self.has_charset |= attributes.get("charset", "").lower() == "utf-8"
            if attributes.get("http-equiv", "").lower() == "content-security-policy":
                self.policy = attributes.get("content", "")
                if any(seen in self.stack for seen in ("body", "style")) or self.links:
                    self.faults.append("the content security policy comes too late")
            if attributes.get("http-equiv", "").lower() == "refresh":
                self.faults.append("it goes somewhere by itself")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


def check(entries, findings):
    """Judges every HTML page beside the payload."""
    if "START_HERE.html" not in entries:
        findings.add("html", "START_HERE.html is missing")
    for path in sorted(entries):
        if path.endswith(".html") and not path.startswith("data/"):
            _check_page(path, entries, findings)


def _check_page(path, entries, findings):
    try:
        text = entries[path].decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        return findings.add("html", f"{path} is not UTF-8: {error}")
    page = Page()
    page.feed(text)
    page.close()
    if page.stack:
        page.faults.append(f"{page.stack} stay open")
    if not text.lower().startswith("<!doctype html>") or not page.has_charset or not re.search(r"<html[^>]* lang=", text):
        page.faults.append("no doctype, charset or language")
    if "default-src 'none'" not in page.policy or "script-src" in page.policy or "http" in page.policy:
        page.faults.append(f"its policy is {page.policy!r}")
    if re.search(r"url\(|@import|expression\(", text, re.I):
        page.faults.append("its style fetches something")
    for link in page.links:
        target = urllib.parse.unquote(link.split("#")[0])
        is_there = target in entries or any(name.startswith(target.rstrip("/") + "/") for name in entries)
        if urllib.parse.urlsplit(link).scheme or link.startswith(("/", "\\")) or ".." in target.split("/"):
            page.faults.append(f"it points outside: {link}")
        elif target and not is_there:
            page.faults.append(f"it points to {link}, which is not there")
    for fault in page.faults:
        findings.add("html", f"{os.path.basename(path)}: {fault}")
    return None
