"""Unpacks an archive with the standard library and validates the bag in it with the library bagit; prints its names."""
import json
import os
import subprocess
import sys
import zipfile

import bagit

archive, folder = sys.argv[1:]
with zipfile.ZipFile(archive) as file:
    assert file.testzip() is None
    names = file.namelist()
    dates = {entry.date_time for entry in file.infolist()}
    file.extractall(folder)
(top,) = os.listdir(folder)
bagit.Bag(os.path.join(folder, top)).validate()
check = ["sha256sum", "--check", "--strict", "--quiet"]
subprocess.run(check + ["manifest-sha256.txt"], cwd=os.path.join(folder, top), check=True)
subprocess.run(check + ["tagmanifest-sha256.txt"], cwd=os.path.join(folder, top), check=True)
subprocess.run(["unzip", "-tqq", archive], check=True)
print(json.dumps({"names": names, "dates": len(dates)}))
