"""The bytes of the ZIP itself, for readers that can't be tried here (macOS Archive Utility, Windows Explorer)."""

import struct
import unicodedata
from dataclasses import dataclass

LIMIT32 = 0xFFFFFFFF
RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {
    stem + digit for stem in ("com", "lpt") for digit in "0123456789¹²³"}
BIDI = {chr(code) for code in (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}


@dataclass
class Entry:
    name: str
    flags: int
    method: int
    version: int
    crc: int
    packed: int
    size: int
    offset: int
    made_by: int
    mode: int
    dos: bytes


class Broken(Exception):
    """The bytes can't be followed any further."""


def check(data, findings):
    """Judges the container's bytes."""
    try:
        entries, directory = _directory(data)
        _locals(data, entries, directory, findings)
    except (Broken, struct.error, UnicodeDecodeError) as error:
        findings.add("zip", f"the bytes can't be followed: {error}")
        return
    _names([entry.name for entry in entries], findings)
    for entry in entries:
        if entry.made_by != 3 or entry.mode & 0o170000 != 0o100000:
            findings.add("zip", f"{entry.name}: not marked as a plain file ({entry.made_by}, {entry.mode:o})")


def _extras(raw, where):
    found, place = {}, 0
    while place < len(raw):
        if place + 4 > len(raw):
            raise Broken(f"{where}: a torn extra field")
        kind, size = struct.unpack_from("<HH", raw, place)
        if kind in found or place + 4 + size > len(raw):
            raise Broken(f"{where}: the extra field {kind:#x} is there twice or torn")
        found[kind] = raw[place + 4:place + 4 + size]
        place += 4 + size
    return found


def _end(data):
    """Number of entries, size and start of the directory."""
    place = len(data) - 22
    if data[place:place + 4] != b"PK\x05\x06":
        raise Broken("the end record is not at the end, or has a comment")
    disk, start_disk, here, total, size, start, _ = struct.unpack_from("<HHHHIIH", data, place + 4)
    if (disk, start_disk) != (0, 0) or here != total:
        raise Broken("the end record speaks of several disks")
    end = place
    if data[place - 20:place - 16] == b"PK\x06\x07":
        where = struct.unpack_from("<Q", data, place - 12)[0]
        if data[where:where + 4] != b"PK\x06\x06" or where + 56 != place - 20:
            raise Broken("the ZIP64 end record is not where its locator says")
        total, size, start = struct.unpack_from("<QQQ", data, where + 32)
        end = where
    elif total == 0xFFFF or LIMIT32 in (size, start):
        raise Broken("numbers at their limit without a ZIP64 end record")
    if start + size != end:
        raise Broken("the directory does not end where the end record begins")
    return total, start


def _directory(data):
    total, start = _end(data)
    entries, place = [], start
    for _ in range(total):
        if data[place:place + 4] != b"PK\x01\x02":
            raise Broken(f"no directory record at {place}")
        (version_by, version, flags, method, dos, crc, packed, size, name_size, extra_size, comment_size, _disk, _in,
         mode, offset) = struct.unpack_from("<HHHH4sIIIHHHHHII", data, place + 4)
        body = place + 46
        name = data[body:body + name_size].decode("utf-8")
        extra = _extras(data[body + name_size:body + name_size + extra_size], name)
        wide = extra.get(1, b"")
        values = []
        for value in (size, packed, offset):
            if value == LIMIT32:
                value, wide = struct.unpack_from("<Q", wide)[0], wide[8:]
            values.append(value)
        if wide or comment_size:
            raise Broken(f"{name}: bytes left over in the ZIP64 field, or a comment")
        entries.append(Entry(
            name, flags, method, version, crc, values[1], values[0], values[2], version_by >> 8, mode >> 16, dos))
        place = body + name_size + extra_size
    return entries, start


def _locals(data, entries, directory, findings):
    """Local headers and descriptors, one after the other without gaps, as a streaming reader meets them."""
    place = 0
    for entry in sorted(entries, key=lambda one: one.offset):
        if entry.offset != place or data[place:place + 4] != b"PK\x03\x04":
            raise Broken(f"{entry.name}: its local header is at {entry.offset}, the entry before ended at {place}")
        version, flags, method, dos, crc, packed, size, name_size, extra_size = struct.unpack_from(
            "<HHH4sIIIHH", data, place + 4)
        body = place + 30
        name = data[body:body + name_size].decode("utf-8")
        extra = _extras(data[body + name_size:body + name_size + extra_size], name)
        start = body + name_size + extra_size
        if (name, flags, method, dos) != (entry.name, entry.flags, entry.method, entry.dos):
            findings.add("zip", f"{entry.name}: local header and directory differ")
        place = start + entry.packed + _local_faults(entry, version, crc, packed, size, extra, data, start, findings)
    if place != directory:
        raise Broken("bytes between the last entry and the directory")


def _local_faults(entry, version, crc, packed, size, extra, data, start, findings):
    """Judges one local header; gives the length of what follows the entry's bytes."""
    def fault(text):
        findings.add("zip", f"{entry.name}: {text}")

    if not entry.flags & 1 << 11:
        fault("the flag for UTF-8 names is missing")
    if entry.flags & ~(1 << 3 | 1 << 11 | 0b110):
        fault(f"unexpected flags {entry.flags:#x}")
    if entry.method not in (0, 8):
        fault(f"method {entry.method} is not one every reader knows")
    is_wide = 1 in extra
    if (version < 45 or entry.version < 45) if is_wide else version < 20:
        fault(f"version needed is {version} in the local header, {entry.version} in the directory")
    if max(entry.packed, entry.size) >= LIMIT32 and not is_wide:
        fault("beyond 4 GiB without the ZIP64 field in its local header")
    if not entry.flags & 1 << 3:
        if not is_wide and (crc, packed, size) != (entry.crc, entry.packed, entry.size):
            fault("sizes of the local header and the directory differ")
        return 0
    if crc != 0 or (len(extra.get(1, b"")), packed, size) not in ((16, LIMIT32, LIMIT32), (0, 0, 0)):
        fault("sizes are said to follow, yet the local header has some, or no ZIP64 field of two sizes")
    if is_wide and extra[1] != bytes(16):
        fault("the ZIP64 field of the local header should hold zeros")
    if entry.method == 0:
        fault("stored, with its size behind it: a streaming reader can't find its end")
    form = "<4sIQQ" if is_wide else "<4sIII"
    if struct.unpack_from(form, data, start + entry.packed) != (b"PK\x07\x08", entry.crc, entry.packed, entry.size):
        fault(f"the descriptor is not {'24' if is_wide else '16'} bytes that agree with the directory")
    return struct.calcsize(form)


def _names(names, findings):
    seen = {}
    for name in names:
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", name).casefold())
        if folded in seen:
            findings.add("zip", f"{name}: the same name as {seen[folded]}, ignoring case")
        seen[folded] = name
        if name != unicodedata.normalize("NFC", name):
            findings.add("zip", f"{name!r}: not NFC")
        if len(name.encode("utf-16-le")) // 2 > 240:
            findings.add("zip", f"{name!r}: longer than 240, too long for Windows once in a folder")
        for part in name.split("/"):
            for fault in _part_faults(part):
                findings.add("zip", f"{name!r}: {fault}")
    if len({name.split("/")[0] for name in names}) != 1:
        findings.add("zip", "not all in one folder")


def _part_faults(part):
    if part in ("", ".", ".."):
        yield f"the part {part!r} leads elsewhere"
    if part.split(".")[0].strip().casefold() in RESERVED:
        yield f"{part!r} is a device on Windows"
    if len(part.encode()) > 255:
        yield "a part is longer than 255 bytes"
    if part != part.strip(" ").rstrip("."):
        yield f"{part!r} begins or ends with a space, or ends with a dot"
    bad = {letter for letter in part if letter in '<>:"\\|?*' or unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp")}
    if bad | BIDI & set(part):
        yield f"{part!r} holds {sorted(bad | BIDI & set(part))!r}"
