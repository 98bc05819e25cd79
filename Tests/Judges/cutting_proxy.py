"""A proxy on loopback that loses answers: cutting_proxy.py PORT_OF_THE_SERVICE.

The first line it prints is its port; then one JSON line for each request it passed on. Of every path it loses the first
answer: the service has done its work, the client's connection just ends.
"""

import http.client
import http.server
import json
import sys

lost = set()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        service = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        service.request(self.command, self.path, body, headers)
        answer = service.getresponse()
        content = answer.read()
        cut = self.path not in lost
        lost.add(self.path)
        event = {
            "method": self.command, "path": self.path, "status": answer.status, "cut": cut,
            "key": self.headers.get("idempotency-key", ""), "replayed": answer.getheader("idempotency-replayed", ""),
        }
        print(json.dumps(event), flush=True)
        if cut:
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("content-type", answer.getheader("content-type", "application/json"))
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = pass_on

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
