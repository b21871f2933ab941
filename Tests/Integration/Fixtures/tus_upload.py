"""Uploads a file by somebody else's understanding of tus 1.0.0: tuspy, retrying after every failure.

Arguments: address of /api/v1/uploads, token, file, bytes of a part, and offsets after which it waits until the server
is killed. Prints the address of the upload.
"""
import sys
import time

import requests
from tusclient import client, exceptions

address, token, path, part = sys.argv[1:5]
goals = [int(goal) for goal in sys.argv[5:]]
tus = client.TusClient(address, headers={"Authorization": f"Bearer {token}"})
deadline = time.monotonic() + 120
uploader, answered = None, True
while uploader is None or uploader.offset < uploader.get_file_size():
    try:
        if uploader is None:
            uploader = tus.uploader(
                path, chunk_size=int(part), metadata={"filename": "from tuspy"}, upload_checksum=True
            )
        # The server says where it stands; tuspy goes on there.
        if uploader.url is not None:
            uploader.offset = uploader.get_offset()
        while uploader.offset < uploader.get_file_size():
            uploader.upload_chunk()
            answered, patience = True, time.monotonic() + 20
            while goals and uploader.offset >= goals[0] and time.monotonic() < patience:
                requests.head(uploader.url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
                time.sleep(0.05)
    except (exceptions.TusCommunicationError, requests.exceptions.RequestException) as error:
        if time.monotonic() > deadline:
            raise
        print(f"again: {error}", file=sys.stderr)
        # One kill for each goal, also when it came before this program knew that the goal was reached.
        if answered and goals:
            goals.pop(0)
        answered = False
        time.sleep(0.2)
print(uploader.url)
