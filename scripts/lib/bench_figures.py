"""The figures, each against its rival in the same run."""
import asyncio
import json
import re
import statistics
import time

import bench_load as load
from bench_parts import BARE, Gateway, Login, Server, free_port, run

# An allocation without budget: Slurm takes the job and holds it, so that no figure measures the jobs themselves.
HELD = {"memory": "10M", "walltime": "1h", "account": "TG-SPENT"}


def manifest(label, resources=None, command=("true",)):
    return {
        "name": "bench", "site": "a", "command": list(command), "labels": {"bench": label},
        "resources": resources or {"memory": "10M", "walltime": "1m"},
    }


def clients(gateway, count):
    return [load.Client("127.0.0.1", gateway.port, gateway.token) for _ in range(count)]


async def submit_all(gateway, label, jobs, width):
    """Seconds until Slurm has them all, the times of the posts, what was refused, the ids."""
    crowd = clients(gateway, width)
    begin = time.perf_counter()
    times, refused, ids = await load.submit(crowd, manifest(label, HELD), jobs)
    for state in ("queued", "staging"):
        await load.until_none(crowd[0], f"label=bench%3D{label}&state={state}")
    seconds = time.perf_counter() - begin
    _, script = await crowd[0].ask("GET", f"/api/v1/jobs/{ids[0]}/script")
    for client in crowd:
        client.close()
    return seconds, times, refused, ids, script.decode()


def submit(arguments, cluster):
    """Jobs into Slurm from 64 clients, against four parallel sbatch on the box itself."""
    gateway = Gateway(cluster)
    try:
        rounds = []
        for number in range(arguments.rounds):
            seconds, times, refused, _, script = asyncio.run(
                submit_all(gateway, f"submit-{number}", arguments.jobs, arguments.clients)
            )
            cluster.as_user(f"cat > /tmp/farfield-bench.sh <<'FARFIELD'\n{script}\nFARFIELD\n")
            begin = time.perf_counter()
            line = f"cd /tmp && seq {arguments.jobs} | xargs -P4 -I@ sbatch -J hand -o /dev/null /tmp/farfield-bench.sh"
            taken = cluster.as_user(line).stdout.count("Submitted")
            hand = time.perf_counter() - begin
            rounds.append((arguments.jobs / seconds, taken / hand, sum(refused.values()), times))
        ours, theirs = (statistics.median(part[i] for part in rounds) for i in (0, 1))
        errors = sum(part[2] for part in rounds)
        return [(
            f"jobs/s into Slurm, {arguments.clients} clients, sshd at its defaults", f"{ours:.0f}/s, {errors} errors",
            "four parallel `sbatch` on the box", f"{theirs:.0f}/s", f"{ours / theirs:.2f}", "0.8, 0 errors",
        )]
    finally:
        gateway.stop()


def accept(arguments, cluster):
    """Durable acceptance of one job, one client."""
    gateway = Gateway(cluster)
    try:
        async def work():
            return (await load.submit(clients(gateway, 1), manifest("accept", HELD), arguments.requests))[0]

        times = asyncio.run(work())
        p50, p95 = (load.percentile(times, part) * 1e3 for part in (0.5, 0.95))
        return [("`POST /api/v1/jobs` until 202, p50 (p95)", f"{p50:.1f} ms ({p95:.1f} ms)", "", "", "", "under 5 ms")]
    finally:
        gateway.stop()


def wrk(address, width, seconds, token=None):
    """Requests per second, the median in ms and what was not answered by 2xx."""
    fields = ["-H", f"Authorization: Bearer {token}"] if token else []
    text = run(["wrk", "-t2", f"-c{width}", f"-d{seconds}s", "--latency", *fields, address]).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1))
    value, unit = re.search(r"50%\s+([\d.]+)(us|ms|s)", text).groups()
    failed = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return rate, float(value) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit], int(failed.group(1)) if failed else 0


def status(arguments, cluster):
    """Reading a job's state: 64 clients against a bare route, one client against squeue over SSH."""
    gateway, port = Gateway(cluster), free_port()
    bare = Server([BARE, str(port)], f"http://127.0.0.1:{port}/jobs/1")
    login = Login(cluster)
    try:
        _, _, _, ids, _ = asyncio.run(submit_all(gateway, "status", 1, 1))
        address = f"http://127.0.0.1:{gateway.port}/api/v1/jobs/{ids[0]}"
        ours = wrk(address, 64, arguments.seconds, gateway.token)
        theirs = wrk(f"http://127.0.0.1:{port}/jobs/1", 64, arguments.seconds)

        async def one():
            async def read(client, _):
                await client.ask("GET", f"/api/v1/jobs/{ids[0]}")

            return load.percentile(await load.each(clients(gateway, 1), 500, read), 0.5)

        ours_one = asyncio.run(one())
        times = []
        for _ in range(20):
            begin = time.perf_counter()
            login.run("squeue -h -t all -o %T -n bench")
            times.append(time.perf_counter() - begin)
        hand = statistics.median(times)
        return [
            (
                "`GET /api/v1/jobs/{id}`, 64 clients", f"{ours[0]:.0f}/s, p50 {ours[1]:.1f} ms, {ours[2]} errors",
                "a bare Hummingbird route", f"{theirs[0]:.0f}/s, p50 {theirs[1]:.1f} ms", f"{ours[0] / theirs[0]:.2f}",
                "0.5, p50 under 2 ms",
            ),
            (
                "the same, one client", f"{ours_one * 1e3:.2f} ms", "`squeue` over an open SSH connection",
                f"{hand * 1e3:.1f} ms", f"{hand / ours_one:.0f} times as fast", "",
            ),
        ]
    finally:
        login.close()
        bare.stop()
        gateway.stop()


def follow(arguments, cluster):
    """A look at a site with many active jobs, against one squeue and one sacct by hand for the same jobs."""
    gateway, login = Gateway(cluster), Login(cluster)
    try:
        _, _, _, ids, _ = asyncio.run(submit_all(gateway, "follow", arguments.active, 64))
        numbers = ",".join(asyncio.run(slurm_ids(gateway, ids)))
        time.sleep(30)
        names = dict(kind="site.follow")
        before = [gateway.metric(f"tasks_run_seconds_{part}", **names) for part in ("sum", "count")]
        calls, memory = gateway.metric("farfield_remote_calls_total"), gateway.memory()
        time.sleep(arguments.watch)
        after = [gateway.metric(f"tasks_run_seconds_{part}", **names) for part in ("sum", "count")]
        ticks = after[1] - before[1]
        tick = (after[0] - before[0]) / max(ticks, 1)
        calls = (gateway.metric("farfield_remote_calls_total") - calls) / max(ticks, 1)
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            script = f"squeue -h -t all -j {numbers} -o '%i|%T|%r|%S'\nsacct -nPX -j {numbers} -o JobID,State,ExitCode\n"
            login.run("sh -s", script)
            times.append(time.perf_counter() - begin)
        hand = statistics.median(times)
        return [(
            f"a look at {arguments.active} active jobs",
            f"{tick * 1e3:.0f} ms, {calls:.1f} remote commands, {memory:.0f} → {gateway.memory():.0f} MiB",
            "one `squeue` + one `sacct` over SSH", f"{hand * 1e3:.0f} ms", f"{tick / hand:.2f}", "under 2, 1 command",
        )]
    finally:
        login.close()
        gateway.stop()


async def slurm_ids(gateway, ids):
    found = []

    async def read(client, index):
        found.append(json.loads((await client.ask("GET", f"/api/v1/jobs/{ids[index]}"))[1])["slurm"]["jobId"])

    await load.each(clients(gateway, 16), len(ids), read)
    return found


def change(arguments, cluster):
    """From a change at Slurm to its event at the API: jobs that print when they begin and end."""
    gateway = Gateway(cluster)
    try:
        delays = sorted(asyncio.run(delays_of(gateway, arguments.changes)))
        p50, p95 = load.percentile(delays, 0.5), load.percentile(delays, 0.95)
        return [("change at Slurm seen at the API, p50 (p95)", f"{p50:.2f} s ({p95:.2f} s)", "poll interval", "1 s", "", "p95 under 2 s")]
    finally:
        gateway.stop()


async def delays_of(gateway, jobs):
    """Seconds from the beginning and from the end of each job to its event."""
    delays = []
    body = manifest("change", command=["sh", "-c", "date +%s.%N; sleep 5; date +%s.%N"])

    async def one(client, index):
        await asyncio.sleep(index * 0.7)
        _, answer = await client.ask("POST", "/api/v1/jobs", json.dumps(body).encode(), "Content-Type: application/json\r\n")
        name = json.loads(answer)["id"]
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(
            f"GET /api/v1/jobs/{name}/events HTTP/1.1\r\n{client.fields}Accept: text/event-stream\r\n\r\n".encode()
        )
        seen = {}
        while line := await reader.readline():
            for state in ("running", "retrieving", "completed", "failed"):
                if b'"type":"job.state"' in line or b'"state":' in line:
                    if f'"state":"{state}"'.encode() in line:
                        seen.setdefault(state, time.time())
            if "completed" in seen or "failed" in seen:
                break
        writer.close()
        _, log = await client.ask("GET", f"/api/v1/jobs/{name}/logs/stdout")
        begun, ended = (float(word) for word in log.split())
        delays.append(seen["running"] - begun)
        delays.append(seen["retrieving"] - ended)

    await load.each(clients(gateway, jobs), jobs, one)
    return delays


def idle(arguments, cluster):
    """Cold start and the memory of a gateway that does nothing."""
    times = []
    for _ in range(5):
        gateway = Gateway(cluster)
        times.append(gateway.start_seconds)
        time.sleep(3)
        memory = gateway.memory()
        gateway.stop()
    return [
        ("cold start until the first answer", f"{statistics.median(times):.2f} s", "", "", "", "under 0.3 s"),
        ("idle memory", f"{memory:.0f} MiB", "", "", "", "under 60 MB"),
    ]


# In this order: the thousands of jobs that `follow` leaves in Slurm would slow what came after it.
ALL = {"submit": submit, "accept": accept, "status": status, "change": change, "idle": idle}
LAST = {"follow": follow}
