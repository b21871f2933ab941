"""Reads statements by the schemas of in-toto and SLSA, which refuse unknown fields; prints how many it read."""
import importlib
import sys

import in_toto_attestation.v1.statement_pb2 as statements
from google.protobuf.json_format import MessageToDict, Parse, ParseDict
from in_toto_attestation.v1.statement import Statement

provenance = importlib.import_module("in_toto_attestation.predicates.provenance.v1.provenance_pb2")
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        message = Parse(file.read(), statements.Statement())
    Statement.copy_from_pb(message).validate()
    if message.predicate_type == "https://slsa.dev/provenance/v1":
        ParseDict(MessageToDict(message.predicate), provenance.Provenance())
print(len(sys.argv) - 1)
