"""Computes the root of a log by pymerkle from the entries it serves: argument is the folder of its files; prints JSON."""
import base64
import json
import os
import sys

from pymerkle import InmemoryTree

with open(os.path.join(sys.argv[1], "checkpoint")) as file:
    origin, size, root = file.read().split("\n")[:3]
tree = InmemoryTree(algorithm="sha256")
with open(os.path.join(sys.argv[1], f"tile/entries/000.p/{size}"), "rb") as file:
    bundle = file.read()
while bundle:
    length = int.from_bytes(bundle[:2], "big")
    tree.append_entry(bundle[2:2 + length])
    bundle = bundle[2 + length:]
print(json.dumps({"size": tree.get_size(), "agrees": tree.get_state() == base64.b64decode(root), "claimed": int(size)}))
