"""How the double answers a generation: natively (NDJSON) and below /v1 (server-sent events), right or wrong."""

import asyncio
import datetime
import hashlib
import json
import random
import re
import time

from .answers import fitting, separated, spoilt, words
from .models import BUSY, Refusal, duration, tagged

LINES, EVENTS = "application/x-ndjson", "text/event-stream"
SPOILT = ["bad-json", "fenced", "trailing", "two-documents", "duplicate-keys", "deep"]
STOPPED = "model runner has unexpectedly stopped, this may be due to resource limitations or an internal error"
MIDSTREAM = "an error was encountered while running the model: unexpected EOF"
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
ESCAPED = re.compile("[<>&\u2028\u2029]")
TOKEN = 4  # Characters; a real token of English or JSON has about as many.


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z"


def encoded(value, raw=False):
    """As Go's encoding/json writes it; `raw` leaves the line separators of Unicode as they are."""
    text = ENCODER.encode(value)
    return (text if raw else ESCAPED.sub(lambda found: "\\u%04x" % ord(found[0]), text)).encode()


class Said:
    """What is said: thoughts, then text or a tool's call, in tokens, and why it ended."""

    def __init__(self, reply):
        model, schema = reply.model, reply.schema
        material = json.dumps([reply.messages, schema, reply.options.get("seed")], sort_keys=True)
        chance = random.Random(hashlib.sha256(material.encode()).digest())
        first = next((m.get("content") for m in reply.messages if m.get("role") == "user"), "")
        is_first = model.is_first_time(str(first))
        self.reason, self.call = "stop", None
        self.thoughts = pieces(words(chance, 12)) if reply.thinks else []
        if model.does("tool") and reply.tools:
            tool = reply.tools[0]["function"]
            self.call = (tool["name"], fitting(tool.get("parameters") or {"type": "object"}, chance))
        text = "" if self.call or model.does("empty") else self.text(model, schema, chance, is_first)
        if model.does("truncated") or (model.does("truncated-once") and is_first):
            text, self.reason = spoilt("truncated", text, schema, chance), "length"
        if model.does("length-complete"):
            self.reason = "length"
        if model.does("token-repeat"):
            text = "the " * 31
        self.tokens = pieces(text)
        most = reply.options.get("num_predict") or -1
        if 0 < most < len(self.tokens):
            self.tokens, self.reason = self.tokens[:most], "length"

    def text(self, model, schema, chance, is_first):
        if schema is None:
            text = words(chance, 20)
            return "\u2028\u0085\0" + text if model.does("separators") else text
        value = {"answer": words(chance, 4)} if schema == "json" else fitting(schema, chance, model.does("reject"))
        value = separated(value) if model.does("separators") else value
        text = json.dumps(value, ensure_ascii=False)
        if model.does("wrong-schema-always") or (model.does("wrong-schema-once") and is_first):
            return spoilt("wrong-schema", text, schema if isinstance(schema, dict) else {}, chance)
        if model.does("bad-json-once") and is_first:
            return spoilt("bad-json", text, schema, chance)
        how = next((how for how in SPOILT if model.does(how)), None)
        return spoilt(how, text, schema, chance) if how else text


def pieces(text):
    return [text[i:i + TOKEN] for i in range(0, len(text), TOKEN)]


class Reply:
    """One generation, from the request to its last byte; a dialect says how things are written."""

    kind, first_error_has_status = LINES, True

    def __init__(self, exchange):
        self.connection, self.entry, self.state = exchange.connection, exchange.entry, exchange.state
        self.number = len(self.state.requests)
        self.body = exchange.body
        self.read()
        self.model = self.state.model(self.body.get("model"))

    async def run(self):
        self.prepare()
        if not self.messages and duration(self.keep_alive) == 0:
            self.model.keep(0)
            return await self.whole(self.loaded("unload"))
        await self.refuse()
        await self.model.enter()
        try:
            await self.generate()
        finally:
            self.model.leave()

    def prepare(self):
        model, connection = self.model, self.connection
        if self.schema is not None and self.schema != "json" and not isinstance(self.schema, dict):
            raise Refusal(500, "invalid format: expected \"json\" or a JSON schema")
        if self.think and not model.does("thinks"):
            raise Refusal(400, f'"{self.body["model"]}" does not support thinking')
        self.thinks = model.does("thinks") and self.think is not False
        for cut in ("reset", "close"):
            if (limit := model.number(cut + "-at")) is not None:
                connection.limit, connection.cut = limit, cut
        connection.byte_by_byte = model.does("one-byte")
        self.terminator = b"\r\n" if model.does("crlf") else b"\n"

    async def refuse(self):
        """The errors that come before anything is generated."""
        model = self.model
        first = str(self.messages[0].get("content") if self.messages else "")
        if model.does("busy") or (model.does("busy-once") and model.is_first_time("busy " + first)):
            raise Refusal(503, BUSY)
        if model.does("broken-500") or (model.does("broken-once") and model.is_first_time("broken " + first)):
            raise Refusal(500, STOPPED)
        if model.does("rate-429"):
            raise Refusal(429, "too many requests", {"Retry-After": "2"})
        if model.does("grammar-400") or too_large(self.schema):
            inner = {"code": 400, "message": "failed to parse grammar", "type": "invalid_request_error"}
            raise Refusal(400, encoded({"error": inner}).decode())
        if model.does("closes"):
            await self.connection.hang_up()

    async def generate(self):
        began = time.monotonic_ns()
        await self.model.load(self.options.get("num_ctx"))
        self.loading = time.monotonic_ns() - began
        try:
            if not self.messages:
                return await self.whole(self.loaded("load"))
            await self.wait()
            self.said, self.began = Said(self), began
            await (self.streamed() if self.stream else self.at_once())
        finally:
            self.model.keep(duration(self.keep_alive))

    async def wait(self):
        model = self.model
        if model.does("hang"):
            await asyncio.Event().wait()
        uniform = next((re.fullmatch(r"uniform-([\d.]+)-([\d.]+)s", w) for w in model.words if "uniform-" in w), None)
        chance = random.Random(f"{self.state.options.seed}:{self.number}")
        seconds = chance.uniform(float(uniform[1]), float(uniform[2])) if uniform else model.seconds("delay")
        if seconds:
            await asyncio.sleep(seconds)

    @property
    def pause(self):
        return 0.005 if self.model.does("drip") else self.model.seconds("drip") or 0

    async def at_once(self):
        model = self.model
        await asyncio.sleep(self.pause * len(self.said.tokens))
        if model.does("hang-midstream"):
            await asyncio.Event().wait()
        if model.does("midstream-error") or model.does("empty-v1"):
            raise Refusal(500, MIDSTREAM)
        ends = not (model.does("done-false") or model.does("token-repeat"))
        body = encoded(self.complete(ends), raw=model.does("separators"))
        await self.respond(body[:len(body) // 2] if model.does("bad-line") else body)

    async def streamed(self):
        model, said = self.model, self.said
        await self.connection.stream(self.entry, self.kind)
        for token in said.thoughts:
            await self.line(self.chunk(thinking=token))
        if said.call:
            await self.line(self.chunk(call=said.call))
        pause = self.pause
        for index, token in enumerate(said.tokens or [""]):
            if pause:
                await asyncio.sleep(pause)
            if index == min(2, len(said.tokens) - 1) and await self.interrupts():
                return await self.connection.end()
            await self.line(self.chunk(token))
        if not any(model.does(word) for word in ("no-done", "done-false", "token-repeat")):
            await self.last()
        await self.connection.end()

    async def interrupts(self):
        """What happens after the first tokens; whether the stream ends with it."""
        model = self.model
        if model.does("hang-midstream"):
            await asyncio.Event().wait()
        if model.does("midstream-error"):
            await self.error_line()
        if model.does("bad-line"):
            await self.connection.piece(self.framed(encoded(self.chunk("broken"))[:-9]))
        if model.does("huge-line"):
            await self.line(self.chunk("x" * 9_000_000))
        return model.does("midstream-error")

    async def line(self, value):
        await self.connection.piece(self.framed(encoded(value, raw=self.model.does("separators"))))

    def framed(self, data):
        return data + self.terminator

    async def whole(self, value):
        await self.respond(encoded(value))

    async def respond(self, body):
        await self.connection.respond(self.entry, 200, body, "application/json; charset=utf-8")

    def counts(self):
        characters = sum(len(str(m.get("content", ""))) for m in self.messages)
        return (min(characters // TOKEN + 4 * len(self.messages), self.options.get("num_ctx") or 4096),
                len(self.said.tokens) + len(self.said.thoughts))


class NativeReply(Reply):
    """The native API: /api/chat and /api/generate."""

    def __init__(self, exchange, mode):
        self.mode = mode
        super().__init__(exchange)

    def read(self):
        body = self.body
        prompt = body.get("prompt")
        self.messages = (body.get("messages") or []) if self.mode == "chat" else \
            [{"role": "user", "content": prompt}] if prompt else []
        self.options, self.schema = body.get("options") or {}, body.get("format") or None
        self.stream, self.keep_alive = body.get("stream", True), body.get("keep_alive")
        self.think, self.tools = body.get("think"), body.get("tools") or []

    def content(self, text, thinking=None, call=None):
        more = {"thinking": thinking} if thinking else {}
        if call:
            more["tool_calls"] = [{"id": "call_double", "function": {"index": 0, "name": call[0], "arguments": call[1]}}]
        if self.mode == "generate":
            return {"response": text, **more}
        return {"message": {"role": "assistant", "content": text, **more}}

    def head(self):
        return {"model": self.body["model"], "created_at": now()}

    def loaded(self, reason):
        return {**self.head(), **self.content(""), "done_reason": reason, "done": True}

    def chunk(self, text="", thinking=None, call=None):
        return {**self.head(), **self.content(text, thinking, call), "done": False}

    def complete(self, ends):
        said = self.said
        content = self.content("".join(said.tokens), "".join(said.thoughts), said.call)
        return {**self.head(), **content, **(self.ending() if ends else {"done": False})}

    def ending(self):
        ending = {"done_reason": self.said.reason, "done": True}
        if self.model.does("no-metrics"):
            return ending
        total, (read, written) = time.monotonic_ns() - self.began, self.counts()
        metrics = {"total_duration": total, "load_duration": self.loading, "prompt_eval_count": read,
                   "prompt_eval_duration": 1_000_000, "eval_count": written,
                   "eval_duration": max(1, total - self.loading - 1_000_000) if written else 0}
        return {**ending, **{name: value for name, value in metrics.items() if value}}

    async def last(self):
        await self.line({**self.head(), **self.content(""), **self.ending()})

    async def error_line(self):
        await self.line({"error": MIDSTREAM})


class CompatibleReply(Reply):
    """Ollama's OpenAI-compatible API: /v1/chat/completions."""

    kind = EVENTS

    def read(self):
        body = self.body
        self.messages = body.get("messages")
        if not self.messages:
            raise Refusal(400, "[] is too short - 'messages'")
        self.options = {"num_predict": body.get("max_tokens"), "seed": body.get("seed")}
        form = body.get("response_format") or {}
        self.schema = {"json_object": "json", "json_schema": (form.get("json_schema") or {}).get("schema")}.get(
            form.get("type"))
        self.stream, self.keep_alive = body.get("stream", False), None
        effort = body.get("reasoning_effort")
        self.think, self.tools = (None if effort is None else effort != "none"), body.get("tools") or []

    def head(self, kind):
        return {"id": f"chatcmpl-{self.number * 7 % 999}", "object": kind, "created": int(time.time()),
                "model": self.body["model"], "system_fingerprint": "fp_ollama"}

    def calls(self):
        name, arguments = self.said.call
        function = {"name": name, "arguments": json.dumps(arguments)}
        return [{"id": "call_double", "index": 0, "type": "function", "function": function}]

    def finish(self):
        return "tool_calls" if self.said.call else self.said.reason

    def choice(self, delta, finish=None):
        return {**self.head("chat.completion.chunk"),
                "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    def chunk(self, text="", thinking=None, call=None):
        more = {"reasoning": thinking} if thinking else {"tool_calls": self.calls()} if call else {}
        return self.choice({"role": "assistant", "content": text, **more})

    def usage(self):
        read, written = self.counts()
        return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}

    def complete(self, ends):
        said = self.said
        message = {"role": "assistant", "content": "".join(said.tokens)}
        if said.thoughts:
            message["reasoning"] = "".join(said.thoughts)
        if said.call:
            message["tool_calls"] = self.calls()
        choice = {"index": 0, "message": message, "finish_reason": self.finish() if ends else None}
        whole = {**self.head("chat.completion"), "choices": [choice]}
        return whole if self.model.does("no-metrics") else {**whole, "usage": self.usage()}

    def framed(self, data):
        return b"data: " + data + self.terminator * 2

    async def streamed(self):
        if self.model.does("empty-v1"):
            await self.connection.stream(self.entry, self.kind)
            await self.error_line()
            return await self.connection.end()
        await super().streamed()

    async def last(self):
        await self.line(self.choice({}, self.finish()))
        if (self.body.get("stream_options") or {}).get("include_usage"):
            await self.line({**self.head("chat.completion.chunk"), "choices": [], "usage": self.usage()})
        await self.connection.piece(self.framed(b"[DONE]"))

    async def error_line(self):
        """Ollama reads its own error as an answer without text: the client sees an empty chunk and no end."""
        await self.line(self.choice({"role": "assistant", "content": ""}))


def too_large(schema):
    """Whether the engine cannot make a grammar of it (llama.cpp: thousands of repetitions)."""
    if isinstance(schema, dict):
        least = max([v for k, v in schema.items() if k in ("minItems", "minLength") and isinstance(v, int)], default=0)
        return least > 2000 or any(too_large(value) for value in schema.values())
    return isinstance(schema, list) and any(too_large(value) for value in schema)
