"""Reads a calendar with a parser we did not write, and tells what is in it: one line an event.

    python3 calendar_feed.py FILE
"""

import sys
from datetime import date, timedelta

from icalendar import Calendar

raw = open(sys.argv[1], "rb").read()
faults = []
if b"\n" in raw.replace(b"\r\n", b""):
    faults.append("a line doesn't end in CRLF")
faults += [f"a line of {len(line)} bytes" for line in raw.split(b"\r\n") if len(line) > 75]
calendar = Calendar.from_ical(raw)
for name in ("VERSION", "PRODID"):
    if name not in calendar:
        faults.append(f"{name} is missing")
seen = set()
for event in calendar.walk("VEVENT"):
    if event.errors:
        faults.append(f"errors: {event.errors}")
    start, end = event.decoded("DTSTART"), event.decoded("DTEND")
    if type(start) is not date or end - start != timedelta(days=1):
        faults.append("an event isn't one whole day")
    if event.decoded("DTSTAMP").utcoffset() != timedelta(0):
        faults.append("DTSTAMP isn't in UTC")
    uid = str(event["UID"])
    if uid in seen:
        faults.append(f"{uid} comes twice")
    seen.add(uid)
    print(uid, start, event["SUMMARY"])
if faults:
    sys.exit("\n".join(faults))
