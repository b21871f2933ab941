"""What the libraries rocrate and runcrate read in a crate: its outputs and digests, its action's slots; prints JSON."""
import contextlib
import io
import json
import os
import sys

from rocrate.rocrate import ROCrate
from runcrate.report import dump_crate_actions

crate = ROCrate(sys.argv[1])


def several(value):
    return value if isinstance(value, list) else [value]


run = [entity for entity in several(crate.root_dataset["mentions"]) if "CreateAction" in several(entity.type)][0]
results = several(run.get("result", []))
report = io.StringIO()
with contextlib.redirect_stdout(report):
    dump_crate_actions(sys.argv[1])
found = {
    "title": crate.name,
    "status": run["actionStatus"],
    "results": {entity.get("name"): entity.get("sha256", "") for entity in results},
    "workflow": os.path.basename(crate.mainEntity.id),
    "report": report.getvalue(),
}
print(json.dumps(found))
