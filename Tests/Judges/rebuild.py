"""Takes an archive apart and puts it together again, so that the self-test can spoil one thing and nothing else."""

import copy
import hashlib
import json
import os
import struct
import subprocess
import tempfile
import zipfile
import zlib

import jsontext
from manifestcheck import UNLISTED


def make_key(folder):
    """A key pair of our own: paths of the secret and the published half."""
    secret, public = os.path.join(folder, "secret.pem"), os.path.join(folder, "public.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", secret], check=True, capture_output=True)
    subprocess.run(["openssl", "pkey", "-in", secret, "-pubout", "-out", public], check=True, capture_output=True)
    return secret, public


class Copy:
    """An archive's contents. Change `entries` and `manifest`, then `seal`, then change `entries` again, then `write`."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            self.names = archive.namelist()
            self.root = self.names[0].split("/")[0]
            self.entries = {name[len(self.root) + 1:]: archive.read(name) for name in self.names}
        self.manifest = json.loads(self.entries["habeas-manifest.json"])

    # MARK: changing

    def tree(self, path):
        return jsontext.parse(self.entries[path].decode())

    def put_tree(self, path, tree):
        self.entries[path] = jsontext.dump(tree).encode("utf-8")

    def replace(self, path, old, new, count=1):
        """Bytes for bytes; what is to be replaced must be there."""
        old, new = (one.encode() if isinstance(one, str) else one for one in (old, new))
        assert old in self.entries[path], f"{path} has no {old!r}"
        self.entries[path] = self.entries[path].replace(old, new, count)

    def record(self, path):
        return next(one for one in self.manifest["files"] if one["path"] == path)

    # MARK: sealing

    def seal(self, secret):
        """Makes manifest, signature and BagIt's files agree with the entries, but for what was spoiled in the manifest."""
        listed = {one["path"]: one for one in self.manifest["files"]}
        for path in sorted(set(self.entries) - UNLISTED - set(listed)):
            self.manifest["files"].append({"path": path, "media_type": "text/plain"})
        self.manifest["files"] = [one for one in self.manifest["files"] if one["path"] in self.entries]
        for one in self.manifest["files"]:
            data = self.entries[one["path"]]
            one["bytes"], one["sha256"] = len(data), hashlib.sha256(data).hexdigest()
        self.reseal(secret)

    def reseal(self, secret):
        """The manifest as it stands, signed, and BagIt's files."""
        self.entries["habeas-manifest.json"] = json.dumps(self.manifest, ensure_ascii=False, indent=1).encode()
        with tempfile.NamedTemporaryFile() as signed:
            signed.write(self.entries["habeas-manifest.json"])
            signed.flush()
            self.entries["habeas-manifest.sig"] = subprocess.run(
                ["openssl", "pkeyutl", "-sign", "-inkey", secret, "-rawin", "-in", signed.name], check=True,
                capture_output=True).stdout
        self.bag()

    def bag(self):
        """BagIt's own files."""
        payload = sorted(path for path in self.entries if path.startswith("data/"))
        octets = sum(len(self.entries[path]) for path in payload)
        info = self.entries["bag-info.txt"].decode().splitlines()
        info = [f"Payload-Oxum: {octets}.{len(payload)}" if one.startswith("Payload-Oxum") else one for one in info]
        self.entries["bag-info.txt"] = ("\n".join(info) + "\n").encode()
        self.entries["manifest-sha256.txt"] = self.digests(payload)
        tags = sorted(set(self.entries) - set(payload) - {"tagmanifest-sha256.txt"})
        self.entries["tagmanifest-sha256.txt"] = self.digests(tags)

    def digests(self, paths):
        return "".join(f"{hashlib.sha256(self.entries[path]).hexdigest()}  {path}\n" for path in paths).encode()

    # MARK: writing

    def write(self, path, spoil=None):
        """Writes a ZIP front to back. `spoil(entry)` may change the facts of an entry before it is written."""
        out, directory = bytearray(), bytearray()
        for name, data in self.entries.items():
            entry = {
                "name": f"{self.root}/{name}", "data": data, "wide": name.startswith("data/"), "flags": 0x808,
                "method": 8, "version": 45 if name.startswith("data/") else 20, "mode": 0o100644, "repeat": 1, "gap": b""}
            if spoil:
                spoil(entry)
            for _ in range(entry["repeat"]):
                _write_entry(entry, out, directory)
        start = len(out)
        count = directory.count(b"PK\x01\x02")
        out += directory + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), start, 0)
        with open(path, "wb") as handle:
            handle.write(out)

    def copy(self):
        return copy.deepcopy(self)


def _write_entry(entry, out, directory):
    name, data, offset = entry["name"].encode(), entry["data"], len(out)
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = data if entry["method"] == 0 else packer.compress(data) + packer.flush()
    crc = entry.get("crc", zlib.crc32(data))
    extra = struct.pack("<HHQQ", 1, 16, 0, 0) if entry["wide"] and not entry.get("no_extra") else b""
    unknown = 0xFFFFFFFF if entry["wide"] else 0
    local = entry.get("local_name", entry["name"]).encode()
    head = struct.pack("<HHHI", entry["version"], entry["flags"], entry["method"], 0x5D760000)
    out += b"PK\x03\x04" + head + struct.pack("<IIIHH", 0, unknown, unknown, len(local), len(extra)) + local + extra
    form = "<4sIQQ" if entry["wide"] and not entry.get("narrow") else "<4sIII"
    out += packed + struct.pack(form, b"PK\x07\x08", crc, len(packed), len(data)) + entry["gap"]
    directory += b"PK\x01\x02" + struct.pack("<H", 3 << 8 | 45) + head
    directory += struct.pack("<IIIHHHHHII", crc, len(packed), len(data), len(name), 0, 0, 0, 0, entry["mode"] << 16, offset)
    directory += name
