"""Verifies a proof file by the specifications alone (C2SP tlog-proof, RFC 9162 2.1.3.2): arguments are PROOF VKEY.

Prints the entry, which the extra data of the file are. Nothing but hashlib and libsodium is used.
"""
import base64
import hashlib
import sys

from nacl.signing import VerifyKey


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


head, note = open(sys.argv[1], "rb").read().split(b"\n\n", 1)
lines = head.split(b"\n")
assert lines[0] == b"c2sp.org/tlog-proof@v1" and lines[1].startswith(b"extra ") and lines[2].startswith(b"index ")
entry = base64.b64decode(lines[1][6:], validate=True)
index = int(lines[2][6:])
path = [base64.b64decode(line, validate=True) for line in lines[3:]]

name, identifier, key = sys.argv[2].split("+", 2)
key = base64.b64decode(key)
assert key[0] == 1 and hashlib.sha256(name.encode() + b"\n" + key).hexdigest()[:8] == identifier
text, signatures = note.split(b"\n\n", 1)
text += b"\n"
own = [line.split(b" ")[2] for line in signatures.splitlines() if line.split(b" ")[1] == name.encode()]
own = [base64.b64decode(text, validate=True) for text in own]
(signature,) = [bytes_[4:] for bytes_ in own if bytes_[:4].hex() == identifier]
VerifyKey(key[1:]).verify(text, signature)
origin, size, root = text.decode().splitlines()
assert origin == name

place, last, digest = index, int(size) - 1, hashlib.sha256(b"\x00" + entry).digest()
assert 0 <= place <= last
for sibling in path:
    assert last > 0
    if place & 1 or place == last:
        digest = node(sibling, digest)
        while not place & 1 and place:
            place, last = place >> 1, last >> 1
    else:
        digest = node(digest, sibling)
    place, last = place >> 1, last >> 1
assert last == 0 and digest == base64.b64decode(root)
print(entry.decode())
