"""The double's models: their names, slots and queues, and whether they are in memory."""

import asyncio
import collections
import hashlib
import re
import time

WORDS = """fast hang hang-midstream drip missing busy busy-once broken-500 broken-once rate-429 grammar-400 closes
    midstream-error no-done done-false token-repeat bad-line huge-line crlf one-byte empty-v1 no-metrics
    wrong-schema-once wrong-schema-always bad-json bad-json-once fenced trailing two-documents duplicate-keys deep
    truncated truncated-once length-complete separators reject empty thinks tool""".split()
PARAMETRISED = re.compile(r"(delay|drip|cold)-\d+(\.\d+)?m?s|uniform-[\d.]+-[\d.]+s|(reset|close)-at-\d+")
BUSY = "server busy, please try again.  maximum pending requests exceeded"


class Refusal(Exception):
    """An error with its status and its text."""

    def __init__(self, status, message, headers=None):
        self.status, self.message, self.headers = status, message, headers or {}
        self.kind = {400: "invalid_request_error", 404: "not_found_error"}.get(status, "api_error")


class Model:
    """A model of that name."""

    def __init__(self, name, state):
        self.name, self.state, self.words = name, state, name.split("_")
        self.waiting, self.busy = collections.deque(), 0
        self.loading, self.context, self.expires, self.size = asyncio.Lock(), None, None, 4_000_000_000

    def does(self, word):
        return word in self.words

    def seconds(self, word):
        """The time of `word-2500ms` or `word-2s`; None without that word."""
        for part in self.words:
            match = re.fullmatch(word + r"-([\d.]+)(m?)s", part)
            if match:
                return float(match[1]) / (1000 if match[2] else 1)
        return None

    def number(self, word):
        return next((int(part.removeprefix(word + "-")) for part in self.words if part.startswith(word + "-")), None)

    def is_first_time(self, text):
        known = (self.name, text) in self.state.seen
        self.state.seen.add((self.name, text))
        return not known

    def described(self):
        digest = hashlib.sha256((self.name + self.state.options.digest_salt).encode()).hexdigest()
        details = {"parent_model": "", "format": "gguf", "family": "double", "families": ["double"],
                   "parameter_size": "0", "quantization_level": "F32"}
        return {"name": tagged(self.name), "model": tagged(self.name), "size": self.size, "digest": digest,
                "details": details}

    def is_loaded(self):
        return self.context is not None and (self.expires is None or time.time() < self.expires)

    async def enter(self):
        """Takes a slot, in order of arrival."""
        if self.busy < self.state.options.parallel:
            self.busy += 1
            return
        if len(self.waiting) >= self.state.options.max_queue:
            raise Refusal(503, BUSY)
        turn = asyncio.get_running_loop().create_future()
        self.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.leave()
            elif turn in self.waiting:
                self.waiting.remove(turn)
            raise

    def leave(self):
        """Gives the slot to who waits longest."""
        while self.waiting:
            turn = self.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self.busy -= 1

    async def load(self, context):
        """Loads it unless it is there with that context; whoever leaves meanwhile gives the load up."""
        async with self.loading:
            if self.is_loaded() and context in (None, self.context):
                return
            self.state.loads += 1
            self.context = None
            cold = self.seconds("cold")
            await asyncio.sleep(self.state.options.load_ms / 1000 if cold is None else cold)
            self.context, self.expires = context or 4096, None

    def keep(self, seconds):
        """From now on it stays that long; negative for ever."""
        self.expires = None if seconds < 0 else time.time() + seconds
        if seconds == 0:
            self.context = None


class State:
    """Everything the double remembers."""

    def __init__(self, options):
        self.options, self.models, self.open = options, {}, 0
        self.listed = [name for name in options.models.split(",") if name]
        self.reset()

    def reset(self):
        self.requests, self.seen, self.loads = [], set(), 0
        for model in self.models.values():
            model.context = None

    def model(self, name):
        """The model of that name, with or without a tag; 404 unless it is known."""
        if not isinstance(name, str) or not name:
            raise Refusal(400, "model is required")
        plain = name.split(":")[0].lower()
        parts = plain.split("_")
        known = plain in self.listed or all(p in WORDS or PARAMETRISED.fullmatch(p) for p in parts)
        if not known or "missing" in parts:
            raise Refusal(404, f"model '{name}' not found")
        return self.models.setdefault(plain, Model(plain, self))

    def catalogue(self):
        names = [*self.listed, *self.models, *(word for word in WORDS if word != "missing")]
        return [self.models.get(name) or Model(name, self) for name in dict.fromkeys(names)]

    def report(self):
        return {"count": len(self.requests), "aborted": sum(e["aborted"] for e in self.requests), "loads": self.loads,
                "active": sum(m.busy + len(m.waiting) for m in self.models.values()), "open": self.open,
                "requests": self.requests}


def tagged(name):
    return name if ":" in name else name + ":latest"


def duration(value):
    """Seconds of keep_alive: a number of seconds, or Go's notation such as "1m30s"; 5 minutes without one."""
    if value is None:
        return 300
    if isinstance(value, (int, float)):
        return value
    parts = re.findall(r"([\d.]+)(ms|h|m|s)", value)
    if not re.fullmatch(r"-?(([\d.]+)(ms|h|m|s))+|-?0", value):
        raise Refusal(400, f'time: invalid duration "{value}"')
    units = {"h": 3600, "m": 60, "s": 1, "ms": 0.001}
    return sum(float(n) * units[u] for n, u in parts) * (-1 if value.startswith("-") else 1)
