"""Receives webhooks on loopback for one test: webhook_server.py NOTICES.MD SECRET...

It judges signatures with the example of the documentation, nothing else. The first line it prints is its port; then one
JSON line a request. The path says what it answers: /ok 204, /broken 500, /elsewhere a redirect to /ok, /endless a body
without end, /silent nothing.
"""

import http.server
import json
import pathlib
import re
import sys
import threading

example = re.search(r"```python\n(.*?)```", pathlib.Path(sys.argv[1]).read_text(), re.S)[1]
exec(example)


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        forged = body.replace(b"ready", b"failed")
        print(json.dumps({
            "path": self.path, "headers": headers, "body": body.decode(), "json": json.loads(body),
            "genuine": [is_genuine(headers, body, secret) for secret in sys.argv[2:]],
            "forged": [is_genuine(headers, forged, secret) for secret in sys.argv[2:]],
        }), flush=True)
        self.answer(self.path.split("?")[0])

    def answer(self, path):
        if path == "/silent":
            threading.Event().wait(300)
        self.send_response({"/ok": 204, "/broken": 500, "/elsewhere": 302}.get(path, 200))
        if path == "/elsewhere":
            self.send_header("Location", "/ok")
        if path == "/endless":
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.close_connection = True
            return
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_address[1], flush=True)
server.serve_forever()
