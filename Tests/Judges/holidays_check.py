"""Compares our calendars with two libraries that other people keep: `holidays` and `workalendar`.

    holidays_check.py DAYS.json

DAYS.json holds {calendar: {"first": 2020, "last": 2027, "weekend": [6, 7], "holidays": [day…], "worked": [day…]}}.
Compared are the days that aren't weekends, since a holiday on a weekend changes no date, and the weekends that are worked.
A difference must stand in holiday_disagreements.yaml with its reason, and what stands there must still be a difference.
Prints the list; ends with 0 when it is exact.
"""

import datetime
import json
import pathlib
import sys
import warnings

import holidays
import yaml
from workalendar import registry

# Our id: the code of `holidays` with its subdivision, and the code of `workalendar`. None: that library lacks the place.
PLACES = {
    "EU": (None, None), "NZ-PA2020": (None, None),
    "GB-ENG": (("GB", "ENG"), "GB"), "GB-SCT": (("GB", "SCT"), None), "GB-NIR": (("GB", "NIR"), "GB-NIR"),
    "US-CA": (("US", "CA"), "US-CA"), "LI": (("LI", None), None),
}


def place(name):
    """The codes of a calendar in both libraries."""
    return PLACES.get(name, ((name, None), name))


def from_holidays(code, year):
    """The public holidays of a year as `holidays` knows them."""
    country, part = code
    return set(holidays.country_holidays(country, subdiv=part, years=year, categories=("public",)))


def from_workalendar(calendar, year):
    """The holidays of a year as `workalendar` knows them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {day for day, _ in calendar.holidays(year) if day.year == year}


def workday_changes(calendar, year):
    """The weekends that `workalendar` says are worked."""
    extra = getattr(calendar, "extra_working_days", None) or []
    return {day for day in extra if day.year == year}


def differences(ours, theirs, year, weekend):
    """Each day that only one of both has, and who has it."""
    mine = {day for day in ours if day.year == year and day.isoweekday() not in weekend}
    others = {day for day in theirs if day.year == year and day.isoweekday() not in weekend}
    yield from ((day, "library") for day in sorted(others - mine))
    yield from ((day, "habeas") for day in sorted(mine - others))


def find(days):
    """All differences: (calendar, library, day, who has it)."""
    found, silent = [], []
    for name, calendar in sorted(days.items()):
        ours = {datetime.date.fromisoformat(day) for day in calendar["holidays"]}
        worked = {datetime.date.fromisoformat(day) for day in calendar["worked"]}
        first, second = place(name)
        cls = registry.registry.get(second) if second else None
        for year in range(calendar["first"], calendar["last"] + 1):
            if first:
                theirs = from_holidays(first, year)
                found += [(name, "holidays", *one) for one in differences(ours, theirs, year, calendar["weekend"])]
            if cls:
                try:
                    theirs = from_workalendar(cls(), year)
                except Exception as error:  # A year it has no data for is an error of many kinds.
                    silent.append(f"{name}: workalendar knows nothing of {year}: {type(error).__name__}")
                    continue
                found += [(name, "workalendar", *one) for one in differences(ours, theirs, year, calendar["weekend"])]
                changed = workday_changes(cls(), year)
                if worked or changed:
                    mine = {day for day in worked if day.year == year}
                    found += [(name, "workalendar", day, "library works") for day in sorted(changed - mine)]
                    found += [(name, "workalendar", day, "habeas works") for day in sorted(mine - changed)]
    return found, silent


def listed(path):
    """The known disagreements: {(calendar, library, day, who): reason}."""
    known = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        for library in entry["libraries"]:
            for day in entry["days"]:
                key = (entry["calendar"], library, day, entry["has_it"])
                if key in known or len(entry["reason"]) < 20:
                    sys.exit(f"{path.name}: {key} is listed twice, or its reason says nothing")
                known[key] = entry["reason"]
    return known


def main():
    days = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    found, silent = find(days)
    if len(sys.argv) > 2:  # For whoever writes the list: all differences as they are.
        for calendar, library, day, who in found:
            print(f"{calendar} {library} {day} {day:%a} {who}")
        return 0
    known = listed(pathlib.Path(__file__).with_name("holiday_disagreements.yaml"))
    unlisted = [one for one in found if one not in known]
    gone = sorted(set(known) - set(found), key=str)
    for one in found:
        print("known:", *one, "-", known.get(one, "NOT LISTED"))
    print("\n".join(silent))
    for one in unlisted:
        print("NOT LISTED:", *one, file=sys.stderr)
    for one in gone:
        print("GONE:", *one, file=sys.stderr)
    print(f"{len(days)} calendars, {len(found)} known disagreements")
    return 1 if unlisted or gone else 0


sys.exit(main())
