"""The archives' disk fills up while exports run (F30): those that can't go on wait, nothing half-written is reachable, and
the others finish; when there is room again, so do they."""

import ctypes
import os
import subprocess
import time

from bench import Bench
from service import Service, people

SMALL, LARGE = 12, 400  # MB
NEW_MOUNTS = 0x00020000  # CLONE_NEWNS, unshare(2)


def run(given):
    if os.geteuid() != 0:
        print("skipped: a small disk can only be mounted by root", flush=True)
        return 0, []
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NEW_MOUNTS) != 0:
        print(f"skipped: no mounts of one's own here: {os.strerror(ctypes.get_errno())}", flush=True)
        return 0, []
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    archives = os.path.join(given.folder, "small-disk")
    os.makedirs(archives, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}m,mode=700", "tmpfs", archives], check=True)
    service = Service(given.binary, given.config, given.folder, "disk", archives=archives,
                      settings="  exports: 8\n")
    try:
        service.make()
        service.serve()
        requests = [service.ask(person) for person in people(given.config)[:given.requests or 40]]
        worker = service.worker()
        try:
            return _judge(Bench(service), worker, requests, archives)
        finally:
            worker.stop()
    finally:
        if service.serving:
            service.serving.stop()
        service.drop()
        subprocess.run(["umount", archives], check=True)


def _judge(bench, worker, requests, archives):
    service, faults = bench.service, []
    _until(bench, faults, lambda states: states.get("ready", 0) >= 2 and states.get("running", 0) >= 3)
    # Amid running exports somebody else fills the disk, within the archives' own small one.
    filled = _fill(f"{archives}/audit/ballast")
    print(f"{filled} bytes filled the disk; {_states(bench)}", flush=True)
    for _ in range(50):
        faults += bench.untruths()
        time.sleep(0.1)
    _until(bench, faults, lambda states: states.get("running", 0) == 0)
    states = _states(bench)
    print(f"while it is full: {states}", flush=True)
    if set(states) - {"ready", "queued"}:
        faults.append(f"on a full disk requests are {states}")
    if not states.get("queued"):
        faults.append("every export found room: the disk was never too small")
    waits = service.psql.value(
        "SELECT coalesce(json_agg(DISTINCT waits_for || ' ' || coalesce(error, '')), '[]') FROM habeas.job "
        "WHERE kind = 'export' AND state = 'waiting'")
    # Those that ran into the full disk, and those that didn't begin.
    if not {"space job.no-space"} <= set(waits) <= {"space ", "space job.no-space"}:
        faults.append(f"the waiting exports wait for {waits}")
    faults += [f"on a full disk: {fault}" for fault in bench.archives_faults()]
    # Somebody makes room.
    os.unlink(f"{archives}/audit/ballast")
    subprocess.run(["mount", "-o", f"remount,size={LARGE}m", archives], check=True)
    began = time.monotonic()
    if not bench.await_idle(300):
        faults.append("jobs are left five minutes after there was room again")
    print(f"with room again: {_states(bench)} after {time.monotonic() - began:.0f} s", flush=True)
    if not worker.is_running:
        faults.append(f"the worker ended; see {worker.log}")
    found = {request: list(bench.request_faults(request)) for request in requests}
    faults += [f"{request}: {fault}" for request, ones in found.items() for fault in ones]
    faults += bench.folder_faults()
    faults += bench.chain_faults()
    return sum(not ones for ones in found.values()), faults


def _states(bench):
    return bench.service.psql.value(
        "SELECT coalesce(json_object_agg(state, count), '{}') FROM "
        "(SELECT state, count(*) FROM habeas.request GROUP BY state) counted")


def _until(bench, faults, is_reached):
    end = time.monotonic() + 120
    while not is_reached(_states(bench)):
        if time.monotonic() > end:
            faults.append(f"after two minutes requests are {_states(bench)}")
            return
        time.sleep(0.02)


def _fill(path):
    """Writes until nothing fits any more."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    filled, size = 0, 1 << 20
    with open(path, "wb", buffering=0) as file:
        while size:
            try:
                filled += file.write(b"\0" * size)
            except OSError:
                size //= 2
    return filled
