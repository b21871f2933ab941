"""A TCP proxy whose faults a test commands, one line on standard input each:

  pass          forward everything (the start)
  hold-up       keep what the client sends
  hold-down     keep what the server sends
  cut           break every connection, and each new one at once
  cut-after N   break each connection after N more bytes from the server
Prints its port first, then "ok" for every command carried out. It ends with its standard input.
"""
import asyncio
import sys

state = {"mode": "pass", "left": None}
changed = asyncio.Event()
writers = set()


async def allowed(direction):
    while state["mode"] == f"hold-{direction}":
        changed.clear()
        await changed.wait()


async def pump(reader, writer, direction):
    try:
        while data := await reader.read(65536):
            await allowed(direction)
            if direction == "down" and state["left"] is not None:
                if len(data) > state["left"]:
                    writer.write(data[: state["left"]])
                    await writer.drain()
                    break
                state["left"] -= len(data)
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
    finally:
        if direction == "down" and state["left"] is not None:
            abort()
        else:
            writer.close()


def abort():
    for writer in list(writers):
        writer.transport.abort()
    writers.clear()
    state["left"] = None


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
        if line[0] == "cut-after":
            state["left"] = int(line[1])
        else:
            state["mode"] = line[0]
            state["left"] = None
        if line[0] == "cut":
            abort()
        changed.set()
        print("ok", flush=True)


asyncio.run(main())
