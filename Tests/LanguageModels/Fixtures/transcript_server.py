"""Plays the transcripts beside it byte for byte, or breaks them off, as the beginning of the path asks.

/play/NAME/…      the answer in chunks          /bytes/NAME/…    in chunks of one byte
/crlf/NAME/…      with CR LF for LF             /close/NAME/…    without a length, ended by the connection's end
/reset/N/NAME/…   N bytes, then a reset         /end/N/NAME/…    N bytes, then the end of the connection
/drip/KEY/NAME/…  its first line again and again for ever
/flood/NAME/…     one line for ever             /deaf/…          no answer       /mute/NAME/…   a head, and no more
/site/…           the rest of the path is a file's name, its slashes as dashes
/broken/KEY       how many drips were broken off by their client
/asked/KEY/…      answers native-short or v1-short, and keeps what was asked; /told/KEY tells it

Prints its port and serves until its standard input ends.
"""

import json
import pathlib
import socket
import struct
import sys
import threading
import time

folder = pathlib.Path(__file__).parent / "Transcripts"
lock = threading.Lock()
broken, asked = {}, {}


def read_request(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.recv(1)
        if not byte:
            return None
        head += byte
    lines = head.decode("latin-1").split("\r\n")
    fields = {n.strip().lower(): v.strip() for n, v in (line.split(":", 1) for line in lines[1:] if line)}
    body, length = b"", int(fields.get("content-length", 0))
    while len(body) < length:
        more = stream.recv(length - len(body))
        if not more:
            return None
        body += more
    method, path, _ = lines[0].split(" ")
    return {"method": method, "path": path, "fields": fields, "body": body.decode()}


def load(name):
    _, answer, body = (folder / (name + ".txt")).read_bytes().split(b"\n", 2)
    line, *fields = answer.decode().split(" | ")
    status, kind = line.split(" ")
    if kind != "-":
        fields = ["Content-Type: " + kind] + fields
    return status, fields, body


def head(status, fields, framing):
    return ("HTTP/1.1 %s Told\r\n%s\r\n" % (status, "".join(f + "\r\n" for f in fields + framing))).encode()


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKED = ["Transfer-Encoding: chunked"]


def whole(name):
    status, fields, body = load(name)
    if "event-stream" in str(fields):
        pieces = [piece + b"\n\n" for piece in body.split(b"\n\n") if piece]
    else:
        pieces = body.splitlines(keepends=True) if b"\r" not in body else [body]
    return head(status, fields, CHUNKED) + b"".join(chunk(p) for p in pieces if p) + b"0\r\n\r\n"


def answer(stream, request):
    """Whether the connection may be used again."""
    mode, *rest = request["path"].strip("/").split("/")
    if mode == "play":
        stream.sendall(whole(rest[0]))
        return True
    if mode in ("bytes", "crlf", "close", "mute", "flood"):
        status, fields, body = load(rest[0])
        if mode == "close":
            stream.sendall(head(status, fields, ["Connection: close"]) + body)
            return False
        stream.sendall(head(status, fields, CHUNKED))
        if mode == "bytes":
            for byte in body:
                stream.sendall(chunk(bytes([byte])))
        elif mode == "crlf":
            stream.sendall(chunk(body.replace(b"\n", b"\r\n")))
        elif mode == "flood":
            while True:
                stream.sendall(chunk(b"data: " + b"x" * 65530))
        else:
            stream.recv(1)
        stream.sendall(b"0\r\n\r\n")
        return True
    if mode in ("reset", "end"):
        stream.sendall(whole(rest[1])[: int(rest[0])])
        if mode == "reset":
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False
    if mode == "drip":
        status, fields, body = load(rest[1])
        stream.sendall(head(status, fields, CHUNKED))
        try:
            while True:
                stream.sendall(chunk(body.split(b"\n")[0] + b"\n\n"))
                time.sleep(0.01)
        except OSError:
            with lock:
                broken[rest[0]] = broken.get(rest[0], 0) + 1
        return False
    if mode == "deaf":
        stream.recv(1)
        return False
    if mode == "site":
        stream.sendall(whole("-".join(rest)))
        return True
    if mode == "asked":
        with lock:
            asked[rest[0]] = request
        stream.sendall(whole("v1-short" if rest[1] == "v1" else "native-short"))
        return True
    with lock:
        told = broken.get(rest[0], 0) if mode == "broken" else asked.get(rest[0])
    body = json.dumps(told).encode()
    stream.sendall(head("200", ["Content-Type: application/json"], ["Content-Length: %d" % len(body)]) + body)
    return True


def serve(stream):
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        with stream:
            while request := read_request(stream):
                if not answer(stream, request):
                    return
    except (OSError, ValueError):
        pass


def listen():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0), backlog=256)
threading.Thread(target=listen, daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
