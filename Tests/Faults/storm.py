"""The kill storm: workers are killed and started again every few seconds while many requests come in; each comes out
once."""

import concurrent.futures
import itertools
import random
import threading
import time

from bench import Bench
from service import Service, people

#: rights and scopes of which one person may have one open request each
WANTED = [("access", ()), ("export", ()), ("export", ("account",)), ("access", ("account",)), ("export", ("sessions",))]


class Storm(Bench):
    """Workers that die and come again, in a thread of its own."""

    def __init__(self, service, count, every):
        super().__init__(service)
        self.every = every
        self.random = random.Random(1)
        self.kills = 0
        self.over = threading.Event()
        self.workers = [service.worker() for _ in range(count)]
        self.thread = threading.Thread(target=self.rage)
        self.thread.start()

    def rage(self):
        while not self.over.wait(self.every * self.random.uniform(0.5, 1.5)):
            chosen = self.random.randrange(len(self.workers))
            if not self.workers[chosen].is_running:
                continue  # found in the end
            self.workers[chosen].kill()
            self.workers[chosen] = self.service.worker()
            self.kills += 1

    def calm(self):
        self.over.set()
        self.thread.join()

    def stop(self):
        self.calm()
        for worker in self.workers:
            worker.stop()


def run(given):
    wanted = given.requests or 1000
    service = Service(given.binary, given.config, given.folder, "storm")
    everybody = people(given.config)
    asks = [(person, right, scope) for (right, scope), person in itertools.product(WANTED, everybody)][:wanted]
    if len(asks) < wanted:
        raise SystemExit(f"there are only {len(asks)} different requests")
    try:
        service.make()
        service.serve()
        storm = Storm(service, given.workers, given.every)
        try:
            return _judge(storm, asks)
        finally:
            storm.stop()
    finally:
        if service.serving:
            service.serving.stop()
        service.drop()


def _judge(storm, asks):
    service, faults, began = storm.service, [], time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(service.ask, *ask) for ask in asks]
        told, last = 0, None
        while True:
            faults += storm.untruths()
            ready = service.psql.value("SELECT to_json(count(*)) FROM habeas.request WHERE state = 'ready'")
            if ready >= told + 100:
                told = ready - ready % 100
                print(f"{ready} of {len(asks)} ready, {storm.kills} kills, {time.monotonic() - began:.0f} s", flush=True)
            if ready != (last or (None,))[0]:
                last = (ready, time.monotonic())
            if all(one.done() for one in asked) and storm.is_idle():
                break
            if time.monotonic() - last[1] > 300:
                faults.append("nothing has become ready for five minutes")
                break
            time.sleep(0.5)
        requests = [one.result() for one in asked]
    storm.calm()
    print(f"{len(requests)} requests, {storm.kills} kills, {time.monotonic() - began:.0f} s; now judged", flush=True)
    if not storm.await_idle(300):
        faults.append("the workers didn't come to rest")
    faults += [f"a worker ended by itself; see {w.log}" for w in storm.workers if not w.is_running]
    if storm.kills == 0:
        faults.append("no worker was killed at all")
    found = {request: list(storm.request_faults(request)) for request in requests}
    faults += [f"{request}: {fault}" for request, ones in found.items() for fault in ones]
    faults += storm.folder_faults()
    faults += storm.chain_faults()
    return sum(not ones for ones in found.values()), faults
