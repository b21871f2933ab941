"""Judges answers as the jsonschema package does: one line in (schema, text), one line out (1 or 0).

Strict where json.loads is not: no key twice, no NaN, no infinite number, no lone surrogate, at most 32 levels.
"""
import json
import math
import sys

from jsonschema import Draft202012Validator


def refuse(text):
    raise ValueError(text)


def pairs(items):
    keys = [key for key, _ in items]
    if len(set(keys)) < len(keys):
        refuse("the same key twice")
    return dict(items)


def real(text):
    value = float(text)
    return value if math.isfinite(value) else refuse("too large")


def depth(value):
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def ending(schema):
    """ECMA-262's $ is the end of the text; Python's is also the place before a last line end."""
    if isinstance(schema, dict):
        return {
            key: value[:-1] + r"\Z" if key == "pattern" and isinstance(value, str) else ending(value)
            for key, value in schema.items()
        }
    return [ending(part) for part in schema] if isinstance(schema, list) else schema


def judge(schema, text):
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_float=real, parse_constant=refuse)
        json.dumps(value, ensure_ascii=False).encode()
        if depth(value) > 32:
            refuse("too deep")
    except ValueError:
        return False
    return Draft202012Validator(ending(schema)).is_valid(value)


with open(sys.argv[1], encoding="utf-8") as lines, open(sys.argv[2], "w") as verdicts:
    for line in lines:
        schema, text = json.loads(line)
        verdicts.write("1\n" if judge(schema, text) else "0\n")
