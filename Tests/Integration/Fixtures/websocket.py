"""A WebSocket client for the tests: Debian's python3-websockets, and raw frames for what a good client never sends.

  follow URL TOKEN HOW          prints each message as a line, then "closed CODE"; HOW is header or subprotocol
  fault HOST PORT PATH TOKEN NAME   opens by hand, sends a fault, prints the code of the server's close frame
"""
import asyncio
import base64
import os
import socket
import struct
import sys

import websockets


async def follow(url, token, how):
    options = {"extra_headers": {"Authorization": f"Bearer {token}"}}
    if how == "subprotocol":
        options = {"subprotocols": ["farfield.events", f"bearer.{token}"]}
    async with websockets.connect(url, **options) as connection:
        if how == "subprotocol":
            assert connection.subprotocol == "farfield.events", connection.subprotocol
        try:
            async for message in connection:
                print(message, flush=True)
        except websockets.ConnectionClosed:
            pass
        print("closed", connection.close_code, flush=True)


def frame(code, payload=b"", final=True, masked=True, length=None):
    length = len(payload) if length is None else length
    head = bytes([(0x80 if final else 0) | code])
    mark = 0x80 if masked else 0
    head += bytes([mark | length]) if length < 126 else bytes([mark | 126]) + struct.pack(">H", length)
    return head + (b"\0\0\0\0" if masked else b"") + payload


FAULTS = {
    "unmasked": frame(9, masked=False), "oversize": frame(1, b"x" * 5000), "text": frame(1, b"hello"),
    "binary": frame(2, b"\0"), "fragmented control": frame(9, final=False), "reserved bit": b"\xc1\x80\0\0\0\0",
    "unknown kind": frame(3), "long control": frame(9, b"x" * 126), "close": frame(8, struct.pack(">H", 1000)),
    "ping": frame(9, b"abc") + frame(8, struct.pack(">H", 1000)),
}


def fault(host, port, path, token, name):
    connection = socket.create_connection((host, int(port)), timeout=20)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    stream = connection.makefile("rb")
    assert b" 101 " in stream.readline()
    while stream.readline() != b"\r\n":
        pass
    connection.sendall(FAULTS[name])
    pongs = []
    while head := stream.read(2):
        length = head[1]
        if length == 126:
            length = struct.unpack(">H", stream.read(2))[0]
        payload = stream.read(length)
        if head[0] == 0x8A:
            pongs.append(payload.decode())
        if head[0] == 0x88:
            print(*pongs, struct.unpack(">H", payload[:2])[0])
            return
    print("no close frame")


if sys.argv[1] == "follow":
    asyncio.run(follow(*sys.argv[2:]))
else:
    fault(*sys.argv[2:])
