"""The dashboard over a million requests, beside plain SQL that counts the same: medians and ratios of one run.

    python3 Benchmarks/dashboard.py [--binary .build/release/habeas] [--requests 1000000] [--open 30] [--rounds 15]

--open is how many of a thousand aren't answered. "server" is the time until the API's answer is there, on loopback; "plain" is
the time that PostgreSQL itself reports for the bare counts. It fails when a plan reads the table from end to end, when the
server takes 200 ms, or more than its bound beside the plain counts: 1.3 times them for the numbers with 20 requests, 3 times
for the numbers with 200 that are at risk, which are found by their dates, read from the table and written out besides.
"""

import argparse, json, os, re, statistics, subprocess, sys, time, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from service import Service, run

HERE = os.path.dirname(os.path.abspath(__file__))
OPEN = "state IN ('received', 'verifying', 'accepted', 'queued', 'running', 'paused', 'failed', 'partial')"


def plain(service):
    """What the dashboard counts, written by hand; the moments are constants, so that no row computes them."""
    def moment(sql):
        return f"timestamptz '{service.psql('SELECT ' + sql)}'"

    def count(condition):
        return f"count(*) FILTER (WHERE {condition})"

    now = moment("now()")
    midnight = "((now() AT TIME ZONE 'Europe/Berlin')::date + {})::timestamp AT TIME ZONE 'Europe/Berlin'"
    ends = [moment(midnight.format(days + 1)) for days in (0, 3, 7, 14)]
    waiting = "waits_for IS NULL AND answered_at IS NULL"
    due = [f"due_end > {now} AND due_end <= {end} AND {waiting}" for end in ends]
    columns = [
        "count(*)", count(f"due_end <= {now} AND {waiting}"), *map(count, due),
        count("state = 'verifying' OR waits_for IS NOT NULL"), count("state = 'paused' AND waits_for IS NULL"),
        count(
            f"(due_end IS NULL OR due_end > {now} OR waits_for IS NOT NULL) AND answered_at IS NULL AND (work_end <= {now}"
            " OR forecast_end > coalesce(work_end, due_end) OR state = 'failed')"),
        count(f"acknowledged_at IS NULL AND acknowledge_end <= {now}"),
        count("due_end IS NULL AND waits_for IS NULL"), count("rules_changed"),
    ]
    return f"SELECT regime, state, {', '.join(columns)} FROM habeas.request WHERE {OPEN} GROUP BY regime, state"


def plain_times(service, rounds):
    script = "\\timing on\n" + (plain(service) + ";\n") * rounds
    answer = run("psql", "-XAtq", service.database, "-f", "-", input=script)
    return [float(text) for text in re.findall(r"^Time: ([\d.]+) ms", answer, re.M)]


def server_times(service, path, token, rounds):
    times, body = [], None
    for _ in range(rounds):
        begin = time.monotonic()
        request = urllib.request.Request(service.base + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            body = json.load(answer)
        times.append((time.monotonic() - begin) * 1000)
    return times, body


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=".build/release/habeas")
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    faults = []
    state = os.path.abspath(os.path.join(HERE, "..", ".habeas", "bench-dashboard"))
    service = Service(os.path.abspath(options.binary), state)
    try:
        run("psql", "-XAtq", service.database, "-v", f"open={options.open}", "-v", f"requests={options.requests}",
            "-f", os.path.join(HERE, "dashboard.sql"))
        # The first one can't know rows as visible while the server's own upkeep still looks at older ones.
        service.psql("VACUUM (ANALYZE) habeas.request")
        service.start()
        token = open(os.path.join(service.home, "compliance.token")).read().strip()
        server_times(service, "/v1/dashboard", token, 3)
        plain_times(service, 3)
        theirs = statistics.median(plain_times(service, options.rounds))
        print(f"{options.requests} requests, {options.open} of a thousand open; medians of {options.rounds}")
        print(f"{'plain counts':<44} {theirs:8.1f} ms")
        bounds = {
            "/v1/dashboard": 1.3, "/v1/dashboard?regime=GDPR": 1.3, "/v1/dashboard?right=erasure&channel=staff": 1.3,
            "/v1/dashboard?bucket=at_risk&limit=200": 3,
        }
        for path, bound in bounds.items():
            times, body = server_times(service, path, token, options.rounds)
            ours = statistics.median(times)
            print(f"{path:<44} {ours:8.1f} ms  ratio {ours / theirs:.2f}")
            if ours >= 200:
                faults.append(f"{path} took {ours:.0f} ms")
            if ours / theirs > bound:
                faults.append(f"{path} took {ours / theirs:.2f} times the plain counts, more than {bound}")
        counted = service.psql(f"SELECT count(*) FROM habeas.request WHERE {OPEN}")
        _, body = server_times(service, "/v1/dashboard", token, 1)
        if body["counts"]["open"] != int(counted):
            faults.append(f"{body['counts']['open']} open, not {counted}")
        plan = service.psql("EXPLAIN " + plain(service))
        if "Index Only Scan using request_due" not in plan:
            faults.append("the plan isn't an index-only scan:\n" + plan)
    finally:
        if service.process:
            service.stop()
        subprocess.run([service.binary, "demo", "--remove", "--state", state], capture_output=True)
    sys.exit("\n".join(faults) or None)


if __name__ == "__main__":
    main()
