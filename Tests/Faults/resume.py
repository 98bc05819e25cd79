"""A download that is cut at 10 %, 50 % and 99 %, while the service ends, is killed and starts again (F19): curl goes on
where it was, the bytes are the archive's, and the receipt says what went out."""

import email
import email.policy
import hashlib
import html
import os
import re
import subprocess
import time
import urllib.parse

import service as services
from bench import Bench
from service import Service, people, product

#: bytes of a file that doesn't compress, so that an archive takes a while to fetch
LARGE = 128 << 20
NAME = "faults/large"

RECEIPT = """
SELECT json_build_object('transfers', transfers, 'sent', sent, 'complete', completed_at IS NOT NULL,
    'covered', coalesce((SELECT sum(upper(piece) - lower(piece)) FROM unnest(covered) piece), 0),
    'whole', covered = int8multirange(int8range(0, :'size'::bigint))) FROM habeas.download
"""


class Person(Bench):
    """Somebody with a browser, who fetches with curl."""

    def __init__(self, service, target):
        super().__init__(service)
        self.target = target
        self.cookies = {}
        self.path = None
        self.curl = None
        self.tag = None
        self.is_killed = False

    # MARK: opening

    def mail(self, kind, pattern):
        """What the mail of a notice has; None as long as it isn't there."""
        notice = self.service.psql.value(
            "SELECT to_json(max(id::text)) FROM habeas.notice WHERE kind = :'kind' AND state = 'handed_over'", kind=kind)
        for name in os.listdir(self.service.mail):
            if notice and name.startswith(notice):
                with open(f"{self.service.mail}/{name}", "rb") as file:
                    mail = email.message_from_binary_file(file, policy=email.policy.default)
                return re.search(pattern, mail.get_body(("plain",)).get_content())[0]
        return None

    def awaited_mail(self, kind, pattern):
        end = time.monotonic() + 60
        while not (found := self.mail(kind, pattern)):
            if time.monotonic() > end:
                raise AssertionError(f"no mail {kind} came")
            time.sleep(0.1)
        return found

    def visit(self, method, path, **fields):
        """Status and text of a page; cookies are kept, and the form's token sent along."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        status, answered, body = self.service.http(method, path, urllib.parse.urlencode(fields), headers)
        for cookie in answered.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return status, body.decode()

    def open(self):
        """Opens the download as a browser does: by the code that is mailed."""
        url = self.awaited_mail("archive-ready", r"http://\S+/p/d/[A-Za-z0-9_-]+")
        self.path = urllib.parse.urlsplit(url).path
        status, page = self.visit("GET", self.path)
        if status != 200:
            raise AssertionError(f"the link's page answers {status}")
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        status, _ = self.visit("POST", self.path + "/code-request", csrf=csrf)
        if status != 303:
            raise AssertionError(f"asking for a code answers {status}")
        code = self.awaited_mail("one-time-code", r"\d{4}-\d{4}")
        status, _ = self.visit("POST", self.path + "/open", csrf=csrf, code=code)
        if status != 303 or "habeas_download" not in self.cookies:
            raise AssertionError(f"opening answers {status}")
        _, page = self.visit("GET", self.path)
        held = self.service.psql.value("SELECT contents::json FROM habeas.request WHERE contents IS NOT NULL")
        if not held or not all(html.escape(title) in page for title in held):
            raise AssertionError(f"the link's page doesn't say what the archive holds: {sorted(held or [])}")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.service.port}{self.path}/parts/1"

    def command(self, *options):
        return ["curl", "-sS", "--fail", "-b", f"habeas_download={self.cookies['habeas_download']}", *options, self.url]

    # MARK: fetching

    def head(self):
        """The length and the strong tag, by HEAD: nothing is counted."""
        lines = subprocess.run(self.command("-I"), check=True, capture_output=True, text=True).stdout.lower()
        self.tag = re.search(r"^etag: (\S+)", lines, re.M)[1]
        return int(re.search(r"^content-length: (\d+)", lines, re.M)[1])

    def has(self):
        return os.path.getsize(self.target) if os.path.exists(self.target) else 0

    def fetch_until(self, wanted, rate):
        """Goes on until so many bytes are there; curl still runs then."""
        options = ["-o", self.target, "-C", "-", "-H", f"If-Range: {self.tag}", "--limit-rate", rate]
        self.curl = subprocess.Popen(self.command(*options), stderr=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while self.has() < wanted and self.curl.poll() is None and time.monotonic() < end:
            time.sleep(0.002)

    def cut(self):
        self.curl.kill()
        self.curl.wait()

    def finish(self):
        return subprocess.run(self.command("-o", self.target, "-C", "-", "-H", f"If-Range: {self.tag}"),
                              capture_output=True, text=True)

    def receipt(self, size):
        return self.service.psql.value(RECEIPT, size=size)

    def settled_receipt(self, size):
        """The receipt once nothing is written any more: whoever vanished is noticed with the next bytes."""
        last, since = None, time.monotonic()
        while time.monotonic() - since < 1.5:
            receipt = self.receipt(size)
            if receipt != last:
                last, since = receipt, time.monotonic()
            time.sleep(0.1)
        return last


class LargeFile:
    """A large document of somebody of the demo, as long as the test runs."""

    def __init__(self, config, person):
        with open(config) as file:
            objects = re.search(r"^ *objects: (.*)$", file.read(), re.M)[1].strip().strip('"')
        self.path = os.path.join(objects, NAME)
        self.psql = services.Psql(product(config))
        self.person = person

    def __enter__(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        digest, left = hashlib.sha256(), LARGE
        with open(self.path, "wb") as file:
            while left:
                piece = os.urandom(min(left, 1 << 20))
                digest.update(piece)
                file.write(piece)
                left -= len(piece)
        self.psql.value(
            "SET session_replication_role = replica; INSERT INTO workspace.documents (user_id, title, kind, storage_key, "
            "file_name, byte_size, sha256, media_type) VALUES (:'person', 'large', 'recording', :'name', 'large.bin', "
            ":'size', :'digest', 'application/octet-stream')",
            person=self.person, name=NAME, size=LARGE, digest=digest.hexdigest())

    def __exit__(self, *_):
        self.psql.value("SET session_replication_role = replica; DELETE FROM workspace.documents WHERE storage_key = "
                        ":'name'", name=NAME)
        self.psql.close()
        os.unlink(self.path)


def run(given):
    service = Service(given.binary, given.config, given.folder, "resume")
    person = people(given.config)[given.person]
    try:
        with LargeFile(given.config, person):
            service.make()
            service.serve()
            worker = service.worker()
            try:
                return _judge(service, service.ask(person), Person(service, f"{service.folder}/fetched.zip"))
            finally:
                worker.stop()
    finally:
        if service.serving:
            service.serving.stop()
        service.drop()


def _judge(service, request, person):
    faults, polls = [], []
    if os.path.exists(person.target):
        os.unlink(person.target)
    if not person.watch(request, polls, lambda poll: poll["state"] == "ready"):
        return 0, ["the request isn't ready after two minutes"]
    person.open()
    size = person.head()
    if person.receipt(size) is not None:
        faults.append("HEAD is counted as a download")
    passed = 0
    for percent, rate, interrupt in STEPS:
        person.fetch_until(size * percent // 100, rate)
        found = [f"{percent} %, {interrupt.__doc__}: {fault}" for fault in _interrupted(service, person, interrupt, size)]
        passed += not found
        faults += found
        print(f"{percent} %, {interrupt.__doc__}: {person.has()} of {size} bytes; {person.receipt(size)}", flush=True)
    outcome = person.finish()
    found = [] if outcome.returncode == 0 else [f"the last transfer fails: {outcome.stderr.strip()}"]
    found += _whole(service, person, size)
    found += _receipt(service, request, person, size)
    return passed + (not found), faults + found


# What a person's browser and the service may meet.


def lose(service, person):
    """the connection is lost"""
    person.cut()


def restart(service, person):
    """the service ends and starts again"""
    # It would let the transfer come to its end.
    person.cut()
    service.serving.stop()
    service.serve()


def kill(service, person):
    """the service is killed"""
    service.serving.kill()
    person.curl.wait()
    service.serve()


#: percent fetched, curl's rate (the last byte mustn't be there before it is noticed), what happens then
STEPS = [(10, "40M", lose), (50, "40M", restart), (75, "40M", kill), (99, "6M", lose)]


def _interrupted(service, person, interrupt, size):
    interrupt(service, person)
    has, receipt = person.has(), person.settled_receipt(size)
    person.is_killed = person.is_killed or interrupt is kill
    if person.curl.returncode == 0 or not 0 < has < size:
        yield f"nothing was cut: {has} bytes of {size} were fetched"
    if receipt["complete"] != receipt["whole"]:
        yield f"the receipt says {receipt}"
    # What a killed process didn't write down is unknown from then on.
    if not person.is_killed and receipt["covered"] < has:
        yield f"{has} bytes are there, the receipt knows of {receipt['covered']}"


def _whole(service, person, size):
    """The file is the archive."""
    name = service.psql.value("SELECT to_json(object) FROM habeas.archive")
    unsealed = f"{service.folder}/unsealed.zip"
    if os.path.exists(unsealed):
        os.unlink(unsealed)
    service.run("unseal", f"{service.archives}/{name}", "--output", unsealed)
    if subprocess.run(["cmp", person.target, unsealed]).returncode != 0:
        yield "what was fetched isn't the archive"
    if person.has() != size:
        yield f"{person.has()} bytes were fetched, the archive has {size}"
    os.unlink(unsealed)


def _receipt(service, request, person, size):
    """What the killed process didn't write down stays unknown: the receipt is complete once that went out again."""
    receipt = person.settled_receipt(size)
    if receipt["complete"] != receipt["whole"]:
        yield f"the receipt says {receipt}"
    hole = size - receipt["covered"]
    print(f"the killed process didn't write down {hole} bytes", flush=True)
    subprocess.run(person.command("-o", os.devnull), check=True)
    receipt = person.settled_receipt(size)
    if not receipt["complete"] or not receipt["whole"]:
        yield f"everything went out, and the receipt says {receipt}"
    if receipt["sent"] < size:
        yield f"the receipt counts {receipt['sent']} bytes of {size}"
    facts = service.psql.value(
        "SELECT json_build_object('state', state, 'told', (SELECT count(*) FROM habeas.audit_entry WHERE request_id = "
        ":'request' AND action = 'download.completed')) FROM habeas.request WHERE id = :'request'", request=request)
    if facts != {"state": "delivered", "told": 1}:
        yield f"the request is {facts}"
    yield from Bench(service).chain_faults()
