"""Load on the service, beside what PostgreSQL and nginx do with the same: whole processes, ratios of one run, on loopback.

    python3 Benchmarks/service.py [--binary .build/release/habeas] [--seconds 10] [--gib 1]

intake    wrk posts the first page's form with ever new addresses; pgbench runs the same writes in the same database
status    wrk reads a person's progress page
download  curl fetches one archive of about --gib GiB; nginx serves the same bytes unsealed
"""

import argparse, hashlib, http.cookiejar, json, os, re, shutil, signal, subprocess, sys, tempfile, time
import urllib.error, urllib.parse, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENTS = 16


def run(*command, **options):
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


class Browser:
    """Keeps cookies, follows no redirect on its own."""

    def __init__(self, base):
        self.base = base
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path):
        with self.opener.open(self.base + path, timeout=60) as answer:
            return answer.read().decode(), answer.geturl()

    def post(self, path, **fields):
        body = urllib.parse.urlencode(fields).encode()
        with self.opener.open(self.base + path, body, timeout=60) as answer:
            return answer.read().decode(), answer.geturl()

    def cookies(self):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


def token_of(page):
    return re.search(r'name="csrf" value="([^"]+)"', page).group(1)


class Service:
    def __init__(self, binary, state):
        self.binary, self.state = binary, state
        self.home = os.path.join(state, "demo")
        self.config = os.path.join(self.home, "habeas.yaml")
        run(binary, "demo", "--load-only", "--state", state)
        text = open(self.config).read()
        self.port = int(re.search(r"port: (\d+)", text).group(1))
        self.database = re.search(r'url: "(.*)"', text).group(1)
        self.base = f"http://127.0.0.1:{self.port}"
        self.process = None

    def start(self, **settings):
        environment = dict(os.environ, HABEAS_SERVICE_INTAKE_BURST="1000000", **settings)
        log = open(os.path.join(self.home, "bench.log"), "a")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--config", self.config, "--log", "error"], env=environment, stdout=log, stderr=log)
        for _ in range(300):
            try:
                urllib.request.urlopen(self.base + "/readyz", timeout=2).read()
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise SystemExit("the service doesn't answer; see bench.log")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=90)

    def memory(self, what):
        status = open(f"/proc/{self.process.pid}/status").read()
        return int(re.search(rf"{what}:\s+(\d+)", status).group(1))

    def psql(self, sql):
        return run("psql", "-XAtq", self.database, "-c", sql).strip()

    def newest_code(self):
        folder = os.path.join(self.home, "mail")
        for _ in range(300):
            for name in sorted(os.listdir(folder), reverse=True) if os.path.isdir(folder) else []:
                found = re.search(r"\b(\d{4}-\d{4})\b", open(os.path.join(folder, name)).read())
                if found:
                    return found.group(1)
            time.sleep(0.1)
        raise SystemExit("no code was mailed")


def wrk(script, url, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".lua", delete=False) as file:
        file.write(script)
    text = run("wrk", "-t", "2", "-c", str(CLIENTS), "-d", f"{seconds}s", "--latency", "-s", file.name, url)
    os.unlink(file.name)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    p99 = re.search(r"99%\s+([\d.]+\w+)", text).group(1)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if bad:
        raise SystemExit(f"{bad.group(1)} answers of {url} were refusals: nothing was measured")
    return rate, p99


def intake(service, seconds):
    service.start(HABEAS_WORKERS_EXPORTS="0", HABEAS_WORKERS_ERRANDS="0")
    browser = Browser(service.base)
    page, _ = browser.get("/p/")
    script = f"""
        local n = 0
        local id = 0
        function setup(thread) id = id + 1; thread:set("id", id) end
        function request()
            n = n + 1
            local body = "csrf={urllib.parse.quote(token_of(page))}&right=access&format=both&zone=&address=load" .. id .. "." .. n .. "%40example.org"
            return wrk.format("POST", "/p/ask", {{["Content-Type"] = "application/x-www-form-urlencoded",
                ["Cookie"] = "{browser.cookies()}"}}, body)
        end"""
    rate, p99 = wrk(script, service.base, seconds)
    memory = service.memory("VmHWM")
    service.stop()
    floor = float(re.search(r"tps = ([\d.]+) \(without", run(
        "pgbench", "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "-f",
        os.path.join(HERE, "intake.pgbench"), service.database)).group(1))
    print(f"intake            {rate:9.0f} /s   p99 {p99}   pgbench {floor:.0f} /s   ratio {rate / floor:.2f}   peak {memory} kB")


def large_file(service, gib):
    """Makes one of Ada's documents a large one, as the database and the store agree."""
    key, = [service.psql(
        "SELECT d.storage_key FROM workspace.documents d JOIN workspace.users u ON u.id = d.user_id "
        "WHERE u.email = 'ada@example.com' AND d.storage_key IS NOT NULL LIMIT 1")]
    path = os.path.join(service.home, "data", "objects", key)
    digest, size = hashlib.sha256(), 0
    with open(path, "wb") as file:
        while size < gib * (1 << 30):
            piece = os.urandom(1 << 20)
            file.write(piece)
            digest.update(piece)
            size += len(piece)
    service.psql(
        f"UPDATE workspace.documents SET byte_size = {size}, sha256 = '{digest.hexdigest()}' WHERE storage_key = '{key}'")


def signed_in(service):
    browser = Browser(service.base)
    page, _ = browser.get("/p/")
    page, claim = browser.post(
        "/p/ask", csrf=token_of(page), right="export", format="json", zone="", address="ada@example.com")
    code = service.newest_code()
    page, request = browser.post(urllib.parse.urlparse(claim).path + "/code", csrf=token_of(page), code=code)
    path = urllib.parse.urlparse(request).path
    for _ in range(1200):
        page, _ = browser.get(path)
        link = re.search(r"/p/d/[\w-]+", page)
        if link:
            return browser, path, link.group(0)
        time.sleep(0.5)
    raise SystemExit("the archive wasn't made")


def status_and_download(service, seconds, gib):
    large_file(service, gib)
    # Many people look at once: each from an address of their own, as a proxy would say.
    service.start(HABEAS_ARCHIVE_PART_SIZE="0", HABEAS_SERVICE_TRUSTED_PROXIES="127.0.0.1")
    browser, path, link = signed_in(service)
    script = f"""
        function request()
            local address = "10." .. math.random(0, 255) .. "." .. math.random(0, 255) .. "." .. math.random(1, 254)
            return wrk.format("GET", "{path}", {{["Cookie"] = "{browser.cookies()}", ["X-Forwarded-For"] = address}})
        end"""
    rate, p99 = wrk(script, service.base, seconds)
    print(f"status page       {rate:9.0f} /s   p99 {p99}")
    page, _ = browser.get(link)
    browser.post(link + "/open", csrf=token_of(page))
    before = service.memory("VmRSS")
    archive = os.path.join(service.home, "bench.zip")
    ours, theirs = [], []
    root = tempfile.mkdtemp(prefix="habeas-bench-")
    try:
        fetch(service.base + link + "/parts/1", archive, browser.cookies())
        shutil.move(archive, os.path.join(root, "bench.zip"))
        nginx_port = service.port + 1000
        with nginx(root, nginx_port):
            for _ in range(3):
                ours.append(fetch(service.base + link + "/parts/1", "/dev/null", browser.cookies()))
                theirs.append(fetch(f"http://127.0.0.1:{nginx_port}/bench.zip", "/dev/null", ""))
        size = os.path.getsize(os.path.join(root, "bench.zip"))
    finally:
        shutil.rmtree(root)
    mine, floor = sorted(ours)[1], sorted(theirs)[1]
    print(
        f"download          {size / mine / 1e6:9.0f} MB/s of {size / 1e9:.2f} GB   nginx {size / floor / 1e6:.0f} MB/s   "
        f"ratio {floor / mine:.2f}   memory before {before} kB, peak {service.memory('VmHWM')} kB")
    service.stop()


def fetch(url, output, cookies):
    start = time.monotonic()
    run("curl", "-sf", "-o", output, "-H", f"Cookie: {cookies}", url)
    return time.monotonic() - start


class nginx:
    def __init__(self, root, port):
        os.chmod(root, 0o755)
        self.config = os.path.join(root, "nginx.conf")
        with open(self.config, "w") as file:
            file.write(
                f"daemon off; pid {root}/nginx.pid; error_log {root}/error.log; user root;\n"
                f"events {{}} http {{ access_log off; sendfile on; client_body_temp_path {root}/b; proxy_temp_path {root}/p; "
                f"fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s; "
                f"server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n")

    def __enter__(self):
        self.process = subprocess.Popen(["nginx", "-c", self.config], stderr=subprocess.DEVNULL)
        time.sleep(1)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=10)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=os.path.join(HERE, "..", ".build", "release", "habeas"))
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--gib", type=float, default=1)
    options = parser.parse_args()
    state = os.path.abspath(os.path.join(HERE, "..", ".habeas", "bench-service"))
    service = Service(os.path.abspath(options.binary), state)
    try:
        print(f"{os.cpu_count()} cores, {CLIENTS} clients, {options.seconds} s each, workspace of 200 people")
        intake(service, options.seconds)
        service.psql("TRUNCATE habeas.claim, habeas.job CASCADE")
        status_and_download(service, options.seconds, options.gib)
    finally:
        if service.process and service.process.poll() is None:
            service.process.kill()
        subprocess.run([service.binary, "demo", "--remove", "--state", state], capture_output=True)


if __name__ == "__main__":
    main()
