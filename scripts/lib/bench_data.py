"""What is not computed and not sent a second time: known results, the cache of a site, and a day of jobs with repeats."""
import asyncio
import json
import os
import random
import statistics
import subprocess
import time

import bench_load as load
from bench_parts import BINARY, Gateway

SMALL = {"memory": "10M", "walltime": "1m"}
FINAL = ("completed", "failed", "cancelled", "timedOut")


def computing(number, **more):
    """A job whose result depends on one parameter."""
    return {
        "name": "bench", "site": "a", "script": "echo $FARFIELD_PARAM_number > result.txt", "outputs": ["result.txt"],
        "parameters": {"number": number}, "resources": SMALL, **more,
    }


async def post(client, manifest):
    body = json.dumps(manifest).encode()
    status, answer = await client.ask("POST", "/api/v1/jobs", body, "Content-Type: application/json\r\n")
    if status != 202:
        raise SystemExit(f"POST /api/v1/jobs: {status} {answer.decode()[:500]}")
    return json.loads(answer)


async def ended(client, name):
    while True:
        job = json.loads((await client.ask("GET", f"/api/v1/jobs/{name}"))[1])
        if job["state"] in FINAL:
            return job
        await asyncio.sleep(0.05)


async def repeat(gateway, requests):
    """Seconds from a submission until the job is seen completed, for a result that is known; and for the first run."""
    client = load.Client("127.0.0.1", gateway.port, gateway.token)
    begin = time.perf_counter()
    await ended(client, (await post(client, computing(0)))["id"])
    first, times = time.perf_counter() - begin, []
    for _ in range(requests):
        begin = time.perf_counter()
        job = await ended(client, (await post(client, computing(0)))["id"])
        times.append(time.perf_counter() - begin)
        assert job["cache"]["status"] == "hit", job
    client.close()
    return first, sorted(times)


async def large(gateway, size):
    """Seconds of two runs with the same large input, and the bytes sent for each."""
    path = f"{gateway.home}/large"
    subprocess.run(["sh", "-c", f"head -c {size} /dev/urandom > {path}"], check=True)
    environment = {**os.environ, "FARFIELD_TOKEN": gateway.token, "FARFIELD_URL": f"http://127.0.0.1:{gateway.port}"}
    upload = subprocess.run([BINARY, "upload", path], env=environment, capture_output=True, text=True, check=True)
    digest = upload.stdout.split()[0]
    client, runs = load.Client("127.0.0.1", gateway.port, gateway.token), []
    for number in range(2):
        before, begin = gateway.metric("farfield_staged_bytes_total"), time.perf_counter()
        inputs = [{"path": "large", "source": f"artifact:{digest}"}]
        job = await ended(client, (await post(client, computing(f"large-{number}", inputs=inputs)))["id"])
        assert job["state"] == "completed", job
        runs.append((time.perf_counter() - begin, int(gateway.metric("farfield_staged_bytes_total") - before)))
    client.close()
    return runs


async def day(gateway, jobs, different, width):
    """A day of jobs: few questions are asked often, many once (Zipf's law with exponent 1)."""
    chance = random.Random(20261121)
    numbers = chance.choices(range(different), weights=[1 / (rank + 1) for rank in range(different)], k=jobs)
    clients = [load.Client("127.0.0.1", gateway.port, gateway.token) for _ in range(width)]

    async def one(client, index):
        await post(client, computing(f"day-{numbers[index]}"))

    begin = time.perf_counter()
    await load.each(clients, jobs, one)
    for state in ("queued", "staging", "pending", "running", "retrieving"):
        await load.until_none(clients[0], f"state={state}")
    seconds = time.perf_counter() - begin
    for client in clients:
        client.close()
    return seconds, len(set(numbers))


def reuse(arguments, cluster):
    """Known results and inputs that are there already."""
    gateway = Gateway(cluster)
    try:
        first, times = asyncio.run(repeat(gateway, arguments.requests))
        p50, p95 = (load.percentile(times, part) * 1e3 for part in (0.5, 0.95))
        (cold, sent), (warm, again) = asyncio.run(large(gateway, 1 << 30))
        return [
            (
                "a finished job once more, until it is seen completed, p50 (p95)", f"{p50:.1f} ms ({p95:.1f} ms)",
                "its first run", f"{first:.1f} s", f"{first * 1e3 / p50:.0f} times quicker", "under 50 ms",
            ),
            (
                "bytes sent for a 1 GiB input that the site has", f"{again}", "the first run",
                f"{sent} in {cold:.1f} s, then {warm:.1f} s", f"{again / sent:.0f}", "0",
            ),
        ]
    finally:
        gateway.stop()


def daily(arguments, cluster):
    """A day of jobs, a realistic share of them asked before."""
    gateway = Gateway(cluster)
    try:
        seconds, different = asyncio.run(day(gateway, arguments.day, arguments.day // 2, 16))
        environment = {**os.environ, "FARFIELD_TOKEN": gateway.token, "FARFIELD_URL": f"http://127.0.0.1:{gateway.port}"}
        words = [BINARY, "cache", "stats"]
        print(subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout, flush=True)
        words.append("--json")
        figures = json.loads(subprocess.run(words, env=environment, capture_output=True, text=True, check=True).stdout)
        computed = figures["lookups"].get("miss", 0)
        return [(
            f"a day of {arguments.day} jobs, {different} different ones: computed", f"{computed} in {seconds:.0f} s",
            "without known results", f"{arguments.day}", f"{computed / arguments.day:.2f}",
            f"{different / arguments.day:.2f}",
        )]
    finally:
        gateway.stop()
