#!/usr/bin/env python3
"""Proves that the judgement of the fault tests can fail: spoils facts that are right in one way each, and expects it to be
noticed.

    selftest.py

Prints a line for each way that was not noticed, and at the end exactly `N passed, N failed`.
"""

import copy
import json
import sys

import judgement
import kills


def move(event, from_, to):
    return {"action": "request.moved", "facts": json.dumps({"event": event, "from": from_, "to": to})}


def entry(action):
    return {"action": action, "facts": "{}"}


OBJECT = "r-7.zip"
STORY = [
    entry("request.opened"), move("ask-identity", "received", "verifying"), entry("identity.vouched"),
    move("identify", "verifying", "accepted"), move("enqueue", "accepted", "queued"), entry("notice.handed-over"),
    move("start", "queued", "running"), move("hand-back", "running", "queued"), move("start", "queued", "running"),
    entry("notice.handed-over"), move("finish", "running", "ready"), entry("link.issued"), entry("export.finished"),
    entry("notice.handed-over"),
]
FACTS = {
    "state": "ready", "ready_at": True, "links": 1, "story": STORY,
    "archives": [{"part": 1, "object": OBJECT, "bytes": 9, "destroyed": False}],
    "jobs": [{"kind": "export", "state": "done", "reserved": 0}] + [{"kind": "mail", "state": "done", "reserved": 0}] * 3,
    "notices": [{"id": kind, "kind": kind, "state": "handed_over"} for kind in judgement.MAILS],
}
POLLS = [{"state": state, "objects": [], "names": []} for state in ("queued", "running", "queued", "running")] + [
    {"state": "ready", "objects": [OBJECT], "names": [OBJECT, OBJECT + ".key", "audit"]}]


def spoilt():
    """(what was spoilt, facts, polls), each wrong in one way."""
    def facts(name, change):
        wrong = copy.deepcopy(FACTS)
        change(wrong)
        return name, wrong, POLLS

    def polls(name, change):
        wrong = copy.deepcopy(POLLS)
        change(wrong)
        return name, FACTS, wrong

    def story(name, change):
        return facts("story: " + name, lambda f: change(f["story"]))

    yield facts("state", lambda f: f.update(state="running"))
    yield facts("no time", lambda f: f.update(ready_at=False))
    yield facts("no archive", lambda f: f["archives"].clear())
    yield facts("two archives", lambda f: f["archives"].append({**f["archives"][0], "part": 2}))
    yield facts("a destroyed archive", lambda f: f["archives"].append({**f["archives"][0], "destroyed": True}))
    yield facts("the only archive is destroyed", lambda f: f["archives"][0].update(destroyed=True))
    yield facts("two links", lambda f: f.update(links=2))
    yield facts("no link", lambda f: f.update(links=0))
    yield facts("the export runs", lambda f: f["jobs"][0].update(state="running"))
    yield facts("two exports", lambda f: f["jobs"].append({**f["jobs"][0]}))
    yield facts("a mail's job waits", lambda f: f["jobs"][1:2] and f["jobs"].__setitem__(
        1, {"kind": "mail", "state": "waiting", "reserved": 0}))
    yield facts("a dead job", lambda f: f["jobs"].append({"kind": "mail", "state": "dead", "reserved": 0}))
    yield facts("space held", lambda f: f["jobs"][0].update(reserved=5))
    yield facts("two ready mails", lambda f: f["notices"].append({**f["notices"][0]}))
    yield facts("no ready mail", lambda f: f["notices"].pop(0))
    yield facts("a mail waits", lambda f: f["notices"][0].update(state="waiting"))
    yield story("no beginning", lambda s: s.pop(0))
    yield story("opened twice", lambda s: s.insert(0, s[0]))
    yield story("a step left out", lambda s: s.pop(6))
    yield story("ready twice", lambda s: s.insert(11, s[10]))
    yield story("never ready", lambda s: s.pop(10))
    yield story("an unknown step", lambda s: s.__setitem__(7, move("lapse", "running", "queued")))
    yield story("finished twice", lambda s: s.insert(12, s[12]))
    yield story("finished never", lambda s: s.pop(12))
    yield story("two links", lambda s: s.insert(11, s[11]))
    yield story("a mail told twice", lambda s: s.append(s[-1]))
    yield story("a mail not told", lambda s: s.pop())
    yield polls("ready without an archive", lambda p: p[-1].update(objects=[]))
    yield polls("an archive before ready", lambda p: p[1].update(objects=[OBJECT], names=p[-1]["names"]))
    yield polls("the object isn't there", lambda p: p[-1].update(names=[OBJECT + ".key"]))
    yield polls("the key isn't there", lambda p: p[-1].update(names=[OBJECT]))
    yield polls("back from ready", lambda p: p.append(p[0]))
    yield polls("a state that never was", lambda p: p[0].update(state="failed"))


def folders():
    """(what was spoilt, faults found)."""
    names = [OBJECT, OBJECT + ".key", "audit"]
    yield "right", [], judgement.folder_faults(names, [OBJECT])
    yield "right without checkpoints", [], judgement.folder_faults(names[:2], [OBJECT])
    for name, wrong in [("a partial file", names + [".habeas-partial-1-2"]), ("an orphan", names + ["r-6.zip"]),
                        ("an orphan's key", names + ["r-6.zip.key"]), ("no object", names[1:]),
                        ("no key", [names[0], names[2]])]:
        yield name, [1], judgement.folder_faults(wrong, [OBJECT])
    mails = ["a@x.eml", "b@x.eml"]
    yield "right mails", [], judgement.mail_folder_faults(mails, ["a", "b"])
    for name, wrong in [("a half mail", mails + [".c@x.eml.7.partial"]), ("a mail too many", mails + ["c@x.eml"]),
                        ("a mail twice", mails + ["a@y.eml"]), ("a mail too few", mails[:1])]:
        yield name, [1], judgement.mail_folder_faults(wrong, ["a", "b"])


def main():
    passed, failed = 0, []
    found = list(judgement.request_faults(FACTS, POLLS))
    if found:
        failed.append(f"what is right is found wrong: {found}")
    passed += not found
    for name, facts, polls in spoilt():
        is_noticed = any(judgement.request_faults(facts, polls))
        passed += is_noticed
        failed += [] if is_noticed else [f"not noticed: {name}"]
    for name, expected, faults in folders():
        is_right = bool(expected) == bool(list(faults))
        passed += is_right
        failed += [] if is_right else [f"folder: {name}"]
    for wanted, got in [(9, len(list(kills.points((3, 3), None)))), (4, len(set(kills.points((100, 1), 2))) - 1)]:
        passed += wanted == got
        failed += [] if wanted == got else [f"{got} points, not {wanted}"]
    for line in failed:
        print(line)
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
