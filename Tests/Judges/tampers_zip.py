"""Ways to spoil the ZIP: `ZIP` an entry while it is written, `BYTES` the finished file."""

from tampers_rows import ADA


def tasks(**facts):
    """Spoils the entry of one data file."""
    return lambda entry: entry.update(facts) if entry["name"].endswith("/data/json/tasks.json") else None


def named(new):
    def spoil(entry):
        if entry["name"].endswith("/README.txt"):
            entry["name"] = new(entry["name"])

    return spoil


ZIP = [
    ("version 20 with ZIP64", ADA, "zip: .*version needed", tasks(version=20)),
    ("no ZIP64 field", ADA, "zip: ", tasks(no_extra=True)),
    ("a short descriptor", ADA, "zip: ", tasks(narrow=True)),
    ("no flag for UTF-8", ADA, "zip: .*UTF-8", tasks(flags=0x008)),
    ("an entry said to be encrypted", ADA, "zip: .*unexpected flags", tasks(flags=0x809)),
    ("stored with its size behind", ADA, "zip: .*stored", tasks(method=0)),
    ("a wrong CRC", ADA, "container: Python", tasks(crc=1)),
    ("a symbolic link", ADA, "zip: .*plain file", tasks(mode=0o120777)),
    ("an entry twice", ADA, "zip: .*the same name", tasks(repeat=2)),
    ("a gap between entries", ADA, "zip: .*can't be followed", tasks(gap=b"....")),
    ("another name in the local header", ADA, "zip: .*differ", tasks(local_name="x/y")),
    ("a name that climbs", ADA, "zip: .*leads elsewhere", named(lambda n: n.replace("README", "../README"))),
    ("an absolute name", ADA, "zip: .*leads elsewhere", named(lambda n: "/" + n)),
    ("two folders at the top", ADA, "zip: not all in one folder", named(lambda n: "other/README.txt")),
    (
        "a name that differs in case",
        ADA,
        "zip: .*ignoring case",
        named(lambda n: n.replace("README.txt", "bagit.TXT")),
    ),
    ("a name that isn't NFC", ADA, "zip: .*not NFC", named(lambda n: n.replace("README", "Zoe\u0308"))),
    ("a device of Windows", ADA, "zip: .*device", named(lambda n: n.replace("README", "aux"))),
    ("a device with a superscript", ADA, "zip: .*device", named(lambda n: n.replace("README", "COM¹"))),
    ("a name of 300 letters", ADA, "zip: .*255", named(lambda n: n.replace("README", "x" * 300))),
    (
        "a path too long for Windows",
        ADA,
        "zip: .*too long",
        named(lambda n: n.replace("README", "/".join(["y" * 99] * 3))),
    ),
    ("a dot at the end", ADA, "zip: .*ends with a dot", named(lambda n: n + ".")),
    ("a colon", ADA, "zip: .*holds", named(lambda n: n.replace("README", "a:b"))),
    ("a line feed in a name", ADA, "zip: .*holds", named(lambda n: n.replace("README", "a\nb"))),
    ("letters turned round", ADA, "zip: .*holds", named(lambda n: n.replace("README", "exe\u202etxt"))),
]

BYTES = [
    ("the end cut off", ADA, "zip: .*end record", lambda data: data[:-30]),
    ("bytes behind the end", ADA, "zip: .*end record", lambda data: data + b"x"),
    ("bytes before the beginning", ADA, "zip: ", lambda data: b"x" + data),
    ("a byte inside", ADA, "container: ", lambda data: data[:5000] + bytes([data[5000] ^ 255]) + data[5001:]),
    ("nothing at all", ADA, "container: ", lambda data: b""),
]
