"""A TCP proxy whose faults a test commands, one line on standard input each:

  pass          forward everything (the start)
  hold-up       keep what the client sends
  hold-down     keep what the server sends
  allow N       while that is kept, let N bytes of it through
  cut           break every connection, and each new one at once
  cut-after N   break each connection after N more bytes from the server
  cut-up-after N  the same for bytes from the client
  sent          prints how many bytes the client has sent, in place of "ok"
Prints its port first, then "ok" for every command carried out. It ends with its standard input.
"""
import asyncio
import sys

state = {"mode": "pass", "left": {"down": None, "up": None}, "budget": 0, "sent": 0}
changed = asyncio.Event()
writers = set()


async def allowed(direction, size):
    """How many of so many bytes may go on now; waits while none may."""
    while state["mode"] == f"hold-{direction}":
        if direction == "down" and state["budget"] > 0:
            size = min(size, state["budget"])
            state["budget"] -= size
            return size
        changed.clear()
        await changed.wait()
    return size


async def pump(reader, writer, direction):
    try:
        while data := await reader.read(65536):
            while (size := await allowed(direction, len(data))) < len(data):
                writer.write(data[:size])
                await writer.drain()
                data = data[size:]
            if direction == "up":
                state["sent"] += len(data)
            left = state["left"][direction]
            if left is not None:
                if len(data) > left:
                    writer.write(data[:left])
                    await writer.drain()
                    break
                state["left"][direction] -= len(data)
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        if state["left"][direction] is not None:
            abort()
        else:
            writer.close()


def abort():
    for writer in list(writers):
        writer.transport.abort()
    writers.clear()
    state["left"] = {"down": None, "up": None}


async def serve(reader, writer):
    if state["mode"] == "cut":
        writer.transport.abort()
        return
    upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", int(sys.argv[1]))
    writers.update([writer, upstream_writer])
    await asyncio.gather(pump(reader, upstream_writer, "up"), pump(upstream_reader, writer, "down"))
    writers.difference_update([writer, upstream_writer])


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode().split():
        if line[0] == "allow":
            state["budget"] += int(line[1])
        elif line[0] == "cut-after":
            state["left"]["down"] = int(line[1])
        elif line[0] == "cut-up-after":
            state["left"]["up"] = int(line[1])
        elif line[0] == "sent":
            print(state["sent"], flush=True)
            continue
        else:
            state.update(mode=line[0], left={"down": None, "up": None}, budget=0)
        if line[0] == "cut":
            abort()
        changed.set()
        print("ok", flush=True)


asyncio.run(main())
