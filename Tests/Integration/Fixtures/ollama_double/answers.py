"""What the double of a language model says: JSON that fits a schema, words, and answers that are wrong on purpose.

Everything follows from a random.Random that the caller seeds, so the same question has the same answer.
"""

import json
import re

WORDS = ("the observation needs a little more memory than the last one of its kind and should end well within "
         "what was asked for because the calibration is stable at this elevation").split()
SENTENCES = {
    "reasoning": "The request is like earlier ones that ended well.",
    "feedback": "The request looks complete; nothing needs to change.",
    "summary": "Everything went as expected.",
}
REFUSAL = "The walltime is far too short for this many channels: ask for at least two hours."
ATOM, REPEATS, DEEPEST = "abcdefgh", 3, 24


def fitting(schema, random, refuse=False):
    """A value that fits the schema: JSON Schema 2020-12 without conditionals, `not` and dependent keywords."""
    return Walker(schema, random, refuse).value(schema, "", 0)


class Walker:
    def __init__(self, root, random, refuse):
        self.root, self.random, self.refuse = root, random, refuse

    def resolved(self, schema):
        if isinstance(schema, bool):
            return {}
        while "$ref" in schema:
            target = self.root
            for part in schema["$ref"].removeprefix("#").strip("/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")] if part else target
            schema = {**{k: v for k, v in schema.items() if k != "$ref"}, **target}
        for part in schema.get("allOf", []):
            part = self.resolved(part)
            properties = {**schema.get("properties", {}), **part.get("properties", {})}
            required = [*schema.get("required", []), *part.get("required", [])]
            schema = {**part, **schema, "properties": properties, "required": required}
        return schema

    def value(self, schema, name, depth):
        schema = self.resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        for several in ("anyOf", "oneOf"):
            if several in schema:
                options = schema[several]
                shallow = [o for o in options if self.kind(self.resolved(o)) not in ("object", "array")]
                return self.value(self.random.choice(shallow if depth > 6 and shallow else options), name, depth + 1)
        return getattr(self, self.kind(schema))(schema, name, depth + 1)

    def kind(self, schema):
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = kind[0]
        return kind or ("array" if "items" in schema else "object" if "properties" in schema else "string")

    def null(self, *_):
        return None

    def boolean(self, schema, name, _):
        if re.fullmatch(r"(is|looks)?_?(valid|accepted|feasible|ok)", name.lower()):
            return not self.refuse
        return self.random.random() < 0.5

    def object(self, schema, _, depth):
        properties, required = schema.get("properties", {}), schema.get("required", [])
        names = [n for n in properties if n in required or (depth < DEEPEST and self.random.random() < 0.7)]
        return {n: self.value(properties[n], n, depth) for n in [*names, *(r for r in required if r not in properties)]
                if n in properties}

    def array(self, schema, name, depth):
        least = schema.get("minItems", 0)
        most = min(schema.get("maxItems", least + 3), least + 3)
        first = [self.value(s, name, depth) for s in schema.get("prefixItems", [])][:schema.get("maxItems", 99)]
        count = self.random.randint(least, max(least, most)) if depth < DEEPEST else least
        items, tries = first, 0
        while len(items) < count and tries < 20 * count:
            tries += 1
            item = self.value(schema.get("items", {"type": "integer"}), name, depth)
            if not schema.get("uniqueItems") or item not in items:
                items.append(item)
        return items

    def bounds(self, schema, name, step):
        low, high = schema.get("minimum"), schema.get("maximum")
        if "exclusiveMinimum" in schema:
            low = max(low if low is not None else schema["exclusiveMinimum"], schema["exclusiveMinimum"] + step)
        if "exclusiveMaximum" in schema:
            high = min(high if high is not None else schema["exclusiveMaximum"], schema["exclusiveMaximum"] - step)
        lower = name.lower()
        if "confidence" in lower:
            wish = (0.6, 0.95) if high is not None and high <= 1 else (60, 95)
        elif "minutes" in lower:
            wish = (5, 90)
        else:
            wish = (low if low is not None else 0, high if high is not None else (low or 0) + 100)
        low = wish[0] if low is None else low
        high = max(low, wish[1]) if high is None else high
        return (max(low, wish[0]), min(high, wish[1])) if max(low, wish[0]) <= min(high, wish[1]) else (low, high)

    def integer(self, schema, name, _):
        step = schema.get("multipleOf", 1)
        low, high = self.bounds(schema, name, 1)
        return self.random.randint(-(-int(-(-low // 1)) // step), int(high // step)) * step

    def number(self, schema, name, _):
        low, high = self.bounds(schema, name, 1e-6)
        if "multipleOf" in schema:
            return self.integer(schema, name, _)
        return min(high, max(low, round(self.random.uniform(low, high), 4)))

    def string(self, schema, name, _):
        least, most = schema.get("minLength", 0), schema.get("maxLength", 120)
        if "pattern" in schema:
            return matching(schema["pattern"], self.random)
        if schema.get("format") in ("date-time", "date", "time"):
            moment = "2026-05-%02dT%02d:00:00Z" % (self.random.randint(1, 28), self.random.randint(0, 23))
            return {"date-time": moment, "date": moment[:10], "time": moment[11:]}[schema["format"]]
        text = REFUSAL if self.refuse and name == "feedback" else SENTENCES.get(name) or words(self.random, 6)
        while len(text) < least:
            text += " " + words(self.random, 6)
        return text[:most]


def words(random, count):
    """So many words and a full stop."""
    return (" ".join(random.choice(WORDS) for _ in range(count))).capitalize() + "."


def matching(pattern, random):
    """A string that a regular expression without look-around matches as a whole."""
    def text(tree):
        return "".join(node(str(op), arg) for op, arg in tree)

    def node(op, arg):
        if op == "LITERAL":
            return chr(arg)
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = arg
            return "".join(text(inner) for _ in range(random.randint(low, min(int(high), low + REPEATS))))
        if op == "SUBPATTERN":
            return text(arg[-1])
        if op == "BRANCH":
            return text(random.choice(arg[1]))
        if op == "IN":
            return member(arg)
        return ATOM[0] if op in ("ANY", "NOT_LITERAL") else ""

    def member(parts):
        op, arg = random.choice([p for p in parts if str(p[0]) != "NEGATE"])
        if str(parts[0][0]) == "NEGATE":
            excluded = re.compile("[" + "".join(chr(a) if str(o) == "LITERAL" else "" for o, a in parts[1:]) + "]")
            return next(c for c in ATOM + "XYZ019 _-" if not excluded.match(c))
        if str(op) == "RANGE":
            return chr(random.randint(*arg))
        return chr(arg) if str(op) == "LITERAL" else {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " "}.get(str(arg), "w")

    return text(re._parser.parse(pattern))


def spoilt(how, text, schema, random):
    """The answer `text`, wrong in the way the model's name says."""
    if how == "wrong-schema":
        value = json.loads(text)
        if isinstance(value, dict) and value:
            name = random.choice(schema.get("required") or list(value))
            value[name] = {"unexpected": [value.get(name)]}
            return json.dumps(value)
        return json.dumps({"unexpected": value})
    return {
        "bad-json": lambda: "Certainly! " + text.replace('"', "'", 3),
        "fenced": lambda: "```json\n" + text + "\n```",
        "trailing": lambda: text + "\nI hope this helps.",
        "two-documents": lambda: text + "\n" + text,
        "duplicate-keys": lambda: text[:1] + json.dumps(next(iter(json.loads(text)), "x")) + ":null," + text[1:],
        "truncated": lambda: text[:max(1, len(text) * 2 // 3)],
        "deep": lambda: "[" * 5000 + "]" * 5000,
    }[how]()


def separated(value):
    """The value with U+2028, U+2029, U+0085 and NUL in each of its longer strings, which keep their lengths."""
    if isinstance(value, dict):
        return {k: separated(v) for k, v in value.items()}
    if isinstance(value, list):
        return [separated(v) for v in value]
    if isinstance(value, str) and " " in value and len(value) > 16:
        return "\u2028\u2029\u0085\0" + value[4:]
    return value
