"""Runs exports on a service, looks at them as a page does, and judges what came of them."""

import os
import time

import judgement
from service import Refused

POLL = """
SELECT json_build_object('state', state, 'objects', (SELECT coalesce(json_agg(object), '[]') FROM habeas.archive
    WHERE request_id = r.id AND destroyed_at IS NULL)) FROM habeas.request r WHERE id = :'request'
"""
#: jobs that serve a request and aren't over
OPEN_JOBS = """
SELECT to_json(count(*)) FROM habeas.job WHERE state IN ('waiting', 'running') AND request_id IS NOT NULL
"""
#: what a page would say of everybody at one moment
ALL = """
SELECT coalesce(json_agg(json_build_object('id', r.id, 'state', r.state, 'objects', (
    SELECT coalesce(json_agg(object), '[]') FROM habeas.archive WHERE request_id = r.id AND destroyed_at IS NULL))), '[]')
FROM habeas.request r
"""


class Bench:
    def __init__(self, service):
        self.service = service

    def poll(self, request):
        """What a page would say now; the files that are there with it."""
        seen = self.service.psql.patient(POLL, request=request)
        # Looked at after the answer: what it says is there must be there.
        return {**seen, "names": os.listdir(self.service.archives) if seen["objects"] else []}

    def watch(self, request, polls, until, patience=120):
        """Polls until something is true."""
        end = time.monotonic() + patience
        while True:
            poll = self.poll(request)
            if not polls or polls[-1]["state"] != poll["state"]:
                polls.append(poll)
            if until(poll):
                return True
            if time.monotonic() > end:
                return False
            time.sleep(0.05)

    def untruths(self):
        """What a page would say that isn't so, of anybody, now."""
        for request in self.service.psql.patient(ALL):
            if (request["state"] == "ready") != bool(request["objects"]):
                yield f"{request['id']} is {request['state']} with {len(request['objects'])} archives"
            for name in request["objects"]:
                for path in (name, name + ".key"):
                    if not os.path.exists(f"{self.service.archives}/{path}"):
                        yield f"{request['id']} is {request['state']}, and {path} isn't there"

    def is_idle(self):
        return self.service.psql.patient(OPEN_JOBS) == 0

    def await_idle(self, patience=120):
        """Waits until no request has anything to be done."""
        end = time.monotonic() + patience
        while not self.is_idle():
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    # MARK: judging

    def request_faults(self, request, polls=()):
        facts = self.service.psql.patient(judgement.FACTS, request=request)
        yield from judgement.request_faults(facts, polls)
        for archive in facts["archives"]:
            yield from self.archive_faults(archive)

    def archive_faults(self, archive):
        """The archive is read by the product's verifier, whose own judges are Tests/Judges."""
        outcome = self.service.run("verify", f"{self.service.archives}/{archive['object']}", check=False)
        if outcome.returncode != 0:
            yield f"{archive['object']} doesn't verify: {outcome.stderr.strip()[-300:]}"

    def archives_faults(self):
        """What lies in the archives' folder, once no export runs."""
        objects = self.service.psql.patient(
            "SELECT coalesce(json_agg(object), '[]') FROM habeas.archive WHERE destroyed_at IS NULL")
        yield from judgement.folder_faults(os.listdir(self.service.archives), objects)

    def folder_faults(self):
        """What lies in the folders, once nothing is done any more."""
        yield from self.archives_faults()
        notices = self.service.psql.patient(
            "SELECT coalesce(json_agg(id), '[]') FROM habeas.notice WHERE state = 'handed_over'")
        yield from judgement.mail_folder_faults(os.listdir(self.service.mail), notices)
        for name in os.listdir(self.service.temp):
            yield f"left in the temporary folder: {name}"

    def chain_faults(self):
        outcome = self.service.run("audit", "verify", check=False)
        if outcome.returncode != 0 or "the audit chain: sound" not in outcome.stdout:
            yield f"the audit chain: {(outcome.stdout + outcome.stderr).strip()[-300:]}"
