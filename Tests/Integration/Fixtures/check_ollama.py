"""Judges ollama_server.py by the official clients of Ollama and OpenAI: everything a client may expect is tried.

Argument: the server's base URL; it must have 4 slots and a queue of 8. Prints one JSON line {"passed": COUNT, "failed":
{NAME: WHAT}}, of those at most three. The sets of fields are those of ollama/ollama docs/api.md and api/types.go of
August 2026.
"""

import asyncio
import json
import sys
import time
import traceback

import httpx
import jsonschema
import ollama
import openai

URL = sys.argv[1]
RAW = httpx.Client(base_url=URL, timeout=20)
NATIVE = ollama.Client(host=URL, timeout=20)
OPENAI = openai.OpenAI(base_url=URL + "/v1", api_key="none", max_retries=0, timeout=20)
HELLO = [{"role": "user", "content": "Is it well?"}]
METRICS = {"total_duration", "load_duration", "prompt_eval_count", "prompt_eval_duration", "eval_count",
           "eval_duration"}
DETAILS = {"parent_model", "format", "family", "families", "parameter_size", "quantization_level"}
ADVICE = {
    "type": "object", "additionalProperties": False,
    "required": ["reasoning", "isValid", "feedback", "confidence", "estimatedMinutes"],
    "properties": {
        "reasoning": {"type": "string", "maxLength": 120}, "isValid": {"type": "boolean"},
        "feedback": {"type": "string", "maxLength": 80},
        "confidence": {"type": "integer", "minimum": 0, "maximum": 100},
        "estimatedMinutes": {"type": "integer", "minimum": 1, "maximum": 100_000},
    },
}
SCHEMAS = [
    ADVICE,
    {"type": "object", "required": ["strategy", "order"], "properties": {
        "strategy": {"enum": ["low", "medium", "high"]}, "order": {"type": "integer", "minimum": 3, "maximum": 7}}},
    {"type": "array", "minItems": 2, "maxItems": 4, "uniqueItems": True, "items": {"type": "integer", "maximum": 50}},
    {"type": "object", "required": ["found"], "properties": {"found": {"type": "array", "maxItems": 5, "items": {
        "$ref": "#/$defs/anomaly"}}}, "$defs": {"anomaly": {"type": "object", "required": ["kind", "ra", "note"],
        "additionalProperties": False, "properties": {"kind": {"const": "transient"},
            "ra": {"type": "number", "minimum": 0, "exclusiveMaximum": 360},
            "note": {"type": "string", "minLength": 40, "maxLength": 60}}}}},
    {"anyOf": [{"type": "string", "pattern": r"^(job|run)_[a-z0-9]{4,8}$"}, {"type": "null"}]},
    {"type": "object", "required": ["at", "steps"], "properties": {
        "at": {"type": "string", "pattern": r"^\d{4}-\d{2}$"},
        "steps": {"type": "integer", "exclusiveMinimum": 0, "maximum": 1000, "multipleOf": 100}}},
]
SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


def expect(actual, wanted):
    assert actual == wanted, f"{actual!r} instead of {wanted!r}"


def refused(status, call, contains=""):
    try:
        result = call()
        if not hasattr(result, "model_fields"):
            list(result)
    except ollama.ResponseError as error:
        expect(error.status_code, status)
        assert contains in error.error, error.error
        return
    raise AssertionError(f"no error of status {status}")


def report():
    return RAW.get("/_double/requests").json()


def until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come to be within 10 s"
        time.sleep(0.01)


@scenario
def the_server_tells_of_itself():
    expect(RAW.get("/").text, "Ollama is running")
    assert RAW.get("/api/version").json()["version"].count(".") == 2


@scenario
def refusals_have_the_documented_shapes():
    expect(RAW.get("/", headers={"Host": "evil.example"}).status_code, 403)
    expect(RAW.get("/", headers={"Host": "evil.example"}).text, "")
    expect(RAW.put("/api/chat").status_code, 405)
    expect(RAW.get("/api/nothing").status_code, 404)
    expect(RAW.post("/api/chat").json(), {"error": "missing request body"})
    expect(RAW.post("/api/chat", content="{").status_code, 400)
    expect(RAW.post("/api/chat", json={"model": ""}).status_code, 400)
    expect(RAW.post("/api/chat", json={"model": "fast", "messages": HELLO, "format": 5}).status_code, 500)


@scenario
def a_chat_at_once():
    answer = NATIVE.chat("fast", HELLO)
    assert answer.message.content and answer.done and answer.done_reason == "stop" and answer.eval_count > 0


@scenario
def a_chat_in_pieces_says_the_same():
    pieces = list(NATIVE.chat("fast", HELLO, stream=True, options={"seed": 7, "temperature": 0, "invented": 1}))
    whole = NATIVE.chat("fast", HELLO, options={"seed": 7})
    expect("".join(p.message.content for p in pieces), whole.message.content)
    expect([p.done for p in pieces[:-1]], [False] * (len(pieces) - 1))
    assert pieces[-1].done and pieces[-1].message.content == "" and len(pieces) > 5


@scenario
def fields_of_a_chat():
    lines = RAW.post("/api/chat", json={"model": "fast", "messages": HELLO})
    expect(lines.headers["content-type"], "application/x-ndjson")
    objects = [json.loads(line) for line in lines.text.split("\n") if line]
    expect(set(objects[0]), {"model", "created_at", "message", "done"})
    expect(set(objects[0]["message"]), {"role", "content"})
    expect(set(objects[-1]), {"model", "created_at", "message", "done", "done_reason"} | METRICS)
    once = RAW.post("/api/generate", json={"model": "fast", "prompt": "x", "stream": False}).json()
    expect(set(once), {"model", "created_at", "response", "done", "done_reason"} | METRICS)
    bare = RAW.post("/api/chat", json={"model": "no-metrics", "messages": HELLO, "stream": False}).json()
    expect(set(bare) & METRICS, set())


@scenario
def answers_fit_any_schema_and_follow_from_the_seed():
    for schema in SCHEMAS:
        texts = set()
        for seed in range(15):
            ask = lambda: NATIVE.chat("fast", HELLO, format=schema, options={"seed": seed}).message.content
            text = ask()
            jsonschema.validate(json.loads(text), schema)
            expect(ask(), text)
            texts.add(text)
        assert len(texts) > 1, "the seed makes no difference"
    assert isinstance(json.loads(NATIVE.chat("fast", HELLO, format="json").message.content), dict)


@scenario
def answers_that_are_wrong_on_purpose():
    def content(model, **more):
        return NATIVE.chat(model, [{"role": "user", "content": "wrong?"}], format=ADVICE, **more).message.content

    def fits(text):
        try:
            jsonschema.validate(json.loads(text), ADVICE)
            return True
        except (ValueError, jsonschema.ValidationError, RecursionError):
            return False

    expect([fits(content("wrong-schema-once")) for _ in range(3)], [False, True, True])
    expect([fits(content("wrong-schema-always")) for _ in range(2)], [False, False])
    for model in ("bad-json", "fenced", "trailing", "two-documents", "truncated", "deep", "empty"):
        assert not fits(content(model)), model
    assert fits(content("length-complete")) and fits(content("crlf")) and fits(content("one-byte"))
    rejected = json.loads(content("reject"))
    assert rejected["isValid"] is False and rejected["feedback"]
    separated = json.loads(content("separators"))
    assert "\u2028" in separated["reasoning"] and "\0" in separated["reasoning"] and fits(json.dumps(separated))
    expect(NATIVE.chat("fast", HELLO, options={"num_predict": 3}).done_reason, "length")


@scenario
def generating():
    assert NATIVE.generate("fast", "Well?").response
    assert "".join(p.response for p in NATIVE.generate("fast", "Well?", stream=True))


@scenario
def models_are_listed_and_shown():
    listed = NATIVE.list().models
    assert any(m.model == "fast:latest" and len(m.digest) == 64 and m.size > 0 for m in listed)
    expect(set(RAW.get("/api/tags").json()["models"][0]), {"name", "model", "modified_at", "size", "digest", "details"})
    expect(set(RAW.get("/api/tags").json()["models"][0]["details"]), DETAILS)
    shown = NATIVE.show("fast")
    assert "completion" in shown.capabilities and any("context_length" in key for key in shown.modelinfo)
    refused(404, lambda: NATIVE.show("missing"), "not found")


@scenario
def loading_and_unloading():
    expect(NATIVE.generate("delay-1ms", "", keep_alive="10m").done_reason, "load")
    assert "delay-1ms:latest" in [m.model for m in NATIVE.ps().models]
    loads = report()["loads"]
    NATIVE.chat("delay-1ms", HELLO, options={"num_ctx": 8192})
    expect(report()["loads"], loads + 1)
    expect(next(m for m in NATIVE.ps().models if m.model == "delay-1ms:latest").context_length, 8192)
    fields = {"name", "model", "size", "digest", "details", "expires_at", "size_vram", "context_length"}
    expect(set(RAW.get("/api/ps").json()["models"][0]), fields)
    expect(NATIVE.chat("delay-1ms", [], keep_alive=0).done_reason, "unload")
    assert "delay-1ms:latest" not in [m.model for m in NATIVE.ps().models]


@scenario
def a_load_is_given_up_with_its_client():
    try:
        RAW.post("/api/generate", json={"model": "cold-1200ms"}, timeout=0.2)
    except httpx.ReadTimeout:
        until(lambda: report()["requests"][-1]["status"] == 499)
    assert "cold-1200ms:latest" not in [m.model for m in NATIVE.ps().models]
    answer = NATIVE.chat("cold-1200ms", HELLO)
    assert answer.load_duration >= 1_190_000_000, answer.load_duration


@scenario
def errors_are_response_errors():
    refused(404, lambda: NATIVE.chat("missing", HELLO), "model 'missing' not found")
    refused(503, lambda: NATIVE.chat("busy", HELLO), "server busy, please try again.  maximum pending requests exceeded")
    refused(503, lambda: NATIVE.chat("busy", HELLO, stream=True))
    refused(500, lambda: NATIVE.chat("broken-500", HELLO))
    refused(429, lambda: NATIVE.chat("rate-429", HELLO))
    refused(400, lambda: NATIVE.chat("grammar-400", HELLO), '{"error":{"code":400')
    refused(400, lambda: NATIVE.chat("fast", HELLO, format={"type": "array", "minItems": 5000}), "grammar")
    refused(500, lambda: NATIVE.chat("midstream-error", HELLO))
    expect([ok("broken-once"), ok("broken-once"), ok("busy-once"), ok("busy-once")], [False, True, False, True])


def ok(model):
    try:
        return NATIVE.chat(model, [{"role": "user", "content": "once"}]).done
    except ollama.ResponseError:
        return False


@scenario
def an_error_in_the_middle_of_a_stream():
    seen = 0
    try:
        for _ in NATIVE.chat("midstream-error", HELLO, stream=True):
            seen += 1
    except ollama.ResponseError as error:
        assert seen == 2 and "unexpected EOF" in error.error
        return
    raise AssertionError("no error")


@scenario
def ends_that_do_not_come():
    for model in ("no-done", "done-false", "token-repeat"):
        assert not any(p.done for p in NATIVE.chat(model, HELLO, stream=True)), model
    assert NATIVE.chat("no-done", HELLO).done
    for model in ("done-false", "token-repeat"):
        answer = NATIVE.chat(model, HELLO)
        assert answer.done is False and answer.eval_count is None, model


@scenario
def connections_that_break():
    for model in ("closes", "reset-at-30", "close-at-200"):
        try:
            RAW.post("/api/chat", json={"model": model, "messages": HELLO})
        except httpx.TransportError:
            continue
        raise AssertionError(model)


@scenario
def thinking_and_tools():
    answer = NATIVE.chat("thinks", HELLO, think=True)
    assert answer.message.thinking and answer.message.content
    assert not NATIVE.chat("thinks", HELLO, think=False).message.thinking
    refused(400, lambda: NATIVE.chat("fast", HELLO, think=True), "does not support thinking")
    tool = {"type": "function", "function": {"name": "place", "parameters": SCHEMAS[1]}}
    call = NATIVE.chat("tool", HELLO, tools=[tool]).message.tool_calls[0].function
    # This client sends a tool's parameters without their bounds.
    assert call.name == "place" and {"strategy", "order"} <= set(call.arguments), call


@scenario
def embedding():
    vectors = NATIVE.embed("fast", ["a", "b"]).embeddings
    expect(len(vectors), 2)
    assert abs(sum(v * v for v in vectors[0]) - 1) < 1e-9
    expect(list(NATIVE.embed("fast", []).embeddings), [])


@scenario
def whoever_leaves_frees_a_slot():
    async def leave():
        client = ollama.AsyncClient(host=URL)
        tasks = [asyncio.create_task(client.chat("hang", HELLO)) for _ in range(12)]
        while report()["active"] < 12:
            await asyncio.sleep(0.01)
        refused(503, lambda: NATIVE.chat("hang", HELLO), "maximum pending requests exceeded")
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    before = report()["aborted"]
    asyncio.run(leave())
    until(lambda: report()["active"] == 0)
    expect(report()["aborted"], before + 12)


@scenario
def who_waits_is_served_in_order():
    async def ask():
        client, order = ollama.AsyncClient(host=URL), []

        async def one(index):
            await client.chat("delay-200ms", HELLO)
            order.append(index)

        before, tasks = report()["count"], []
        for index in range(12):
            tasks.append(asyncio.create_task(one(index)))
            while report()["count"] <= before + index:
                await asyncio.sleep(0.001)
        await asyncio.gather(*tasks)
        return order

    order = asyncio.run(ask())
    expect([set(order[i:i + 4]) for i in (0, 4, 8)], [set(range(i, i + 4)) for i in (0, 4, 8)])


@scenario
def compatible_at_once_and_in_pieces():
    answer = OPENAI.chat.completions.create(model="fast", messages=HELLO, seed=3)
    expect(answer.choices[0].finish_reason, "stop")
    expect(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens)
    chunks = list(OPENAI.chat.completions.create(model="fast", messages=HELLO, seed=3, stream=True,
                                                 stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    expect(text, answer.choices[0].message.content)
    assert chunks[-1].usage and chunks[-1].choices == [] and chunks[-2].choices[0].finish_reason == "stop"
    expect(set(json.loads(OPENAI.chat.completions.with_raw_response.create(model="fast", messages=HELLO).text)),
           {"id", "object", "created", "model", "system_fingerprint", "choices", "usage"})


@scenario
def compatible_answers_fit_a_schema():
    form = {"type": "json_schema", "json_schema": {"name": "advice", "schema": ADVICE}}
    answer = OPENAI.chat.completions.create(model="fast", messages=HELLO, response_format=form)
    jsonschema.validate(json.loads(answer.choices[0].message.content), ADVICE)
    expect(OPENAI.chat.completions.create(model="fast", messages=HELLO, max_tokens=2).choices[0].finish_reason, "length")
    tool = {"type": "function", "function": {"name": "place", "parameters": SCHEMAS[1]}}
    choice = OPENAI.chat.completions.create(model="tool", messages=HELLO, tools=[tool]).choices[0]
    expect(choice.finish_reason, "tool_calls")
    jsonschema.validate(json.loads(choice.message.tool_calls[0].function.arguments), SCHEMAS[1])


@scenario
def compatible_models_and_errors():
    assert "fast:latest" in [m.id for m in OPENAI.models.list()]
    for model, kind, status in [("missing", openai.NotFoundError, 404), ("busy", openai.InternalServerError, 503),
                                ("rate-429", openai.RateLimitError, 429)]:
        try:
            OPENAI.chat.completions.create(model=model, messages=HELLO)
        except kind as error:
            expect(error.status_code, status)
            expect(set(error.body), {"message", "type", "param", "code"})
            continue
        raise AssertionError(model)
    expect(RAW.post("/v1/chat/completions", json={"model": "fast", "messages": []}).status_code, 400)


@scenario
def compatible_streams_swallow_errors():
    for model, pieces in [("empty-v1", 0), ("midstream-error", 2)]:
        chunks = list(OPENAI.chat.completions.create(model=model, messages=HELLO, stream=True))
        expect(len(chunks), pieces + 1)
        assert chunks[-1].choices[0].delta.content == "" and not chunks[-1].choices[0].finish_reason
        body = {"model": model, "messages": HELLO, "stream": True}
        assert "[DONE]" not in RAW.post("/v1/chat/completions", json=body).text


def main():
    failed = {}
    for function in SCENARIOS:
        try:
            function()
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            failed[function.__name__] = f"{type(error).__name__}: {error} (line {place.lineno})"[:110]
    passed = len(SCENARIOS) - len(failed)
    print(json.dumps({"passed": passed, "failed": dict(list(failed.items())[:3])}))


main()
