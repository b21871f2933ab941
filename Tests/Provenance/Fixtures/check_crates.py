"""Validates crates as Workflow Run Crate 0.5 without a network: arguments are LEVEL and folders; prints JSON."""
import io
import json
import os
import sys
import tempfile

import requests
import requests_cache
import rocrate
from requests.adapters import BaseAdapter
from rocrate_validator import services
from rocrate_validator.models import ValidationSettings, Severity

CRATE = "https://w3id.org/ro/crate/1.1/context"
TERMS = "https://w3id.org/ro/terms/workflow-run/context"
here = os.path.dirname(os.path.abspath(__file__))


class FromFiles(BaseAdapter):
    """Answers the addresses of the two contexts from files."""

    def send(self, request, **_):
        # The context of RO-Crate 1.1 comes with the library of that name.
        path = {CRATE: os.path.join(os.path.dirname(rocrate.__file__), "data", "ro-crate.jsonld"),
                TERMS: os.path.join(here, "context-workflow-run.json")}[request.url]
        with open(path, "rb") as file:
            body = file.read()
        answer = requests.Response()
        answer.status_code, answer.url, answer.request = 200, request.url, request
        answer.headers["Content-Type"] = "application/ld+json"
        from urllib3.response import HTTPResponse

        answer.raw = HTTPResponse(body=io.BytesIO(body), headers=dict(answer.headers), status=200, preload_content=False)
        return answer

    def close(self):
        pass


def seeded(folder):
    cache = os.path.join(folder, "contexts")
    session = requests_cache.CachedSession(
        cache_name=cache, backend="sqlite", expire_after=-1, allowable_methods=("GET",)
    )
    session.mount("https://", FromFiles())
    for address in (CRATE, TERMS):
        session.get(address).raise_for_status()
    session.close()
    return cache


level, crates = sys.argv[1], sys.argv[2:]
# The first is applied by the validator to the address of a type, the second asks the network.
skipped = ["process-run-crate-0.5_5.1", "ro-crate-1.1_28.1"] if level == "recommended" else []
with tempfile.TemporaryDirectory() as folder:
    cache = seeded(folder)
    found = {}
    for crate in crates:
        result = services.validate(
            ValidationSettings(
                rocrate_uri=crate,
                profile_identifier="workflow-run-crate-0.5",
                requirement_severity=Severity[level.upper()],
                offline=True,
                cache_path=cache,
                skip_checks=skipped,
                # For a crate whose files are elsewhere.
                metadata_only=os.environ.get("FARFIELD_METADATA_ONLY") == "1",
            )
        )
        found[crate] = [f"{issue.check.identifier} {issue.message}"[:300] for issue in result.get_issues()]
    print(json.dumps(found))
