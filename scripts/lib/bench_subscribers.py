"""Resident memory for each subscriber of one job's events, and how soon all of them hear of its end."""
import asyncio
import json
import resource
import time

import bench_load as load
from bench_figures import HELD, manifest
from bench_parts import Gateway

# Connections opened at once: fewer than the gateway's backlog.
STEP = 100


class Subscriber:
    """One event stream that is read as it comes."""

    def __init__(self, gateway, job):
        self.port, self.job, self.token = gateway.port, job, gateway.token

    async def open(self):
        """Opens the stream and reads the first event."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, limit=4096)
        self.writer.write(
            f"GET /api/v1/jobs/{self.job}/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {self.token}\r\n\r\n".encode()
        )
        status = (await self.reader.readline()).decode().split()[1]
        if status != "200":
            raise SystemExit(f"a subscriber was answered {status}")
        await self.until(b"id: ")

    async def until(self, mark):
        while line := await self.reader.readline():
            if mark in line:
                return
        raise SystemExit(f"a stream ended before {mark.decode()!r} came")


async def measure(gateway, count):
    """MiB before and with all subscribers, and the seconds from the cancellation to its event at the last of them."""
    client = load.Client("127.0.0.1", gateway.port, gateway.token)
    _, _, ids = await load.submit([client], manifest("subscribers", HELD), 1)
    path = f"/api/v1/jobs/{ids[0]}"
    while json.loads((await client.ask("GET", path))[1])["state"] != "pending":
        await asyncio.sleep(0.1)
    before = gateway.memory()
    subscribers = [Subscriber(gateway, ids[0]) for _ in range(count)]
    for start in range(0, count, STEP):
        await asyncio.gather(*(one.open() for one in subscribers[start:start + STEP]))
    during = gateway.memory()
    heard = asyncio.gather(*(one.until(b'"state":"cancelled"') for one in subscribers))
    begin = time.perf_counter()
    status, answer = await client.ask("POST", f"{path}/cancel")
    if status != 202:
        raise SystemExit(f"POST {path}/cancel: {status} {answer.decode()[:500]}")
    await heard
    seconds = time.perf_counter() - begin
    after = gateway.memory()
    for one in subscribers:
        one.writer.close()
    client.close()
    return before, during, after, seconds


def subscribers(arguments, cluster):
    """Memory of a gateway whom thousands follow."""
    count = arguments.subscribers
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    gateway = Gateway(cluster)
    try:
        before, during, after, seconds = asyncio.run(measure(gateway, count))
    finally:
        gateway.stop()
    return [(
        f"memory with {count} event streams of one job",
        f"{before:.0f} → {during:.0f} MiB ({(during - before) * 1024 / count:.0f} KiB each), {after:.0f} MiB at their end;"
        f" all heard within {seconds:.1f} s", "", "", "", "bounded",
    )]
