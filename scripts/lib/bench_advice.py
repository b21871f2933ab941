"""What advice by a language model costs a submission, with models that are quick, slow, stuck, cold, busy or away."""
import asyncio
import collections
import json
import subprocess
import sys
import tempfile

import bench_load as load
from bench_parts import ROOT, Gateway, free_port, run

DOUBLE = f"{ROOT}/Tests/Integration/Fixtures/ollama_server.py"
SLOTS = 4
# What the model does: its name at the double, which says it.
PROFILES = {
    "answers at once": "fast", "answers in 1 s": "delay-1000ms", "answers in 0.1 to 10 s": "uniform-0.1-10s",
    "never answers": "hang", "loads for 20 s": "cold-20s", "is busy": "busy", "is not there": None,
}


class Away:
    """A site nobody listens at: what is measured is the submission alone."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="farfield-bench-site-")
        key = f"{self.folder.name}/key"
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        public = " ".join(open(key + ".pub").read().split()[:2])
        self.port = free_port()
        with open(f"{self.folder.name}/known", "w") as file:
            file.write(f"[127.0.0.1]:{self.port} {public}\n")

    def site(self):
        return f"""
  - name: a
    host: 127.0.0.1
    port: {self.port}
    user: researcher1
    privateKey: {self.folder.name}/key
    knownHosts: {self.folder.name}/known
"""


class Double:
    """The server of models that only pretends to have any."""

    def __init__(self):
        words = [sys.executable, DOUBLE, "--parallel", str(SLOTS), "--load-ms", "200"]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{json.loads(self.process.stdout.readline())['port']}"

    def stop(self):
        self.process.terminate()
        self.process.wait()


def advice(arguments, _):
    """Submissions by many clients at once, each a job of its own kind, against a gateway without models."""
    away, double, rows = Away(), Double(), []
    try:
        none = measured(arguments, away, "")
        rows.append(row("without models", none, none, ""))
        for words, model in PROFILES.items():
            url = double.url if model else f"http://127.0.0.1:{free_port()}"
            entry = {"name": "local", "dialect": "ollama", "url": url, "model": model or "fast", "slots": SLOTS}
            result = measured(arguments, away, f"models: [{json.dumps(entry)}]\n")
            rows.append(row(f"a model that {words}", result, none, "p99 under 1900 ms"))
    finally:
        double.stop()
    return rows


def row(name, result, none, aim):
    times, sources, refused = result
    parts = [load.percentile(times, part) * 1e3 for part in (0.5, 0.95, 0.99)] + [times[-1] * 1e3]
    shares = ", ".join(f"{100 * count / len(times):.1f} % {source}" for source, count in sources.most_common())
    errors = f", refused {dict(refused)}" if refused else ""
    return (
        f"{len(times)} submissions, advice by {name}" if aim else f"{len(times)} submissions {name}",
        f"p50 {parts[0]:.0f}, p95 {parts[1]:.0f}, p99 {parts[2]:.0f}, max {parts[3]:.0f} ms; {shares}{errors}",
        "the same without models" if aim else "", f"p50 {load.percentile(none[0], 0.5) * 1e3:.0f} ms" if aim else "",
        f"{parts[0] / 1e3 / load.percentile(none[0], 0.5):.1f}" if aim else "", aim,
    )


def measured(arguments, away, models):
    """The seconds each submission took, in order, how many had advice of which source, and what was refused."""
    gateway = Gateway(away, models)
    sources, refused = collections.Counter(), collections.Counter()

    async def post(client, index):
        manifest = {
            "name": "bench", "site": "a", "command": ["true", f"{index}"],
            "resources": {"memory": "10M", "walltime": "1h"},
        }
        status, answer = await client.ask(
            "POST", "/api/v1/jobs", json.dumps(manifest).encode(), "Content-Type: application/json\r\n"
        )
        if status != 202:
            refused[status] += 1
            return
        sources[(json.loads(answer).get("advice") or {}).get("source", "without")] += 1

    async def work():
        crowd = [load.Client("127.0.0.1", gateway.port, gateway.token) for _ in range(arguments.clients)]
        times = await load.each(crowd, arguments.submissions, post)
        for client in crowd:
            client.close()
        return times

    try:
        return asyncio.run(work()), sources, refused
    finally:
        gateway.stop()
