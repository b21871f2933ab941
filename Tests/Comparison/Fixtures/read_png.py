"""Reads a PNG with a palette by zlib, checks every checksum, and names the colours of its corners."""
import struct
import sys
import zlib

data = open(sys.argv[1], "rb").read()
assert data[:8] == b"\x89PNG\r\n\x1a\n"
position, parts = 8, {}
while position < len(data):
    (size,) = struct.unpack(">I", data[position:position + 4])
    body = data[position + 4:position + 8 + size]
    (checksum,) = struct.unpack(">I", data[position + 8 + size:position + 12 + size])
    assert zlib.crc32(body) == checksum
    parts[body[:4]] = body[4:]
    position += 12 + size
width, height, depth, colour = struct.unpack(">IIBB", parts[b"IHDR"][:10])
assert (depth, colour) == (8, 3)
rows = zlib.decompress(parts[b"IDAT"])
assert len(rows) == height * (width + 1)


def name(column, row):
    number = rows[row * (width + 1) + 1 + column]
    red, green, blue = parts[b"PLTE"][number * 3:number * 3 + 3]
    if red == green == blue:
        return {255: "white", 0: "black"}.get(red, "grey")
    return "red" if red > blue else "blue"


print(width, height, name(0, height - 1), name(width - 1, height - 1), name(0, 0), name(5, 5))
