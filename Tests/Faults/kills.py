"""The kill table: a worker ends at its n-th statement or file operation of an export, and another one finishes."""

import concurrent.futures
import json
import os
import queue
import shutil
import struct
import subprocess
import threading
import time

from bench import Bench
from service import Service, people

#: how a worker may end; every n of each is tried
KINDS = ["file", "sql-before", "sql-after"]


class Killer:
    """The library that ends a process at its n-th operation."""

    def __init__(self, folder):
        self.library = os.path.join(os.path.abspath(folder), "killpoint.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "killpoint.c")
        compiler = shutil.which("cc") or shutil.which("clang") or "cc"
        subprocess.run([compiler, "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o", self.library, source,
                        "-ldl"], check=True)

    def variables(self, service, log, at=None):
        roots = ":".join([service.archives, service.mail, service.temp])
        return {"LD_PRELOAD": self.library, "KILLPOINT_LOG": log, "KILLPOINT_ROOTS": roots,
                **({"KILLPOINT_AT": at} if at else {})}


def counts(log):
    """Statements, file operations, and what it was killed at."""
    with open(log, "rb") as file:
        content = file.read()
    return (*struct.unpack("QQ", content[:16]), content[16:].rstrip(b"\0").decode())


class KillBench(Bench):
    def __init__(self, service, killer, person):
        super().__init__(service)
        self.killer = killer
        self.person = person
        self.log = f"{service.folder}/killpoint.log"

    def try_point(self, at):
        """(whether the worker was killed, at what, faults)."""
        if os.path.exists(self.log):
            os.unlink(self.log)
        request = self.service.ask(self.person)
        polls = []
        victim = self.service.worker(**self.killer.variables(self.service, self.log, at))
        end = time.monotonic() + 120
        while victim.is_running and time.monotonic() < end:
            self.watch(request, polls, lambda _: True)
            if polls[-1]["state"] == "ready" and self.is_idle():
                break
            time.sleep(0.02)
        is_killed = victim.popen.poll() == -9
        if not is_killed:
            victim.stop()
        self.watch(request, polls, lambda _: True)
        rescuer = self.service.worker()
        try:
            is_ready = self.watch(request, polls, lambda poll: poll["state"] == "ready")
            is_idle = self.await_idle()
        finally:
            rescuer.stop()
        faults = [] if is_ready and is_idle else ["the second worker didn't finish within two minutes"]
        faults += self.request_faults(request, polls)
        faults += self.folder_faults()
        return is_killed, counts(self.log)[2], faults


class Progress:
    """Points already judged, in a file, so that a run can be taken up again."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.passed = {}
        if os.path.exists(path):
            with open(path) as file:
                for line in file:
                    entry = json.loads(line)
                    if not entry["faults"]:
                        self.passed[entry["at"]] = entry

    def note(self, entry):
        with self.lock, open(self.path, "a") as file:
            file.write(json.dumps(entry) + "\n")


def points(counted, chosen):
    """Every n of every kind; or some, evenly spread over what was counted, and the same ones each time."""
    statements, operations = counted
    for kind in KINDS:
        most = operations if kind == "file" else statements
        if chosen is None:
            yield from (f"{kind}:{n}" for n in range(1, most + 1))
        else:
            yield from (f"{kind}:{n}" for n in sorted({1 + most * i // chosen for i in range(chosen)}))


def run(given):
    """Tries all points: (passed, faults)."""
    folder = os.path.join(given.folder, "kills")
    os.makedirs(folder, exist_ok=True)
    killer = Killer(folder)
    person = people(given.config)[given.person]
    progress = Progress(f"{folder}/progress.jsonl")
    services = [Service(given.binary, given.config, folder, f"kills_{n}") for n in range(given.lanes)]
    lanes = queue.Queue()
    try:
        for service in services:
            service.make()
            service.serve()
            lanes.put(KillBench(service, killer, person))
        return _try_all(given, lanes, progress)
    finally:
        for service in services:
            if service.serving:
                service.serving.stop()
            service.drop()


def _try_all(given, lanes, progress):
    counted = _count(lanes)
    print(f"an export has {counted[0]} statements and {counted[1]} file operations", flush=True)
    # Runs differ a little: somewhat more are tried, and those at which nothing was left to kill are told apart.
    if given.points is None:
        counted = tuple(n + n // 10 + 3 for n in counted)
    faults, killed, spared = [], 0, 0

    def judge(at):
        bench = lanes.get()
        try:
            began = time.monotonic()
            is_killed, name, found = bench.try_point(at)
            return {"at": at, "killed": is_killed, "name": name, "faults": found,
                    "seconds": round(time.monotonic() - began, 1)}
        except Exception as error:  # whoever stumbles must not pass anything
            return {"at": at, "killed": False, "name": "", "faults": [f"the test itself: {error!r}"], "seconds": 0}
        finally:
            lanes.put(bench)

    wanted = list(points(counted, given.points))
    done = [progress.passed[at] for at in wanted if at in progress.passed]
    rest = [at for at in wanted if at not in progress.passed]
    with concurrent.futures.ThreadPoolExecutor(lanes.qsize()) as pool:
        for number, entry in enumerate(_chain(done, pool.map(judge, rest)), 1):
            if number > len(done):
                progress.note(entry)
            killed += entry["killed"]
            spared += not entry["killed"]
            faults += [f"{entry['at']} ({entry['name']}): {fault}" for fault in entry["faults"]]
            for fault in entry["faults"]:
                print(f"{entry['at']} ({entry['name']}): {fault}", flush=True)
            if number % 25 == 0:
                print(f"{number} of {len(wanted)} points, {killed} kills, {len(faults)} faults", flush=True)
    while not lanes.empty():
        bench = lanes.get()
        faults += [f"lane {bench.service.database}: {fault}" for fault in bench.chain_faults()]
    print(f"{killed} kills, {spared} points after the last operation", flush=True)
    if killed == 0:
        faults.append("no worker was killed at all")
    return killed, faults


def _count(lanes):
    """Counts one export without killing anybody; not the first one, beside which the duties of a new database are done."""
    bench = lanes.get()
    try:
        for _ in range(2):
            is_killed, _, faults = bench.try_point(None)
            if is_killed or faults:
                raise AssertionError(f"an export that nobody disturbs: {faults}")
        return counts(bench.log)[:2]
    finally:
        lanes.put(bench)


def _chain(*many):
    for one in many:
        yield from one
