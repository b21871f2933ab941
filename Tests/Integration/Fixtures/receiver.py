"""A receiver of webhooks for the tests, on a port of its own.

Messages are verified and read by public libraries (standardwebhooks, cloudevents), never by our own understanding.
Prints its port. Each line on standard input is a command, answered by a line "ok":

  secret TEXT             the key to verify with
  answer STATUS [NAME=VALUE]   what to answer from now on, with one header field
  refuse SUBSTRING STATUS answers messages whose body holds a text with another status; no text: none
  drop                    closes every connection without an answer
  hang                    takes messages and never answers
Each message that comes is written to the file of the first argument as a line of JSON, with what was answered.
"""

import http.server
import json
import sys
import threading
import time

from cloudevents.v1.http import from_http
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

STATE = {"secret": "", "answer": (200, None), "refuse": None, "mode": "answer"}
LOG = open(sys.argv[1], "a", buffering=1)
LOCK = threading.Lock()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message = {"path": self.path, "at": time.time(), "id": self.headers["webhook-id"], "valid": False}
        try:
            Webhook(STATE["secret"]).verify(body, dict(self.headers.items()))
            message["valid"] = True
        except (WebhookVerificationError, ValueError) as error:
            message["fault"] = str(error)
        event = from_http(dict(self.headers.items()), body)
        message["event"] = json.loads(body)
        message["read"] = {"id": event["id"], "type": event["type"], "subject": event["subject"],
                           "source": event["source"], "time": event["time"]}
        status, field = STATE["answer"]
        refuse = STATE["refuse"]
        if refuse and refuse[0] in body.decode():
            status = refuse[1]
        mode = STATE["mode"]
        message["answered"] = status if mode == "answer" else mode
        with LOCK:
            LOG.write(json.dumps(message) + "\n")
        if mode == "drop":
            self.close_connection = True
            self.connection.close()
            return
        if mode == "hang":
            time.sleep(3600)
        self.send_response(status)
        if field:
            self.send_header(*field)
        self.send_header("Content-Length", "6")
        self.end_headers()
        self.wfile.write(b"heard\n")

    def log_message(self, *_):
        pass


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    for line in sys.stdin:
        words = line.split()
        if words[0] == "secret":
            STATE["secret"] = words[1]
        elif words[0] == "answer":
            field = tuple(words[2].split("=", 1)) if len(words) > 2 else None
            STATE["answer"], STATE["mode"] = (int(words[1]), field), "answer"
        elif words[0] == "refuse":
            STATE["refuse"] = (words[1], int(words[2])) if len(words) > 2 else None
        else:
            STATE["mode"] = words[0]
        print("ok", flush=True)


main()
