"""Holds answers against openapi.json: one exchange as a JSON line in, "ok" or what is wrong as a line out.

An exchange has method, path, status, type (Content-Type, may be null) and body (text, may be null).
"""
import json
import re
import sys

import jsonschema

DOCUMENT = json.load(open(sys.argv[1]))
RESOLVER = jsonschema.RefResolver.from_schema(DOCUMENT)
VALIDATORS = {}


def pattern(template):
    parts = re.split(r"\{[^}]+\}", template)
    last = template.endswith("{path}")
    middle = "[^/]+".join(re.escape(part) for part in (parts[:-1] if last else parts))
    return re.compile(middle + (".+" if last else "") + "$")


PATHS = [(pattern(template), template.count("{"), operations) for template, operations in DOCUMENT["paths"].items()]


def resolve(value):
    return RESOLVER.resolve(value["$ref"])[1] if "$ref" in value else value


def check(method, path, status, type, body):
    found = sorted((count, index) for index, (regex, count, _) in enumerate(PATHS) if regex.match(path))
    operations = PATHS[found[0][1]][2] if found else {}
    operation = operations.get("get" if method == "HEAD" else method.lower())
    if operation is None:
        return None if status in (401, 404, 405, 503) else f"an undocumented address is answered {status}"
    response = operation["responses"].get(str(status))
    if response is None:
        return None if status == 404 and "%00" in path else f"status {status} is not documented"
    content = resolve(response).get("content", {})
    kind = (type or "").split(";")[0].strip().lower()
    if not content or method == "HEAD":
        return None
    if kind not in content and "*/*" not in content:
        return f"content type {type!r} is not documented for {status}"
    schema = content.get(kind, {}).get("schema")
    if schema is None or not kind.endswith("json") or body is None:
        return None
    key = (method, found[0][1], status, kind)
    if key not in VALIDATORS:
        VALIDATORS[key] = jsonschema.Draft202012Validator(schema, resolver=RESOLVER)
    fault = jsonschema.exceptions.best_match(VALIDATORS[key].iter_errors(json.loads(body)))
    return fault and f"the body of {status} breaks the schema at {fault.json_path}: {fault.message[:300]}"


for line in sys.stdin:
    exchange = json.loads(line)
    try:
        wrong = check(**exchange)
    except Exception as error:  # the test must hear of it, whatever it is
        wrong = f"{type(error).__name__}: {error}"
    print(f"{exchange['method']} {exchange['path']}: {wrong}".replace("\n", " ") if wrong else "ok", flush=True)
