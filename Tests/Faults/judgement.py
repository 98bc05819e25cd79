"""What has to be true of a request once its export is over, whatever was killed meanwhile. Pure: facts in, faults out."""

import collections
import json

#: docs/request-states.md, as far as an export goes: state, event, next state
STEPS = {
    ("received", "ask-identity", "verifying"), ("verifying", "identify", "accepted"),
    ("accepted", "enqueue", "queued"), ("queued", "start", "running"), ("running", "hand-back", "queued"),
    ("running", "finish", "ready"), ("ready", "deliver", "delivered"),
}
#: mails of an export, each once
MAILS = ["archive-ready", "request-accepted", "request-received"]
#: the folder of the audit chain's checkpoints, in the archives' folder
AUDIT = "audit"

FACTS = """
SELECT json_build_object(
    'state', r.state, 'ready_at', r.ready_at IS NOT NULL,
    'archives', (SELECT coalesce(json_agg(json_build_object('part', part, 'object', object, 'bytes', bytes,
        'destroyed', destroyed_at IS NOT NULL)), '[]') FROM habeas.archive WHERE request_id = r.id),
    'links', (SELECT count(*) FROM habeas.link WHERE request_id = r.id),
    'jobs', (SELECT coalesce(json_agg(json_build_object('kind', kind, 'state', state, 'reserved', reserved_bytes)), '[]')
        FROM habeas.job WHERE request_id = r.id),
    'notices', (SELECT coalesce(json_agg(json_build_object('id', id, 'kind', kind, 'state', state)), '[]')
        FROM habeas.notice WHERE request_id = r.id),
    'story', (SELECT coalesce(json_agg(json_build_object('action', action, 'facts', facts) ORDER BY seq), '[]')
        FROM habeas.audit_entry WHERE request_id = r.id))
FROM habeas.request r WHERE r.id = :'request'
"""


def request_faults(facts, polls=()):
    """What is wrong with one request that should be ready."""
    yield from state_faults(facts)
    yield from story_faults(facts)
    yield from mail_faults(facts)
    yield from poll_faults(facts, polls)


def state_faults(facts):
    if facts["state"] != "ready":
        yield f"the request is {facts['state']}, not ready"
    if not facts["ready_at"]:
        yield "nothing says since when it is ready"
    live = [a for a in facts["archives"] if not a["destroyed"]]
    if [a["part"] for a in live] != [1] or len(facts["archives"]) != 1:
        yield f"there are {len(facts['archives'])} archives, {len(live)} of them live"
    if facts["links"] != 1:
        yield f"there are {facts['links']} links"
    exports = [j for j in facts["jobs"] if j["kind"] == "export"]
    if [j["state"] for j in exports] != ["done"]:
        yield f"the export's jobs are {[j['state'] for j in exports]}"
    for job in facts["jobs"]:
        if job["state"] not in ("done", "cancelled"):
            yield f"a job {job['kind']} is {job['state']}"
        if job["reserved"]:
            yield f"a job {job['kind']} that is over holds {job['reserved']} bytes"


def story_faults(facts):
    """The moves have to be a path from received to ready, and the export's end has to be told once."""
    state = "received"
    counted = collections.Counter(entry["action"] for entry in facts["story"])
    for entry in facts["story"]:
        if entry["action"] != "request.moved":
            continue
        told = json.loads(entry["facts"])
        step = (told["from"], told["event"], told["to"])
        if step not in STEPS:
            yield f"the story has a step that doesn't exist: {step}"
        if told["from"] != state:
            yield f"the story goes from {state} to a step that begins at {told['from']}"
        state = told["to"]
    if state != facts["state"]:
        yield f"the story ends at {state}, the request is {facts['state']}"
    if [entry["action"] for entry in facts["story"]][:1] != ["request.opened"]:
        yield "the story doesn't begin with request.opened"
    for action in ("request.opened", "export.finished", "link.issued"):
        if counted[action] != 1:
            yield f"the story has {action} {counted[action]} times"
    readies = sum(json.loads(e["facts"])["to"] == "ready" for e in facts["story"] if e["action"] == "request.moved")
    if readies != 1:
        yield f"the request became ready {readies} times"
    if counted["notice.handed-over"] != len(facts["notices"]):
        yield f"{len(facts['notices'])} notices, {counted['notice.handed-over']} of them handed over in the story"


def mail_faults(facts):
    kinds = sorted(n["kind"] for n in facts["notices"])
    if kinds != MAILS:
        yield f"the notices are {kinds}"
    for notice in facts["notices"]:
        if notice["state"] != "handed_over":
            yield f"the notice {notice['kind']} is {notice['state']}"


def poll_faults(facts, polls):
    """Whatever a page said on the way was true: never ready without its archive, and never back from ready."""
    path = ["received"] + [
        json.loads(entry["facts"])["to"] for entry in facts["story"] if entry["action"] == "request.moved"]
    at = 0
    for poll in polls:
        try:
            at = path.index(poll["state"], at)
        except ValueError:
            yield f"somebody saw {poll['state']}, which the story doesn't have there"
        if (poll["state"] == "ready") != bool(poll["objects"]):
            yield f"somebody saw {poll['state']} with {len(poll['objects'])} archives"
        for name in poll["objects"]:
            if not {name, name + ".key"} <= set(poll["names"]):
                yield f"somebody saw {poll['state']} while {name} or its key wasn't there"


def folder_faults(names, objects):
    """The archives' folder holds the live archives with their keys, and nothing else."""
    wanted = {name for object_ in objects for name in (object_, object_ + ".key")} | {AUDIT}
    found = set(names) | {AUDIT}
    for name in sorted(found - wanted):
        yield f"nobody owns {name}"
    for name in sorted(wanted - found):
        yield f"{name} is missing"


def mail_folder_faults(names, notices):
    """The mails' folder holds one mail for each notice that was handed over, and nothing else."""
    found = collections.Counter(name.split("@")[0] for name in names if name.endswith(".eml"))
    for name in sorted(names):
        if not name.endswith(".eml") or name.startswith("."):
            yield f"no mail: {name}"
    for notice in sorted(set(notices) | set(found)):
        if found[notice] != (notice in notices):
            yield f"the notice {notice} is in {found[notice]} mails"
