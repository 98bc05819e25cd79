"""Looks for bytes in every file of folders, with nothing but Python.

Usage: byte_search.py FOLDER…   Patterns are read from standard input, one a line, as hexadecimal digits. Prints each file that
holds one, and ends with 0 whatever it found; a file that can't be read is an error.
"""

import mmap
import os
import sys

patterns = [bytes.fromhex(line) for line in sys.stdin.read().split()]
if not patterns or not all(patterns):
    sys.exit("no pattern was given")

for folder in sys.argv[1:]:
    for place, _, names in os.walk(folder, onerror=lambda error: sys.exit(str(error))):
        for name in names:
            path = os.path.join(place, name)
            if not os.path.isfile(path) or os.path.getsize(path) == 0:
                continue
            with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                if any(content.find(pattern) >= 0 for pattern in patterns):
                    print(path)
