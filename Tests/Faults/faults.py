#!/usr/bin/env python3
"""Fault tests of the service: processes are killed, the database is shut down, the disk fills up, and every request has
to come out once.

    faults.py kills|database|storm|disk|resume --binary habeas --config habeas.yaml --folder FOLDER [options]

The configuration is a loaded demonstration's (`habeas demo --load-only`); the service gets a control database, archives
and mails of its own. Prints a line for each fault and at the end exactly `N passed, N failed`.
"""

import argparse
import importlib
import os
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("test", choices=["kills", "database", "storm", "disk", "resume"])
    parser.add_argument("--binary", required=True, type=os.path.abspath)
    parser.add_argument("--config", required=True, type=os.path.abspath)
    parser.add_argument("--folder", required=True, type=os.path.abspath, help="where services live; logs stay there")
    parser.add_argument("--lanes", type=int, default=4, help="kills: services beside each other")
    parser.add_argument("--points", type=int, help="kills: how many of each kind; all unless given")
    parser.add_argument("--person", type=int, default=50, help="kills: which of the demo's people, by number")
    parser.add_argument("--requests", type=int, help="storm, disk: how many")
    parser.add_argument("--workers", type=int, default=3, help="storm: how many")
    parser.add_argument("--every", type=float, default=3.0, help="storm: seconds between two kills")
    given = parser.parse_args()
    os.makedirs(given.folder, exist_ok=True)
    passed, faults = importlib.import_module(given.test).run(given)
    for fault in faults:
        print(f"FAULT {fault}")
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
