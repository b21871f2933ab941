"""Reads a W3C PROV-JSON document with the library prov, and prints what it understood as one line of JSON."""
import json
import sys

from prov.model import ProvActivity, ProvDocument, ProvEntity, ProvGeneration, ProvUsage

document = ProvDocument.deserialize(sys.argv[1], format="json")
# Every identifier was resolved against the prefixes, and it survives a round trip.
again = ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
print(
    json.dumps(
        {
            "entities": sorted(str(e.identifier.localpart) for e in document.get_records(ProvEntity)),
            "activities": sorted(str(a.identifier.localpart) for a in document.get_records(ProvActivity)),
            "used": len(list(document.get_records(ProvUsage))),
            "generated": len(list(document.get_records(ProvGeneration))),
            "same": document == again,
            "provn": document.get_provn().startswith("document"),
        }
    )
)
