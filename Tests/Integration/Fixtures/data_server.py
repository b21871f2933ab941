"""A web server for inputs: one that answers well, and several ways of not doing so.

Prints one JSON line {"port": PORT, "sha256": DIGEST of /file}; a line on standard input is answered by the number of
requests so far.
"""

import hashlib
import http.server
import json
import sys
import threading

CONTENT = bytes(index * 31 % 251 for index in range(500_000))
requests = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, headers, body=b""):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global requests
        requests += 1
        path = self.path.split("?")[0]
        if path == "/file":
            self.answer(200, {"Content-Type": "application/octet-stream", "ETag": '"1"'}, CONTENT)
        elif path == "/metadata":
            self.answer(302, {"Location": "http://169.254.169.254/latest/meta-data/"})
        elif path == "/local":
            self.answer(302, {"Location": "file:///etc/passwd"})
        elif path == "/tera":
            self.close_connection = True
            self.answer(200, {"Content-Length": str(10 * 10**12)}, CONTENT)
        elif path == "/endless":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            try:
                while True:
                    self.wfile.write(CONTENT)
            except OSError:
                pass
        else:
            self.answer(404, {})


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
digest = hashlib.sha256(CONTENT).hexdigest()
print(json.dumps({"port": server.server_port, "sha256": digest}), flush=True)
for _ in sys.stdin:
    print(requests, flush=True)
