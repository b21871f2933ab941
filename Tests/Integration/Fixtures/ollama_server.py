"""A server that speaks Ollama's protocol without a model: the native API and the OpenAI-compatible one below /v1.

Written after ollama/ollama docs/api.md, docs/api/{errors,streaming,usage,openai-compatibility}.mdx and the behaviour of
server/routes.go and server/sched.go of August 2026. Standard library only, on a bare asyncio protocol: every byte is
written here. On loopback.

  ollama_server.py [--port 0] [--models a,b] [--parallel 1] [--max-queue 512] [--load-ms 20] [--seed 1]
                   [--digest-salt TEXT] [--stdin]

It prints one JSON line {"port": PORT}. With --stdin, each line on standard input is answered by one line, and it ends
with its standard input: `requests` (as below) or `reset`.

Like Ollama it has --parallel slots per model (OLLAMA_NUM_PARALLEL) and a queue in order of arrival; who comes when
--max-queue wait (OLLAMA_MAX_QUEUE) has 503. A model is loaded by the first who asks, again when num_ctx is another one,
and unloaded when keep_alive is over. A client that leaves frees its slot, and a load it waited for is given up (499).
An answer to `format` is JSON that fits the schema; it follows from seed, messages and schema. Not there: images, pull
and the other calls that manage models, eviction of models, Ollama's cloud.

A model's name says what it does; words are joined by `_`, such as `cold-2s_delay-100ms`, and a tag is ignored. Known
are names of these words and those given by --models; /api/tags has the names of --models, those asked for so far, and
each word here.

  when     fast            at once
           delay-2500ms    after that time; delay-2s
           uniform-0.1-10s after a time in that range, which follows from --seed and the number of the request
           drip-20ms       a pause before each token; drip is 5 ms
           hang            never, and holds its slot
           hang-midstream  never ends after its first tokens
           cold-20s        loading takes that long
  status   missing (404, though listed nowhere) busy (503) busy-once broken-500 broken-once rate-429 (with Retry-After)
           grammar-400 (the engine's error as JSON in a string) closes (no byte, the connection ends)
  stream   midstream-error no-done (when streamed) done-false token-repeat (both: no done when streamed, done:false
           when not; as the guard against repeated tokens did before September 2026) bad-line huge-line (9 MB) crlf one-byte (each byte by itself)
           reset-at-N close-at-N (the connection is reset or closed after N bytes of the response)
           empty-v1 (an error in a stream of /v1 comes as one empty chunk and nothing more) no-metrics
  answer   wrong-schema-once wrong-schema-always bad-json bad-json-once fenced trailing two-documents duplicate-keys deep
           truncated truncated-once (done_reason length) length-complete (whole, with done_reason length)
           separators (U+2028, U+2029, U+0085 and NUL in strings) reject (isValid false, with feedback) empty
           thinks (thinks first; other models refuse `think`) tool (calls the first tool)
  `once`   is the first time that model has that first message of the user.

GET /_double/requests tells what was asked: count, aborted, active, open (connections), loads, and requests with method,
path, model, body, status, aborted; POST /_double/reset forgets it, and unloads every model.
"""

import argparse
import asyncio
import datetime
import hashlib
import ipaddress
import json
import re
import socket
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True
from ollama_double.models import Refusal, State, tagged  # noqa: E402
from ollama_double.replies import CompatibleReply, NativeReply, encoded, now  # noqa: E402

REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
           429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}
JSON, TEXT = "application/json; charset=utf-8", "text/plain; charset=utf-8"


class Connection(asyncio.Protocol):
    """One connection, HTTP/1.1 with keep-alive; whoever leaves is noticed at once, as Go's net/http does."""

    def __init__(self, state):
        self.state = state

    def connection_made(self, transport):
        self.transport, self.buffer, self.arrived = transport, b"", asyncio.Event()
        self.writable, self.has_hung_up = asyncio.Event(), False
        self.writable.set()
        self.state.open += 1
        self.task = asyncio.get_running_loop().create_task(self.serve())

    def data_received(self, data):
        self.buffer += data
        self.arrived.set()

    def eof_received(self):
        self.task.cancel()

    def connection_lost(self, _):
        self.state.open -= 1
        self.task.cancel()

    def pause_writing(self):
        self.writable.clear()

    def resume_writing(self):
        self.writable.set()

    async def serve(self):
        try:
            while await self.one():
                pass
        except asyncio.CancelledError:
            pass
        finally:
            self.transport.close()

    async def until(self, count=None, mark=b"\r\n"):
        while (len(self.buffer) < count) if count is not None else (mark not in self.buffer):
            self.arrived.clear()
            await self.arrived.wait()
        end = count if count is not None else self.buffer.index(mark) + len(mark)
        found, self.buffer = self.buffer[:end], self.buffer[end:]
        return found

    async def body(self, headers):
        if headers.get("expect", "").lower() == "100-continue":
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return await self.until(count=int(headers.get("content-length", 0)))
        body = b""
        while size := int((await self.until()).split(b";")[0], 16):
            body += await self.until(count=size)
            await self.until()
        await self.until()
        return body

    async def one(self):
        head = (await self.until(mark=b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = head[0].split(" ", 2)
        headers = {n.lower(): v.strip() for n, v in (line.split(":", 1) for line in head[1:] if line)}
        body = await self.body(headers)
        path = target.split("?")[0]
        entry = {"method": method, "path": path, "model": None, "body": None, "status": None, "aborted": False}
        if not path.startswith("/_double"):
            self.state.requests.append(entry)
        self.limit, self.cut, self.byte_by_byte = None, None, False
        try:
            await Exchange(self, entry, headers, body).answer()
        except Refusal as refusal:
            await self.refuse(entry, refusal)
        except asyncio.CancelledError:
            if not self.has_hung_up:
                entry["aborted"], entry["status"] = True, 499
            raise
        return headers.get("connection", "").lower() != "close" and not self.transport.is_closing()

    async def refuse(self, entry, refusal):
        error = {"error": refusal.message}
        if entry["path"].startswith("/v1/"):
            error = {"error": {"message": refusal.message, "type": refusal.kind, "param": None, "code": None}}
        await self.respond(entry, refusal.status, encoded(error), JSON, refusal.headers)

    async def respond(self, entry, status, body, kind, more=None, method="GET"):
        await self.begin(entry, status, {"Content-Type": kind, "Content-Length": len(body), **(more or {})})
        if method != "HEAD":
            await self.write(body)

    async def begin(self, entry, status, headers):
        entry["status"] = status
        lines = [f"HTTP/1.1 {status} {REASONS[status]}", *(f"{n}: {v}" for n, v in headers.items())]
        date = datetime.datetime.now(datetime.timezone.utc).strftime("%a, %d %b %Y %H:%M:%S GMT")
        await self.write("\r\n".join([*lines, f"Date: {date}", "", ""]).encode())

    async def stream(self, entry, kind):
        await self.begin(entry, 200, {"Content-Type": kind, "Transfer-Encoding": "chunked"})

    async def piece(self, data):
        await self.write(b"%x\r\n%b\r\n" % (len(data), data))

    async def end(self):
        await self.write(b"0\r\n\r\n")

    async def write(self, data):
        """Writes, as far as the model's name lets it."""
        if self.limit is not None:
            data, self.limit = data[:self.limit], self.limit - len(data[:self.limit])
        for part in [data[i:i + 1] for i in range(len(data))] if self.byte_by_byte else [data]:
            if self.transport.is_closing():
                raise asyncio.CancelledError
            self.transport.write(part)
            await self.writable.wait()
            if self.byte_by_byte:
                await asyncio.sleep(0)
        if self.limit == 0:
            await self.hang_up()

    async def hang_up(self):
        """Ends the connection, after what is written has gone."""
        self.has_hung_up = True
        while self.transport.get_write_buffer_size():
            await asyncio.sleep(0.001)
        if self.cut == "reset":
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        self.transport.close()
        await asyncio.Event().wait()


class Exchange:
    """One request and its answer."""

    ROUTES = {
        ("GET", "/"): "root", ("HEAD", "/"): "root", ("GET", "/api/version"): "version",
        ("HEAD", "/api/version"): "version", ("GET", "/api/tags"): "tags", ("HEAD", "/api/tags"): "tags",
        ("GET", "/api/ps"): "loaded", ("POST", "/api/show"): "show", ("POST", "/api/chat"): "chat",
        ("POST", "/api/generate"): "generate", ("POST", "/api/embed"): "embed", ("GET", "/v1/models"): "models",
        ("POST", "/v1/chat/completions"): "completions", ("GET", "/_double/requests"): "report",
        ("POST", "/_double/reset"): "reset",
    }

    def __init__(self, connection, entry, headers, body):
        self.connection, self.entry, self.headers, self.bytes = connection, entry, headers, body
        self.state = connection.state

    async def answer(self):
        method, path = self.entry["method"], self.entry["path"]
        if not self.is_for_us():
            return await self.connection.respond(self.entry, 403, b"", TEXT)
        route = self.ROUTES.get((method, path))
        if route is None:
            status, text = (405, b"405 method not allowed") if any(p == path for _, p in self.ROUTES) else \
                (404, b"404 page not found")
            return await self.connection.respond(self.entry, status, text, "text/plain")
        if method == "POST" and route != "reset":
            self.parse()
        await getattr(self, route)()

    def is_for_us(self):
        """Whether the Host is ours: on loopback, unknown names are refused (DNS rebinding)."""
        host = re.sub(r":\d+$", "", self.headers.get("host", "")).strip("[]").lower()
        try:
            address = ipaddress.ip_address(host)
            return address.is_loopback or address.is_private or address.is_unspecified
        except ValueError:
            return host in ("", "localhost", socket.gethostname().lower()) or \
                host.endswith((".localhost", ".local", ".internal"))

    def parse(self):
        if not self.bytes:
            raise Refusal(400, "missing request body")
        try:
            self.body = json.loads(self.bytes)
        except ValueError:
            start = self.bytes[:1].decode("latin-1")
            raise Refusal(400, f"invalid character '{start}' looking for beginning of value") from None
        if not isinstance(self.body, dict):
            raise Refusal(400, "json: cannot unmarshal array into Go value of type api.ChatRequest")
        self.entry["body"], self.entry["model"] = self.body, self.body.get("model")

    async def json(self, value):
        await self.connection.respond(self.entry, 200, encoded(value), JSON, method=self.entry["method"])

    async def root(self):
        await self.connection.respond(self.entry, 200, b"Ollama is running", TEXT, method=self.entry["method"])

    async def version(self):
        await self.json({"version": "0.0.0"})

    async def tags(self):
        await self.json({"models": [{**m.described(), "modified_at": now()} for m in self.state.catalogue()]})

    async def loaded(self):
        models = [m for m in self.state.models.values() if m.is_loaded()]
        ends = [datetime.datetime.fromtimestamp(m.expires or 4e9, datetime.timezone.utc).isoformat() for m in models]
        await self.json({"models": [{**m.described(), "expires_at": end, "size_vram": m.size,
                                     "context_length": m.context} for m, end in zip(models, ends)]})

    async def show(self):
        model = self.state.model(self.body.get("model") or self.body.get("name"))
        capabilities = ["completion", "tools"] + (["thinking"] if model.does("thinks") else [])
        await self.json({"modelfile": f"FROM {model.name}", "parameters": "", "template": "{{ .Prompt }}",
                         "details": model.described()["details"], "capabilities": capabilities, "modified_at": now(),
                         "model_info": {"general.architecture": "double", "double.context_length": 131072}})

    async def models(self):
        await self.json({"object": "list", "data": [
            {"id": tagged(m.name), "object": "model", "created": int(time.time()), "owned_by": "library"}
            for m in self.state.catalogue()]})

    async def embed(self):
        self.state.model(self.body.get("model"))
        given = self.body.get("input", [])
        texts = [given] if isinstance(given, str) else given
        vectors = []
        for text in texts:
            vector = [byte - 127.5 for byte in hashlib.sha256(str(text).encode()).digest()[:8]]
            length = sum(v * v for v in vector) ** 0.5
            vectors.append([v / length for v in vector])
        await self.json({"model": self.body["model"], "embeddings": vectors, "total_duration": 1_000_000,
                         "load_duration": 500_000, "prompt_eval_count": sum(len(str(t)) // 4 + 1 for t in texts)})

    async def report(self):
        await self.json(self.state.report())

    async def reset(self):
        self.state.reset()
        await self.json({})

    async def chat(self):
        await NativeReply(self, "chat").run()

    async def generate(self):
        await NativeReply(self, "generate").run()

    async def completions(self):
        await CompatibleReply(self).run()


def obey(state, loop):
    """Answers each line on standard input by one line; ends the program with it."""
    for line in sys.stdin:
        done = threading.Event()
        answer = {}

        def act(command=line.strip()):
            if command == "reset":
                state.reset()
            elif command == "requests":
                answer.update(state.report())
            else:
                answer["error"] = f"unknown command {command}"
            print(json.dumps(answer), flush=True)
            done.set()

        loop.call_soon_threadsafe(act)
        done.wait()
    loop.call_soon_threadsafe(loop.stop)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--models", default="")
    parser.add_argument("--parallel", type=int, default=1)
    parser.add_argument("--max-queue", type=int, default=512)
    parser.add_argument("--load-ms", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--digest-salt", default="")
    parser.add_argument("--stdin", action="store_true")
    return parser.parse_args()


def main():
    options = arguments()
    loop = asyncio.new_event_loop()
    state = State(options)
    server = loop.run_until_complete(
        loop.create_server(lambda: Connection(state), "127.0.0.1", options.port, backlog=4096))
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    if options.stdin:
        threading.Thread(target=obey, args=(state, loop), daemon=True).start()
    try:
        loop.run_forever()
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
