"""Walks the person's pages in a real browser: ask, enter the mailed code, follow, download.

Headless Chromium from Debian, driven by playwright; axe-core on every page. Both languages, at a phone's and a desktop's
width, light and dark, and once without a script. Fails on a serious or critical finding of axe, a console error, a
request that leaves the service, sideways scrolling, or a step that doesn't lead on.

Usage: browser_walk.py BASE-URL MAIL-FOLDER ADDRESS... [--right access|export] [--screenshots FOLDER]

MAIL-FOLDER is where the service puts its mails (`mail.folder`). One walk needs one address of its own that has an
account: codes can be asked for only so often.
"""

import argparse
import email
import email.policy
import pathlib
import re
import sys
import time
import urllib.parse
import zipfile

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

PHONE, DESKTOP, NARROW = (360, 740), (1280, 900), (320, 640)
WALKS = [
    ("en", PHONE, "light", True), ("de", PHONE, "dark", True), ("de", DESKTOP, "light", True),
    ("en", DESKTOP, "dark", True), ("de", NARROW, "light", False),
]


class Mails:
    """The folder of mails, read as they come."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def _all(self, address):
        for path in sorted(self.folder.rglob("*.eml"), key=lambda file: file.stat().st_mtime_ns):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if address.lower() in str(message["To"]).lower():
                yield path, message.get_body(("plain",)).get_content()

    def names(self, address):
        return {path for path, _ in self._all(address)}

    def wait(self, address, known, pattern, seconds=60):
        """What a pattern finds in a mail that wasn't known."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path, text in self._all(address):
                found = re.search(pattern, text)
                if path not in known and found:
                    return found.group(0)
            time.sleep(0.2)
        raise SystemExit(f"no mail with {pattern} came within {seconds} s")


class Walk:
    def __init__(self, browser, base, mails, address, terms, shots):
        self.language, (width, height), self.scheme, self.has_script = terms
        self.base, self.mails, self.address, self.shots = base, mails, address, shots
        self.name = f"{self.language}-{width}-{self.scheme}{'' if self.has_script else '-noscript'}"
        self.faults, self.pages = [], 0
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=self.scheme, locale=self.language,
            timezone_id="Europe/Berlin", java_script_enabled=self.has_script, accept_downloads=True,
            reduced_motion="reduce")
        self.page = self.context.new_page()
        self.page.on("console", self._said)
        self.page.on("response", self._answered)
        self.page.on("pageerror", lambda error: self.fault(f"script: {error}"))
        self.page.on("request", self._seen)

    def fault(self, text):
        self.faults.append(f"{self.name}: {text}")

    def _seen(self, request):
        url = urllib.parse.urlsplit(request.url)
        if url.scheme != "data" and not request.url.startswith(self.base + "/"):
            self.fault(f"a request left the service: {url.scheme}://{url.netloc}")

    def _said(self, line):
        # The browser writes an error for each page of a status above 399; files are judged by `_answered`.
        if line.type == "error" and "Failed to load resource" not in line.text:
            self.fault(f"console: {line.text}")

    def _answered(self, response):
        if response.request.resource_type != "document" and response.status >= 400:
            self.fault(f"{response.request.resource_type}: status {response.status}")

    def look(self, name):
        """Judges the page that is open."""
        self.pages += 1
        self.page.wait_for_load_state("load")
        if self.shots:
            self.page.screenshot(path=str(self.shots / f"{self.name}-{self.pages:02}-{name}.png"), full_page=True)
        language = self.page.locator("html").get_attribute("lang")
        if language != self.language:
            self.fault(f"{name}: language {language}")
        if not self.has_script:
            return
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.fault(f"{name}: {wide} px stand out sideways")
        for finding in Axe().run(self.page).response["violations"]:
            places = "; ".join(" ".join(map(str, node["target"])) for node in finding["nodes"][:4])
            if finding["impact"] in ("serious", "critical"):
                self.fault(f"{name}: axe {finding['impact']} {finding['id']}: {places}")
            else:
                print(f"  {self.name} {name}: axe {finding['impact']} {finding['id']}: {places}")

    def send(self, selector):
        self.page.locator(selector).click()
        self.page.wait_for_load_state("load")

    # The steps.

    def ask(self, right):
        self.page.goto(f"{self.base}/p/")
        self.look("ask")
        self.send("form[action='/p/ask'] button")
        self.look("ask-faulty")
        if not self.page.locator("[role=alert] a[href='#address']").count():
            self.fault("the missing address isn't said in the summary")
        self.page.check(f"#right-{right}", force=True)
        self.page.fill("#address", self.address)
        self.send("form[action='/p/ask'] button")

    def prove(self, known):
        self.look("claim")
        self.page.fill("#code", "12")
        self.send("form[action$='/code'] button")
        self.look("claim-mistyped")
        self.page.fill("#code", self.mails.wait(self.address, known, r"\b\d{4}-\d{4}\b"))
        self.send("form[action$='/code'] button")
        if "/p/requests/" not in self.page.url:
            raise SystemExit(f"{self.name}: the code led to {urllib.parse.urlsplit(self.page.url).path}")
        self.look("request")

    def follow(self):
        """Waits for the button without loading anything by hand."""
        try:
            self.page.locator("form[action$='/open'] button").first.wait_for(timeout=90_000)
        except Exception as error:
            raise SystemExit(f"{self.name}: the copy never became ready: {error}") from error
        self.look("ready")

    def download(self):
        self.send("form[action$='/open'] button")
        self.look("opened")
        links = self.page.locator(".files a")
        for index in range(links.count()):
            with self.page.expect_download() as waiting:
                links.nth(index).click()
            path = waiting.value.path()
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() or not any(n.endswith("START_HERE.html") for n in archive.namelist()):
                    self.fault("the archive isn't whole")
            print(f"  {self.name}: {waiting.value.suggested_filename}, {path.stat().st_size} bytes")

    def receipt(self, url):
        self.page.goto(url)
        self.look("receipt")
        words = "complete" if self.language == "en" else "vollständig"
        if words not in self.page.locator(".receipt").inner_text():
            self.fault("the receipt doesn't say complete")

    def landing(self, known):
        """The mailed link in a browser that knows nothing."""
        link = self.mails.wait(self.address, known, re.escape(self.base) + r"/p/d/[\w-]+")
        self.context.clear_cookies()
        self.page.goto(f"{link}?lang={self.language}")
        self.look("landing")
        before = self.mails.names(self.address)
        self.send("form[action$='/code-request'] button")
        self.look("landing-sent")
        self.page.fill("#code", self.mails.wait(self.address, before, r"\b\d{4}-\d{4}\b"))
        self.send("form:has(#code) button")
        if not self.page.locator(".files a").count():
            self.fault("the mailed code doesn't open the download")

    def others(self):
        self.context.clear_cookies()
        self.page.goto(f"{self.base}/p/?lang={self.language}")
        for name, path in [("nothing", "/p/nothing"), ("no-link", "/p/d/" + "A" * 43), ("signed-out", "/p/requests")]:
            self.page.goto(f"{self.base}{path}")
            self.look(name)

    def run(self, right):
        known = self.mails.names(self.address)
        self.ask(right)
        self.prove(known)
        url = self.page.url
        self.follow()
        self.download()
        self.receipt(url)
        self.landing(known)
        self.others()
        self.context.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("base")
    parser.add_argument("mails")
    parser.add_argument("addresses", nargs="+")
    parser.add_argument("--right", default="access", choices=("access", "export"))
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    options = parser.parse_args()
    if options.screenshots:
        options.screenshots.mkdir(parents=True, exist_ok=True)
    faults, pages = [], 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=options.chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for address, terms in zip(options.addresses, WALKS):
            walk = Walk(browser, options.base.rstrip("/"), Mails(options.mails), address, terms, options.screenshots)
            walk.run(options.right)
            print(f"{walk.name}: {walk.pages} pages, {len(walk.faults)} faults")
            faults += walk.faults
            pages += walk.pages
        browser.close()
    for fault in faults:
        print(fault)
    print(f"{min(len(options.addresses), len(WALKS))} walks, {pages} pages, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
