"""Offsets of time zones as Python's zoneinfo reads the same files.

Reads lines "ZONE SECONDS OFFSET" on standard input; prints those it disagrees with; exit status 1 when there are any.
"""

import datetime
import sys
import zoneinfo

wrong = 0
count = 0
for line in sys.stdin:
    name, second, offset = line.split()
    moment = datetime.datetime.fromtimestamp(0, datetime.timezone.utc) + datetime.timedelta(seconds=int(second))
    theirs = int(moment.astimezone(zoneinfo.ZoneInfo(name)).utcoffset().total_seconds())
    count += 1
    if theirs != int(offset):
        wrong += 1
        if wrong < 20:
            print(f"{name} at {moment}: {theirs}, not {offset}")
print(f"{count} offsets, {wrong} disagreements")
sys.exit(1 if wrong or not count else 0)
