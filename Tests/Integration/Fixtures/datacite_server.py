"""A registry of DOIs for the tests that speaks DataCite's REST API (JSON:API), on a port of its own.

Metadata are checked by the public schema (PyPI `datacite`, schema 4.5), never by our own understanding. Arguments: the
account, its password, a file for a line of JSON per request. Prints its port. Each line on standard input is a command,
answered by a line "ok":

  answer                  behave
  fault STATUS [SECONDS]  answer every request with a status, and with Retry-After
  cut                     close every connection without an answer
  lose                    do what is asked, then close the connection without an answer
  password TEXT           the account's password from now on
"""

import base64
import http.server
import json
import sys
import threading
import urllib.parse

from datacite import schema45

STATE = {"mode": "answer", "user": sys.argv[1], "password": sys.argv[2], "retry": None}
DOIS = {}
LOG = open(sys.argv[3], "a", buffering=1)
LOCK = threading.Lock()
TYPE = "application/vnd.api+json"


def fault(title, source=None, status=None):
    error = {"title": title}
    if source:
        error["source"] = source
    if status:
        error["status"] = str(status)
    return {"errors": [error]}


def faults(attributes):
    """What the registry would not publish, as it says it."""
    document = {key: value for key, value in attributes.items() if key not in ("event", "url", "doi")}
    document["publicationYear"] = str(document.get("publicationYear", ""))
    document["schemaVersion"] = "http://datacite.org/schema/kernel-4"
    found = [error.message for error in schema45.validator.iter_errors(document)]
    if not str(attributes.get("url", "")).startswith("http"):
        found.append("url can't be blank")
    return found


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.handle_change(None)

    def do_PUT(self):
        self.handle_change(urllib.parse.unquote(self.path.removeprefix("/dois/")))

    def handle_change(self, doi):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        mode = STATE["mode"]
        status, answer = self.judge(doi, body) if mode in ("answer", "lose") else (0, None)
        if mode.isdigit():
            status, answer = int(mode), fault("try again later", status=mode)
        with LOCK:
            LOG.write(json.dumps({"method": self.command, "path": self.path, "status": status, "mode": mode}) + "\n")
        if mode in ("cut", "lose"):
            self.close_connection = True
            self.connection.close()
            return
        text = json.dumps(answer).encode()
        self.send_response(status)
        if mode.isdigit() and STATE["retry"]:
            self.send_header("Retry-After", STATE["retry"])
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def judge(self, doi, body):
        account = "Basic " + base64.b64encode(f"{STATE['user']}:{STATE['password']}".encode()).decode()
        if self.headers["Authorization"] != account:
            return 401, fault("Bad credentials.", status=401)
        if self.headers["Content-Type"] != TYPE:
            return 415, fault("The media type is not supported.")
        data = json.loads(body)["data"]
        attributes = data["attributes"]
        if data["type"] != "dois":
            return 422, fault("it is no DOI", "type")
        with LOCK:
            if doi is None and attributes["doi"] in DOIS:
                return 422, fault("This DOI has already been taken", "doi")
            if doi is not None and doi not in DOIS:
                return 404, fault("The resource you are looking for doesn't exist.", status=404)
            found = faults(attributes)
            if found:
                return 422, {"errors": [{"source": "metadata", "title": title} for title in found]}
            name = doi or attributes["doi"]
            state = "findable" if attributes.get("event") == "publish" else "draft"
            DOIS[name] = {**attributes, "state": state}
            return 201 if doi is None else 200, {"data": {"id": name, "type": "dois", "attributes": DOIS[name]}}

    def do_GET(self):
        doi = urllib.parse.unquote(self.path.removeprefix("/dois/"))
        found = doi in DOIS
        data = {"data": {"id": doi, "type": "dois", "attributes": DOIS[doi]}} if found else fault("no such DOI")
        text = json.dumps(data).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", TYPE)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "fault":
            STATE["mode"], STATE["retry"] = words[1], words[2] if len(words) > 2 else None
        elif words[0] == "password":
            STATE["password"] = words[1]
        else:
            STATE["mode"] = words[0]
        print("ok", flush=True)


main()
