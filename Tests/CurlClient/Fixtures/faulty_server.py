"""A small HTTP/1.1 server that answers well, slowly, endlessly, too much or not to the end.

Prints one JSON line {"http": PORT, "https": PORT, "certificate": PATH} and serves until its standard input ends.
"""

import json
import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading

broken_by_client = {}
counting = threading.Lock()


def read_request(stream):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = stream.recv(1)
        if not byte:
            return None
        head += byte
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ")
    headers = [line.split(":", 1) for line in lines[1:] if line]
    if target in ("/refuse", "/never", "/deaf"):
        return method, target, lines, b""
    length = next((int(v) for n, v in headers if n.lower() == "content-length"), 0)
    body = b""
    while len(body) < length:
        body += stream.recv(length - len(body))
    return method, target, lines, body


def head(status, *fields):
    return ("HTTP/1.1 %s\r\n%s\r\n" % (status, "".join(f + "\r\n" for f in fields))).encode()


def full(status, body, *fields):
    return head(status, "Content-Length: %d" % len(body), *fields) + body


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def wait_until_client_leaves(stream):
    try:
        while stream.recv(1024):
            pass
    except OSError:
        pass


def endless(stream, key):
    stream.sendall(head("200 OK", "Transfer-Encoding: chunked"))
    block = chunk(b"x" * 65536)
    try:
        while True:
            stream.sendall(block)
    except OSError:
        with counting:
            broken_by_client[key] = broken_by_client.get(key, 0) + 1


def huge(stream, count):
    stream.sendall(head("200 OK", "Content-Length: %d" % count))
    block = bytes(i % 251 for i in range(251 * 1000))
    sent = 0
    while sent < count:
        part = block[: min(len(block), count - sent)]
        stream.sendall(part)
        sent += len(part)


def reset(stream):
    stream.sendall(head("200 OK", "Content-Length: 1000") + b"ten bytes.")
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def relay(target, limit):
    """A port that leads to another one, until so many bytes went there: then the line is cut, for good."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    state = {"left": limit, "streams": []}

    def pump(source, sink, counted):
        try:
            while data := source.recv(65536):
                if counted and state["left"] is not None:
                    state["left"] -= len(data)
                    if state["left"] < 0:
                        state["left"] = None
                        for stream in state["streams"]:
                            stream.shutdown(socket.SHUT_RDWR)
                        return
                sink.sendall(data)
        except OSError:
            pass
        finally:
            for stream in (source, sink):
                try:
                    stream.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def accept():
        while True:
            inner, _ = listener.accept()
            if state["left"] is None:
                inner.close()
                continue
            outer = socket.create_connection(("127.0.0.1", target))
            state["streams"] = [inner, outer]
            for arguments in ((inner, outer, True), (outer, inner, False)):
                threading.Thread(target=pump, args=arguments, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def refuse_at_once(stream):
    """Answers before the body came, then takes what comes until the client stops."""
    stream.sendall(full("403 Forbidden", b"no"))
    wait_until_client_leaves(stream)


def drip(stream):
    stream.sendall(head("200 OK", "Content-Length: 1000000"))
    while True:
        stream.sendall(b"x")
        threading.Event().wait(0.1)


def endless_head(stream):
    stream.sendall(b"HTTP/1.1 200 OK\r\n")
    line = b"X-More: " + b"x" * 4000 + b"\r\n"
    while True:
        stream.sendall(line)


def file(stream, lines, tag, cut, manner):
    """A file of 300,000 bytes under an entity tag, broken off after some of them if cut is not 0.

    manner: "well"; "bold" ignores If-Range; "deaf" ignores Range; "short" announces a range and sends less of it.
    """
    content = bytes((i + i // 251) % 251 for i in range(300_000))
    fields = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines[1:])}
    start = 0
    if "range" in fields and manner != "deaf" and (fields.get("if-range") == '"%s"' % tag or manner == "bold"):
        start = int(fields["range"][len("bytes="):-1])
    if start >= len(content):
        stream.sendall(full("416 Range Not Satisfiable", b"", "ETag: \"%s\"" % tag, "Content-Range: bytes */%d" % len(content)))
        return
    status, more = "200 OK", []
    if start:
        last = len(content) - (2 if manner == "short" else 1)
        status, more = "206 Partial Content", ["Content-Range: bytes %d-%d/%d" % (start, last, len(content))]
        content = content[: last + 1]
    part = content[start:]
    stream.sendall(head(status, "Content-Length: %d" % len(part), "ETag: \"%s\"" % tag,
                        "Last-Modified: Fri, 24 May 2013 00:00:00 GMT", "Content-Type: Image/FITS; x=1", *more))
    stream.sendall(part[:cut] if cut else part)


def answer(stream, method, target, lines, body):
    """Answers one request; true when the connection may carry another."""
    path, _, query = target.partition("?")
    if path == "/plain":
        stream.sendall(full("200 OK", b"" if method == "HEAD" else b"hello", "Content-Type: text/plain", "X-Twice: 1", "x-twice: 2"))
    elif path == "/echo":
        stream.sendall(full("200 OK", ("\n".join(lines) + "\n").encode() + body))
    elif path == "/missing":
        stream.sendall(full("404 Not Found", b'{"title":"gone"}', "Content-Type: application/problem+json"))
    elif path == "/redirect":
        stream.sendall(full("302 Found", b"elsewhere", "Location: /plain"))
    elif path == "/redirect-content":
        stream.sendall(full("307 Temporary Redirect", b"", "Location: /echo"))
    elif path == "/relay":
        port, limit = query.split(",")
        stream.sendall(full("200 OK", str(relay(int(port), int(limit))).encode()))
    elif path == "/to":
        stream.sendall(full("302 Found", b"", "Location: " + query))
    elif path == "/loop":
        stream.sendall(full("302 Found", b"", "Location: /loop?x"))
    elif path == "/status":
        stream.sendall(full(query + " Told", b"", "Retry-After: 7"))
    elif path == "/packed":
        stream.sendall(full("200 OK", b"\x1f\x8b not unpacked", "Content-Encoding: gzip"))
    elif path == "/announce":
        stream.sendall(head("200 OK", "Content-Length: " + query) + b"x" * 100)
        wait_until_client_leaves(stream)
        return False
    elif path == "/drip":
        drip(stream)
    elif path == "/endless-head":
        endless_head(stream)
    elif path == "/file":
        tag, cut, manner = query.split(",")
        file(stream, lines, tag, int(cut), manner)
        return not int(cut)
    elif path == "/interim":
        stream.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + full("200 OK", b"final", "X-Final: yes"))
    elif path == "/huge":
        huge(stream, int(query))
    elif path == "/counts":
        with counting:
            stream.sendall(full("200 OK", str(broken_by_client.get(query, 0)).encode()))
    elif path == "/events":
        stream.sendall(head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"))
        for part in (b"id: 1\ndata: o", b"ne\n\n", b": heartbeat\n\nid: 2\ndata: two\n\n"):
            stream.sendall(chunk(part))
        stream.sendall(chunk(b""))
    elif path == "/open":
        stream.sendall(head("200 OK", "Transfer-Encoding: chunked"))
        wait_until_client_leaves(stream)
        return False
    elif path == "/silent":
        stream.sendall(head("200 OK", "Transfer-Encoding: chunked") + chunk(b"first"))
        wait_until_client_leaves(stream)
        return False
    elif path == "/deaf":
        # Nothing is read; the client's limits end it.
        threading.Event().wait(120)
        return False
    elif path == "/never":
        wait_until_client_leaves(stream)
        return False
    elif path == "/refuse":
        refuse_at_once(stream)
        return False
    elif path == "/endless":
        endless(stream, query)
        return False
    elif path == "/reset":
        reset(stream)
        return False
    elif path == "/short":
        stream.sendall(head("200 OK", "Content-Length: 1000") + b"ten bytes.")
        return False
    else:  # "/nothing": the connection closes without an answer.
        return False
    return True


def serve(stream):
    try:
        request = read_request(stream)
        while request and answer(stream, *request):
            request = read_request(stream)
    except OSError:
        pass
    finally:
        stream.close()


def listen(wrap):
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept():
        while True:
            stream, _ = listener.accept()
            try:
                stream = wrap(stream)
            except OSError:
                continue
            threading.Thread(target=serve, args=(stream,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return listener.getsockname()[1]


def main():
    with tempfile.TemporaryDirectory(prefix="farfield-http-") as folder:
        certificate, key = pathlib.Path(folder, "cert.pem"), pathlib.Path(folder, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-keyout", str(key), "-out", str(certificate)],
            check=True, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        ports = {
            "http": listen(lambda stream: stream),
            "https": listen(lambda stream: context.wrap_socket(stream, server_side=True)),
            "certificate": str(certificate),
        }
        print(json.dumps(ports), flush=True)
        sys.stdin.read()


main()
