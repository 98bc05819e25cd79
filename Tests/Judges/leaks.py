"""Nobody else's canary and none of the owner's secrets, in clear or lightly wrapped."""

import base64
import re
import urllib.parse

from expected import CANARY

#: "cnry" in base64 at each of the three alignments: letters that don't depend on the neighbours, and how many letters
#: of their group of four stand before them
ALIGNED = [(b"Y25y", 0), (b"Nucn", 2), (b"jbnJ5", 3)]
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"


def check(root, entries, expected, findings):
    """Judges names and bytes of everything in the archive."""
    names = "\n".join([root, *entries]).encode()
    _check_bytes("the names", names, expected, findings)
    for path, data in entries.items():
        _check_bytes(path, data, expected, findings)


def _check_bytes(where, data, expected, findings):
    for found in sorted(tokens(data) - {expected.canary}):
        findings.add("canary", f"{where}: {found.decode()} is somebody else's")
    held = [what for what, secret in expected.secrets if secret in data]
    for what in sorted(set(held)):
        findings.add("secret", f"{where}: holds {what}, {held.count(what)} values")


def tokens(data):
    """Every canary in the bytes: in clear, percent-encoded, UTF-16, in base64 at any alignment."""
    found = {token.lower() for token in CANARY.findall(data)}
    if b"%" in data:
        found |= {token.lower() for token in CANARY.findall(urllib.parse.unquote_to_bytes(data))}
    if b"c\0n\0" in data:
        found |= {token.lower() for token in CANARY.findall(data.replace(b"\0", b""))}
    for letters, before in ALIGNED:
        for match in re.finditer(re.escape(letters), data):
            found |= _decoded(data, match.start(), before)
    return found


def _decoded(data, place, before):
    """The canary whose base64 form has its first fixed letter at `place`."""
    run = bytearray()
    for byte in data[max(place - before, 0):place + 60]:
        if byte in BASE64:
            run.append(byte)
        elif byte not in b"\r\n":
            break
    text = bytes(run).replace(b"-", b"+").replace(b"_", b"/")
    text += b"A" * (-len(text) % 4)
    return {token.lower() for token in CANARY.findall(base64.b64decode(text))}
