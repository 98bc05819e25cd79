"""Says which answers every operation gave, and fails when one never answered 2xx or took a call without a token."""

import collections
import sys

import requests
import yaml

base, calls = sys.argv[1:]
description = yaml.safe_load(requests.get(f"{base}/openapi.yaml", timeout=10).text)
with_token = collections.defaultdict(collections.Counter)
for line in open(calls, encoding="utf-8"):
    operation, status, has_token = line.rstrip("\n").split("\t")
    if has_token == "True":
        with_token[operation][status] += 1

parameters = description["components"]["parameters"]
failures = []
print(f"\n{'operation':<20} {'2xx':>5} {'4xx':>5} {'5xx':>5}  without token")
for path, methods in description["paths"].items():
    for method, operation in methods.items():
        name = operation["operationId"]
        counts = collections.Counter()
        for status, count in with_token[name].items():
            counts[status[0]] += count
        if operation.get("security") == []:
            # Anybody may ask.
            answer = requests.request(method, base + path, timeout=10)
            counts[str(answer.status_code)[0]] += 1
            expected = 200
        else:
            url = base + path
            for parameter in operation.get("parameters", []):
                parameter = parameters[parameter["$ref"].rsplit("/", 1)[1]] if "$ref" in parameter else parameter
                if parameter["in"] == "path":
                    url = url.replace("{" + parameter["name"] + "}", parameter["example"])
            answer = requests.request(method, url, json={} if method == "post" else None, timeout=10)
            expected = 401
        print(f"{name:<20} {counts['2']:>5} {counts['4']:>5} {counts['5']:>5}  {answer.status_code}")
        if answer.status_code != expected:
            failures.append(f"{name}: {answer.status_code} without a token")
        if not counts["2"]:
            failures.append(f"{name}: never answered 2xx")
for failure in failures:
    print(f"FAILED {failure}")
sys.exit(1 if failures else 0)
