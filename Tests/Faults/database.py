"""PostgreSQL is shut down at once while exports run, and comes again: service and worker go on by themselves."""

import time

from bench import Bench
from server import Server
from service import Service, people

#: seconds from asking to the shutdown, and how long the server is away
MOMENTS = [(0.1 * n, 0.3 if n % 3 else 4.0) for n in range(1, 16)]
#: requests that run at each moment
AT_ONCE = 3


def run(given):
    service = Service(given.binary, given.config, given.folder, "database")
    everybody = people(given.config)
    try:
        service.make()
        service.serve()
        server = Server(service.product)
        worker = service.worker()
        try:
            return _try_moments(Bench(service), server, worker, everybody)
        finally:
            worker.stop()
    finally:
        if service.serving:
            service.serving.stop()
        service.drop()


def _try_moments(bench, server, worker, everybody):
    passed, faults = 0, []
    for number, (delay, pause) in enumerate(MOMENTS):
        persons = everybody[number * AT_ONCE:(number + 1) * AT_ONCE]
        found = list(_try_moment(bench, server, worker, persons, delay, pause))
        faults += [f"{delay:.1f} s after asking, {pause} s away: {fault}" for fault in found]
        passed += not found
        print(f"{number + 1} of {len(MOMENTS)} moments, {len(faults)} faults", flush=True)
    faults += bench.chain_faults()
    return passed, faults


def _try_moment(bench, server, worker, persons, delay, pause):
    service = bench.service
    requests = [service.ask(person) for person in persons]
    polls = {request: [bench.poll(request)] for request in requests}
    time.sleep(delay)
    server.crash()
    status = service.http("GET", "/readyz")[0]
    if status != 503:
        yield f"/readyz says {status} without a database"
    if service.http("GET", "/healthz")[0] != 200:
        yield "/healthz doesn't say that the process lives"
    time.sleep(pause)
    server.start()
    for request in requests:
        if not bench.watch(request, polls[request], lambda poll: poll["state"] == "ready", patience=180):
            yield f"{request} isn't ready three minutes later"
    if not bench.await_idle(180):
        yield "jobs are left three minutes later"
    if not worker.is_running:
        yield f"the worker ended; see {worker.log}"
    if not service.serving.is_running:
        yield f"the service ended; see {service.serving.log}"
    if service.http("GET", "/readyz")[0] != 200:
        yield "/readyz doesn't say that the database is back"
    for request in requests:
        yield from (f"{request}: {fault}" for fault in bench.request_faults(request, polls[request]))
    yield from bench.folder_faults()
