"""Many clients of one gateway at once, each on a connection of its own that is kept open."""
import asyncio
import json
import time


class Client:
    """One connection that asks one request after another."""

    def __init__(self, host, port, token):
        self.address = (host, port)
        self.fields = f"Host: {host}\r\nAuthorization: Bearer {token}\r\n"
        self.reader = self.writer = None

    async def ask(self, method, path, body=b"", fields=""):
        """The status and the body of an answer."""
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(*self.address)
        head = f"{method} {path} HTTP/1.1\r\n{self.fields}{fields}Content-Length: {len(body)}\r\n\r\n"
        self.writer.write(head.encode() + body)
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:"))
        return int(lines[0].split()[1]), await self.reader.readexactly(length)

    def close(self):
        if self.writer:
            self.writer.close()


async def each(clients, count, action):
    """Lets the clients share `count` actions; the seconds each took, in order."""
    left, times = iter(range(count)), []

    async def work(client):
        for index in left:
            begin = time.perf_counter()
            await action(client, index)
            times.append(time.perf_counter() - begin)

    await asyncio.gather(*(work(client) for client in clients))
    return sorted(times)


async def submit(clients, manifest, count):
    """Posts so many jobs; the seconds each took, what was refused by status, and the ids."""
    body, refused, ids = json.dumps(manifest).encode(), {}, []

    async def post(client, _):
        while True:
            status, answer = await client.ask("POST", "/api/v1/jobs", body, "Content-Type: application/json\r\n")
            if status == 202:
                ids.append(json.loads(answer)["id"])
                return
            refused[status] = refused.get(status, 0) + 1
            if status not in (429, 503):
                raise SystemExit(f"POST /api/v1/jobs: {status} {answer.decode()[:500]}")
            await asyncio.sleep(1)

    return await each(clients, count, post), refused, ids


async def until_none(client, query, pause=0.05):
    """Waits until the list has no such job."""
    while True:
        status, answer = await client.ask("GET", f"/api/v1/jobs?limit=1&{query}")
        if status == 200 and not json.loads(answer)["items"]:
            return
        await asyncio.sleep(pause)


def percentile(times, part):
    return times[min(len(times) - 1, int(len(times) * part))]
