"""Signed records: how long one takes, how many a second, and what a log of a million entries adds to that.

No Slurm is needed: jobs of a site that nobody answers for end when they are cancelled. A log is closed while its second
place for checkpoints cannot be read, so that ended jobs wait; once it is open again, all of them are certified at once.
"""
import base64
import hashlib
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from bench_parts import BINARY, Server, free_port

SITE = """
  - {name: a, host: 127.0.0.1, port: 1, user: nobody, privateKey: /none, knownHosts: /none, workFolder: ~/none,
     defaults: {partition: normal, account: none}}
"""
MANIFEST = {"name": "bench", "command": "true", "resources": {"memory": "10M", "walltime": "1m"}}


class Keeper:
    """A state folder on which gateways are started one after the other."""

    def __init__(self):
        self.home, self.port = tempfile.mkdtemp(prefix="farfield-bench-"), free_port()
        self.memory = f"{self.home}/state/log.checkpoint"
        with open(f"{self.home}/farfield.yaml", "w") as file:
            file.write(f"listen: 127.0.0.1:{self.port}\nhome: {self.home}/state\nlogLevel: error\nsites:{SITE}")

    def start(self):
        address = f"http://127.0.0.1:{self.port}"
        self.server = Server([BINARY, "serve", "--config", f"{self.home}/farfield.yaml"], f"{address}/health/live")
        self.token = open(f"{self.home}/state/admin.token").read().strip()
        return self

    def ask(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method, data=body)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        try:
            return urllib.request.urlopen(request).read()
        except urllib.error.HTTPError as error:
            return None if error.code in (404, 409) else error.read()

    def end_job(self):
        job = json.loads(self.ask("POST", "/api/v1/jobs", json.dumps(MANIFEST).encode()))["id"]
        self.ask("POST", f"/api/v1/jobs/{job}/cancel", b"{}")
        return job

    def manifest(self, job):
        return self.ask("GET", f"/api/v1/jobs/{job}/reproducibility-manifest/manifest.dsse.json")

    def size(self):
        return int(self.ask("GET", "/log/checkpoint").split(b"\n")[1])

    def database(self):
        return sqlite3.connect(f"{self.home}/state/farfield.sqlite")

    def close(self):
        shutil.rmtree(self.home, ignore_errors=True)


def waiting(keeper, count):
    """Lets so many jobs end while the log is closed."""
    keeper.start()
    keeper.server.stop()
    kept = open(keeper.memory).read()
    open(keeper.memory, "w").write("nothing that can be read")
    keeper.start()
    jobs = [keeper.end_job() for _ in range(count)]
    keeper.server.stop()
    open(keeper.memory, "w").write(kept)
    return jobs


def certified(keeper):
    """Records a second, all that waited at once; from the first look at the database to the last record."""
    keeper.start()
    with keeper.database() as database:
        total = database.execute("SELECT COUNT(*) FROM jobs").fetchone()[0]
        known = "SELECT COUNT(*) FROM manifest_editions WHERE edition = 0"
        done = database.execute(known).fetchone()[0]
        first, begin = done, time.perf_counter()
        while done < total:
            time.sleep(0.01)
            done = database.execute(known).fetchone()[0]
    seconds = time.perf_counter() - begin
    return (total - first) / seconds


def delay(keeper, count):
    """Seconds from the answer that a job has ended until its signed record is there."""
    times = []
    for _ in range(count):
        job, begin = keeper.end_job(), time.perf_counter()
        while not keeper.manifest(job):
            time.sleep(0.001)
        times.append(time.perf_counter() - begin)
    return sorted(times)


def by_hand(keeper, jobs):
    """Signatures a second by `openssl pkeyutl` over the same bytes, one call for each record."""
    key = next(f"{keeper.home}/state/{name}" for name in os.listdir(f"{keeper.home}/state") if name.startswith("manifest-"))
    files = []
    for job in jobs:
        envelope = json.loads(keeper.manifest(job))
        payload, kind = base64.b64decode(envelope["payload"]), envelope["payloadType"].encode()
        files.append(f"{keeper.home}/{job}.pae")
        open(files[-1], "wb").write(b"DSSEv1 %d %s %d " % (len(kind), kind, len(payload)) + payload)
    begin = time.perf_counter()
    for path in files:
        subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", path, "-out", path + ".sig"], check=True
        )
    seconds = time.perf_counter() - begin
    ours = json.loads(keeper.manifest(jobs[-1]))["signatures"][0]["sig"]
    assert base64.b64decode(ours) == open(files[-1] + ".sig", "rb").read(), "both must sign the same bytes"
    return len(files) / seconds


def fill(keeper, leaves):
    """Writes a log of so many entries into the database of a stopped gateway, with every hash of its tiles."""
    database = keeper.database()
    origin, = database.execute("SELECT origin FROM log_trees").fetchone()
    rows = database.execute("SELECT position, entry FROM log_entries ORDER BY position").fetchall()
    level = [hashlib.sha256(b"\0" + entry).digest() for _, entry in rows]
    entries = [(origin, n, b"entry %d" % n, "") for n in range(len(level), leaves)]
    level += [hashlib.sha256(b"\0" + entry).digest() for _, _, entry, _ in entries]
    database.executemany("INSERT INTO log_entries VALUES (?, ?, ?, ?)", entries)
    database.execute("DELETE FROM log_hashes")
    edges, height = [], 0
    while level:
        if height % 8 == 0:
            database.executemany("INSERT INTO log_hashes VALUES (?, ?, ?, ?)", ((origin, height // 8, n, h) for n, h in enumerate(level)))
        if len(level) % 2:
            edges.insert(0, level[-1])
        level = [hashlib.sha256(b"\1" + level[n] + level[n + 1]).digest() for n in range(0, len(level) - 1, 2)]
        height += 1
    frontier = " ".join([str(leaves)] + [base64.b64encode(edge).decode() for edge in edges])
    database.execute("UPDATE log_trees SET frontier = ?", (frontier,))
    database.commit()
    database.close()


def manifests(arguments, _):
    keeper = Keeper()
    try:
        jobs = waiting(keeper, arguments.records)
        rate = certified(keeper)
        small = delay(keeper, arguments.requests)
        hand = by_hand(keeper, jobs)
        keeper.server.stop()
        fill(keeper, arguments.leaves)
        waiting(keeper, arguments.records)
        large_rate = certified(keeper)
        start = keeper.server.start_seconds
        large = delay(keeper, arguments.requests)
        assert keeper.size() > arguments.leaves
    finally:
        # Also after a fault; one that has stopped is stopped.
        keeper.server.stop()
        keeper.close()
    median = statistics.median
    return [
        (
            "records certified a second (read, rendered, signed, in the log, durable)", f"{rate:.0f}/s",
            "`openssl pkeyutl -sign` of the same bytes, in a loop", f"{hand:.0f}/s", f"{rate / hand:.2f}", "",
        ),
        (
            f"the same in a log of {arguments.leaves} entries", f"{large_rate:.0f}/s ({1000 / large_rate:.1f} ms each)",
            "in a new log", f"{rate:.0f}/s ({1000 / rate:.1f} ms each)", f"{large_rate / rate:.2f}", "a few ms each",
        ),
        (
            "from a job's end to its signed record, p50 (p95)", f"{median(small) * 1000:.1f} ms ({small[int(len(small) * 0.95)] * 1000:.1f} ms)",
            f"in a log of {arguments.leaves} entries", f"{median(large) * 1000:.1f} ms ({large[int(len(large) * 0.95)] * 1000:.1f} ms)", "", "",
        ),
        (f"start with a log of {arguments.leaves} entries, the newest 100000 hashed again", f"{start:.2f} s", "", "", "", ""),
    ]
