"""Verifies an envelope with other people's code: arguments are ENVELOPE PEM; prints the statement's digest and the key id.

securesystemslib checks DSSE with OpenSSL, PyNaCl the same bytes with libsodium, in-toto-attestation reads the statement.
"""
import hashlib
import importlib
import json
import sys

import in_toto_attestation.v1.statement_pb2 as statements
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from google.protobuf.json_format import MessageToDict, Parse, ParseDict
from in_toto_attestation.v1.statement import Statement
from nacl.signing import VerifyKey
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

with open(sys.argv[1]) as file:
    envelope = Envelope.from_dict(json.load(file))
with open(sys.argv[2], "rb") as file:
    key = load_pem_public_key(file.read())
accepted = envelope.verify([SSlibKey.from_crypto(key)], 1)
raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
for signature in envelope.signatures.values():
    VerifyKey(raw).verify(envelope.pae(), bytes.fromhex(signature.signature))
message = Parse(envelope.payload, statements.Statement())
Statement.copy_from_pb(message).validate()
provenance = importlib.import_module("in_toto_attestation.predicates.provenance.v1.provenance_pb2")
ParseDict(MessageToDict(message.predicate), provenance.Provenance())
print(json.dumps({"statement": hashlib.sha256(envelope.payload).hexdigest(), "keys": sorted(accepted)}))
