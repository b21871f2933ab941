"""Holds answers against their schemas by the public validator: JSON lines {"schema": …, "value": …} on standard input.

Prints one JSON line {"checked": COUNT, "wrong": [WHAT, …]}, of those at most five.
"""

import json
import sys

import jsonschema

checked, wrong = 0, []
for line in sys.stdin:
    given = json.loads(line)
    checked += 1
    error = next(iter(jsonschema.Draft202012Validator(given["schema"]).iter_errors(given["value"])), None)
    if error:
        wrong.append(f"{list(error.path)}: {error.message}"[:80])
print(json.dumps({"checked": checked, "wrong": wrong[:5]}))
