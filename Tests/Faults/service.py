"""A service of its own: control database, archives, mails and temporary files in one place; people of the demo."""

import base64
import hashlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import time
import uuid

#: settings that make a killed worker's jobs come again soon
LEASE = 3


class ServerGone(Exception):
    """The connection to PostgreSQL broke."""


class Refused(Exception):
    """The service answered with another status than it should."""


class Psql:
    """A connection to PostgreSQL by psql: one statement, one JSON value."""

    def __init__(self, conninfo):
        self.conninfo = conninfo
        self.process = None

    def value(self, statement, **variables):
        """The JSON value a statement gives; None when it gives no row. `:'name'` stands for a variable."""
        if self.process is None:
            self.process = subprocess.Popen(
                ["psql", "-qAtX", "-v", "ON_ERROR_STOP=1", self.conninfo], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, "PGOPTIONS": "-c client_min_messages=warning"})
        marker = "end-of-answer"
        sets = "".join(f"\\set {name} '{value}'\n" for name, value in variables.items())
        try:
            self.process.stdin.write(f"{sets}{statement};\n\\echo {marker}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            self.close()
            raise ServerGone() from None
        lines = []
        while True:
            line = self.process.stdout.readline()
            if line == "":
                self.close()
                raise ServerGone("".join(lines))
            if line.strip() == marker:
                break
            lines.append(line)
        text = "".join(lines).strip()
        return json.loads(text) if text else None

    def patient(self, statement, **variables):
        """The same, also over a restart of the server."""
        end = time.monotonic() + 60
        while True:
            try:
                return self.value(statement, **variables)
            except ServerGone:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None


class Process:
    """A process of ours, its log in a file."""

    def __init__(self, command, log, environment):
        self.log = log
        with open(log, "ab") as output:
            self.popen = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, **environment})

    @property
    def is_running(self):
        return self.popen.poll() is None

    def kill(self):
        self.popen.kill()
        return self.popen.wait()

    def stop(self, patience=60):
        """Asks it to end; kills it when it doesn't."""
        if self.is_running:
            self.popen.send_signal(signal.SIGTERM)
        try:
            return self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"a process didn't end within {patience} s of SIGTERM; see {self.log}") from None


class Service:
    """One service: `name` tells it from others on the same server."""

    def __init__(self, binary, config, folder, name, archives=None, settings=""):
        self.binary = binary
        self.folder = os.path.join(os.path.abspath(folder), name)
        self.archives = archives or os.path.join(self.folder, "archives")
        self.mail = os.path.join(self.folder, "mail")
        self.temp = os.path.join(self.folder, "tmp")
        self.config = os.path.join(self.folder, "habeas.yaml")
        self.port = free_port()
        self.token = None
        self.serving = None
        with open(config) as file:
            demo = file.read()
        # Keys are named from where the settings lie.
        demo = re.sub(r"^keys: (?!/)(.*)$", lambda found: "keys: " + os.path.join(
            os.path.dirname(os.path.abspath(config)), found[1]), demo, flags=re.M)
        self.product = product(config)
        self.database = re.search(r"dbname='?(\w+)", self.product)[1] + f"_{name}"
        control = re.sub(r"dbname=\S+", f"dbname={self.database}", self.product)
        self.psql = Psql(control)
        os.makedirs(self.folder, exist_ok=True)
        if not re.search(r"^clock:", demo, flags=re.M):
            demo += "\nclock:\n  zone: Europe/Berlin\n"
        with open(self.config, "w") as file:
            file.write(demo)
            file.write(f'control:\n  url: "{control}"\narchives: {self.archives}\nmail:\n  folder: {self.mail}\n'
                       f"  from: privacy@example.com\nservice:\n  port: {self.port}\n"
                       f"workers:\n  lease: {LEASE}s\n{settings}")

    # MARK: making and removing

    def make(self):
        """The control database and the folders, anew, and somebody of the staff."""
        self.drop()
        for path in (self.archives, self.mail, self.temp):
            os.makedirs(path, exist_ok=True)
            for name in os.listdir(path):
                entry = os.path.join(path, name)
                shutil.rmtree(entry) if os.path.isdir(entry) else os.unlink(entry)
        server = Psql(self.product)
        server.value(f"CREATE DATABASE {self.database}")
        server.close()
        self.run("init")
        self.make_token()

    def drop(self):
        self.psql.close()
        server = Psql(self.product)
        server.value(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")
        server.close()

    def make_token(self):
        """Somebody who may open requests and vouch for people."""
        staff, number = str(uuid.uuid4()), secrets.token_hex(8)
        secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
        self.token = f"habeas_{number}_{secret}"
        self.psql.value(
            "INSERT INTO habeas.staff (id, name, roles, made_at) VALUES (:'staff', 'faults ' || :'number', "
            "'{compliance,admin}', now()); INSERT INTO habeas.staff_token (id, staff_id, hash, scopes, made_at, "
            "expires_at) VALUES (:'number', :'staff', decode(:'hash', 'hex'), '{}', now(), now() + interval '30 days')",
            staff=staff, number=number, hash=hashlib.sha256(secret.encode()).hexdigest())

    def run(self, *arguments, check=True):
        """A command of the product."""
        outcome = subprocess.run(
            [self.binary, *arguments, "--config", self.config], capture_output=True, text=True, timeout=600,
            env={**os.environ, "TMPDIR": self.temp})
        if check and outcome.returncode != 0:
            raise Refused(f"habeas {' '.join(arguments[:2])}: status {outcome.returncode}: {outcome.stderr.strip()}")
        return outcome

    # MARK: processes

    def environment(self, more):
        return {"TMPDIR": self.temp, **more}

    def serve(self, **more):
        """Answers HTTP and works on nothing."""
        self.serving = Process(
            [self.binary, "serve", "--config", self.config, "--log", "warning"], f"{self.folder}/serve.log",
            self.environment({"HABEAS_WORKERS_EXPORTS": "0", "HABEAS_WORKERS_ERRANDS": "0", **more}))
        end = time.monotonic() + 60
        while time.monotonic() < end and self.serving.is_running:
            try:
                if self.http("GET", "/readyz")[0] == 200:
                    return self.serving
            except OSError:
                pass
            time.sleep(0.05)
        raise Refused(f"the service doesn't answer; see {self.serving.log}")

    def worker(self, **more):
        """A worker, with variables of its own."""
        return Process(
            [self.binary, "worker", "--config", self.config, "--log", "info"], f"{self.folder}/worker.log",
            self.environment(more))

    # MARK: asking

    def http(self, method, path, body=None, headers=None):
        """Status, headers and body of one answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def post(self, path, **fields):
        """An answer of the API to staff."""
        body = json.dumps({**fields, "ticket": "FAULT-1", "reason": "fault-test"})
        status, _, text = self.http(
            "POST", path, body, {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
        if status not in (200, 201):
            raise Refused(f"POST {path}: {status}: {text.decode()[:300]}")
        return status, json.loads(text)

    def ask(self, person, right="access", collections=()):
        """Opens a request for a person and vouches for them: its id. It is queued then."""
        status, request = self.post(
            "/v1/requests", subject=f"user:{person}", right=right, collections=list(collections))
        if status != 201:
            raise Refused(f"request {request['id']} is open already: {request['state']}")
        self.post(f"/v1/requests/{request['id']}/verify", method="call-back", evidence=["customer-number"],
                  accepted=True)
        return request["id"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def product(config):
    """The connection string of the demo's database."""
    with open(config) as file:
        text = re.search(r'^ *url: "(.*)"$', file.read(), re.M)[1]
    return text.replace('\\"', '"').replace("\\\\", "\\")


def people(config):
    """The demo's people, by their ids."""
    psql = Psql(product(config))
    try:
        return psql.value("SELECT json_agg(id ORDER BY id) FROM workspace.users")
    finally:
        psql.close()
