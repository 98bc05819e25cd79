"""Judges mails: reads a JSON list of {"name", "mail"} from standard input, prints a JSON list of what it found in each.

The HTML must parse without one error (html5lib, as browsers do), load nothing from elsewhere, and say the same words as
the text.
"""

import email
import email.policy
import json
import re
import sys

import html5lib

SPACE = "{http://www.w3.org/1999/xhtml}"
ALLOWED = {"html", "head", "meta", "title", "style", "body", "p", "br", "a", "hr", "blockquote"}


def words(text):
    return [word for word in re.split(r"\s+", text) if word not in ("", "--")]


def judge(name, mail):
    text = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    html = mail.get_body(("html",)).get_content().replace("\r\n", "\n")
    tree = html5lib.HTMLParser(strict=True).parse(html)
    tags = {element.tag.removeprefix(SPACE) for element in tree.iter()}
    body = tree.find(f"{SPACE}body")
    shown = "\n".join("".join(block.itertext()) if block.tag != f"{SPACE}br" else " " for block in body)
    loose = re.sub(r"(?<=\S)(?=https?://)", " ", shown)
    problems = []
    if not tags <= ALLOWED:
        problems.append(f"elements {sorted(tags - ALLOWED)}")
    if words(loose) != words(text):
        problems.append(f"text and HTML differ: {words(text)} {words(loose)}")
    if re.search(r"url\(|@import|src=", html):
        problems.append("loads something")
    if re.search(r"\{\{|\}\}", text + html + mail["subject"]):
        problems.append("an unfilled tag")
    if tree.get("lang") != mail["content-language"]:
        problems.append("the language")
    if tree.find(f".//{SPACE}title").text != mail["subject"]:
        problems.append("the title isn't the subject")
    return {
        "name": name, "subject": mail["subject"], "text": text, "html": html, "shown": shown, "problems": problems,
        "links": [link.get("href") for link in tree.iter(f"{SPACE}a")],
    }


found = []
for case in json.load(sys.stdin):
    found.append(judge(case["name"], email.message_from_string(case["mail"], policy=email.policy.default)))
json.dump(found, sys.stdout)
