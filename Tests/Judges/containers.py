"""The container by other people's programs: unzip, 7z, bsdtar, Python, bagit, sha256sum, openssl."""

import io
import logging
import os
import subprocess
import zipfile

import bagit

UTF8 = {**os.environ, "LC_ALL": "C.UTF-8"}
logging.getLogger("bagit").setLevel(logging.CRITICAL)


def run(command, cwd=None, stdin=None):
    done = subprocess.run(command, cwd=cwd, stdin=stdin, capture_output=True, env=UTF8, check=False)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def read(data, findings):
    """(the folder's name, {path below it: bytes}); None when Python can't read it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            bad = archive.testzip()
            if bad:
                findings.add("container", f"Python: {bad} is damaged")
                return None
            entries = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, zipfile.zlib.error) as error:
        return findings.add("container", f"Python: {error!r}")
    roots = {name.split("/")[0] for name in entries}
    if len(roots) != 1:
        findings.add("container", f"{len(roots)} folders at the top: {sorted(roots)[:3]}")
    root = min(roots, default="")
    return root, {name[len(root) + 1:]: bytes_ for name, bytes_ in entries.items() if name.startswith(root + "/")}


def check(path, root, entries, folder, findings):
    """Tries every program; unpacks into `folder` and gives the bag's folder."""
    names = {f"{root}/{name}" for name in entries}
    _tried(["unzip", "-tqq", path], findings, lambda text: not text.strip())
    _tried(["7z", "t", path], findings, lambda text: "Everything is Ok" in text and "arning" not in text)
    code, text = run(["bsdtar", "-tf", path])
    if code or set(text.splitlines()) != names:
        findings.add("container", f"bsdtar -tf: {code}, {len(names ^ set(text.splitlines()))} names differ")
    streamed, unpacked = os.path.join(folder, "streamed"), os.path.join(folder, "unzipped")
    os.mkdir(streamed)
    with open(path, "rb") as handle:
        code, text = run(["bsdtar", "-xf", "-"], cwd=streamed, stdin=handle)
    if code or text.strip():
        findings.add("container", f"bsdtar from a stream: {code}, {text[:300]}")
    _same(streamed, names, root, entries, "bsdtar from a stream", findings)
    code, text = run(["unzip", "-qo", path, "-d", unpacked])
    if code or text.strip():
        findings.add("container", f"unzip: {code}, {text[:300]}")
    _same(unpacked, names, root, entries, "unzip", findings)
    return os.path.join(unpacked, root)


def _tried(command, findings, is_good):
    code, text = run(command)
    if code or not is_good(text):
        findings.add("container", f"{' '.join(command[:2])}: {code}, {text.strip()[-300:]!r}")


def _same(folder, names, root, entries, who, findings):
    found = set()
    for place, _, files in os.walk(folder):
        found |= {os.path.relpath(os.path.join(place, file), folder) for file in files}
    for name in sorted(found ^ names)[:5]:
        findings.add("container", f"{who}: {name!r} is {'not unpacked' if name in names else 'something else'}")
    for name in found & names:
        with open(os.path.join(folder, name), "rb") as handle:
            if handle.read() != entries[name[len(root) + 1:]]:
                findings.add("container", f"{who}: {name!r} has other bytes")


def check_bag(bag, entries, findings):
    """BagIt 1.0 by the Library of Congress's program, by sha256sum, and by what each manifest lists."""
    try:
        bagit.Bag(bag).validate()
    except (bagit.BagError, OSError, ValueError) as error:
        findings.add("bag", f"bagit: {error}")
    payload = {path for path in entries if path.startswith("data/")}
    tags = set(entries) - payload - {"tagmanifest-sha256.txt"}
    for name, wanted in (("manifest-sha256.txt", payload), ("tagmanifest-sha256.txt", tags)):
        if os.path.exists(os.path.join(bag, name)):
            code, text = run(["sha256sum", "--strict", "-c", "--quiet", name], cwd=bag)
            if (code and wanted) or text.strip() and wanted:
                findings.add("bag", f"sha256sum -c {name}: {code}, {text.strip()[:300]}")
        lines = entries.get(name, b"").decode("utf-8", "replace").splitlines()
        listed = [line.split("  ", 1)[-1] for line in lines]
        for path in sorted(set(listed) ^ wanted)[:5]:
            findings.add("bag", f"{name}: {path} is {'not listed' if path in wanted else 'not there'}")
        if len(set(listed)) != len(listed):
            findings.add("bag", f"{name}: a path is listed twice")
    octets = sum(len(entries[path]) for path in payload)
    if f"Payload-Oxum: {octets}.{len(payload)}\n" not in entries.get("bag-info.txt", b"").decode():
        findings.add("bag", f"bag-info.txt: Payload-Oxum should be {octets}.{len(payload)}")


def check_signature(bag, key, findings):
    """Ed25519 over the exact manifest bytes, by OpenSSL."""
    code, text = run([
        "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", os.path.abspath(key), "-rawin", "-in",
        "habeas-manifest.json", "-sigfile", "habeas-manifest.sig"], cwd=bag)
    if code or "Verified Successfully" not in text:
        findings.add("signature", f"openssl: {code}, {text.strip()[:200]}")
