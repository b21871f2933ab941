"""What crawlers and reference managers read: arguments are folders with page.html, page.bib, links.txt, datacite.json."""
import json
import os
import sys

import bibtexparser
import extruct
from datacite import schema45
from signposting.linkheader import find_signposting_http_link

found = {}
for folder in sys.argv[1:]:

    def text(name):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            return file.read()

    schema45.validator.validate(json.loads(text("datacite.json")))
    (dataset,) = extruct.extract(text("page.html"), syntaxes=["json-ld"])["json-ld"]
    (entry,) = bibtexparser.loads(text("page.bib")).entries
    links = find_signposting_http_link([text("links.txt")], dataset["url"])
    found[os.path.basename(folder)] = {
        "type": dataset["@type"],
        "name": dataset["name"],
        "digests": [part["sha256"] for part in dataset["distribution"] if "sha256" in part],
        "fields": sorted(entry),
        "citeAs": links.citeAs.target if links.citeAs else "",
        "items": len(links.items),
        "describedBy": len(links.describedBy),
        "license": links.license.target if links.license else "",
        "types": len(links.types),
        "authors": len(entry["author"].split(" and ")),
    }
print(json.dumps(found))
