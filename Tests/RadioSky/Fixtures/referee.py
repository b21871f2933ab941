"""Judges the files of a simulated image by astropy and numpy; prints what is wrong, or "ok"."""
import hashlib
import io
import json
import struct
import sys
import warnings
import zlib
from pathlib import Path

import numpy as np

warnings.simplefilter("error")
folder = Path(sys.argv[1])


def check(condition, text):
    if not condition:
        print(text[:300])
        sys.exit(1)


def generator(seed, purpose, dataset):
    """xoshiro256** by its authors' description."""
    mask = (1 << 64) - 1
    digest = hashlib.sha256(f"farfield radio sky 1\n{seed}\n{purpose}\n{dataset}".encode()).digest()
    s = list(struct.unpack(">4Q", digest))
    turn = lambda x, k: ((x << k) | (x >> (64 - k))) & mask
    while True:
        yield turn(s[1] * 5 & mask, 7) * 9 & mask
        t = s[1] << 17 & mask
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = turn(s[3], 45)


def numbers(told):
    draws = generator(told["seed"], "sky", told["dataset"])
    check([str(next(draws)) for _ in told["draws"]] == told["draws"], "other random numbers")
    # The condition number of the same fit by singular values.
    kept = np.array(told["kept"], dtype=bool)
    place = 2 * (np.arange(kept.size) + 0.5) / kept.size - 1
    design = np.polynomial.chebyshev.chebvander(place, told["order"])
    wanted = np.linalg.cond(design[kept]) ** 2
    check(abs(told["conditionNumber"] / wanted - 1) < 1e-9, f"condition number {told['conditionNumber']}, not {wanted}")
    inverse = np.linalg.inv(design[kept].T @ design[kept])
    leverage = np.mean(np.einsum("ij,jk,ik->i", design, inverse, design))
    check(abs(told["meanLeverage"] / leverage - 1) < 1e-9, f"leverage {told['meanLeverage']}, not {leverage}")
    # The integral of the counts by another rule, on a finer grid.
    flux = np.logspace(0, 3, 20001)
    fit = np.polynomial.polynomial.polyval(np.log10(flux), [0.859, 0.508, 0.376, -0.049, -0.121, 0.057, -0.008])
    total = np.trapezoid(10**fit * (flux / 1000) ** -2.5, flux / 1000)
    check(abs(told["countAbove1mJy"] / total - 1) < 1e-3, f"{told['countAbove1mJy']} sources above 1 mJy, not {total}")


def image(report):
    from astropy.io import fits

    with fits.open(folder / "image.fits", checksum=True) as units:
        units.verify("exception")
        header, data = units[0].header, units[0].data.astype(float)
    check(header["SIMULATE"] is True and "SIMULATED" in str(header["HISTORY"]), "it does not say that it is simulated")
    check(header["BUNIT"] == "Jy/beam" and header["RADESYS"] == "ICRS", "unit or frame")
    check(abs(header["RMSNOISE"] * 1000 - report["image"]["rms"]["value"]) < 1e-12, "the header's noise")
    check(abs(header["BMAJ"] * 3600 - report["image"]["beam"]["major"]["value"]) < 1e-9, "the header's beam")
    return header, data


def catalogues():
    from astropy.io.votable import validate
    from astropy.table import Table

    tables = {}
    for name in ("sources", "anomalies"):
        told = io.StringIO()
        check(validate(str(folder / f"{name}.vot"), output=told), f"{name}.vot: {told.getvalue()}")
        one = Table.read(folder / f"{name}.vot", format="votable")
        two = Table.read(folder / f"{name}.ecsv", format="ascii.ecsv")
        check(one.colnames == two.colnames, f"{name}: columns {one.colnames} and {two.colnames}")
        for column in one.colnames:
            check(one[column].unit == two[column].unit, f"{name}.{column}: units {one[column].unit}, {two[column].unit}")
            check(list(map(str, one[column])) == list(map(str, two[column])), f"{name}.{column}: other values")
        tables[name] = two
    check(str(tables["sources"]["peak"].unit) == "mJy / beam", "the unit of the peak")
    return tables


def places(header, data, sources, rms):
    from astropy.wcs import WCS

    wcs = WCS(header)
    if not len(sources):
        return
    x, y = wcs.wcs_world2pix(sources["ra"], sources["dec"], 1)
    check(np.max(np.hypot(x - sources["x"], y - sources["y"])) < 1e-6, "WCS and catalogue put sources elsewhere")
    cell = abs(header["CDELT1"]) * 3600
    judged = 0
    for n, source in enumerate(sources):
        away = np.hypot(sources["x"] - source["x"], sources["y"] - source["y"])
        # At 2.2 widths a neighbour gives less than a millionth of its peak.
        alone = 2.2 * np.hypot(np.maximum(source["major"], sources["major"]), header["BMAJ"] * 3600) / cell
        column, row = round(source["x"]) - 1, round(source["y"]) - 1
        edge = min(column, row, header["NAXIS1"] - 1 - column, header["NAXIS2"] - 1 - row)
        if np.count_nonzero(away < alone) > 1 or edge < 3:
            continue
        judged += 1
        box = data[row - 2 : row + 3, column - 2 : column + 3]
        # The noise moves a faint peak by more than a pixel, a strong one by less.
        if source["signal_to_noise"] > 15 and source["major"] < 2 * header["BMAJ"] * 3600:
            top = np.unravel_index(np.argmax(box), box.shape)
            miss = np.hypot(top[1] + column - 1 - source["x"], top[0] + row - 1 - source["y"])
            check(miss <= 1.5, f"source {n}: brightest pixel {miss:.2f} away")
        # Half a pixel beside the peak costs up to 8 percent.
        peak = box.max() * 1000
        error = 5 * rms + 0.09 * source["peak"]
        check(abs(peak - source["peak"]) < error, f"source {n}: {peak} mJy/beam, not {source['peak']} +- {error}")
    check(judged >= min(3, len(sources)), f"only {judged} of {len(sources)} sources could be judged")


def noise(header, data, sources, report, rms):
    rows, columns = np.indices(data.shape) + 1
    away = np.ones(data.shape, dtype=bool)
    cell = abs(header["CDELT1"]) * 3600
    for source in sources:
        reach = 2 * np.hypot(source["major"], header["BMAJ"] * 3600) / cell
        away &= np.hypot(columns - source["x"], rows - source["y"]) > reach
    if len(sources):
        # Rings of sidelobes around the brightest source are not noise.
        reach = 6 * np.hypot(sources["major"][0], header["BMAJ"] * 3600) / cell
        away &= np.hypot(columns - sources["x"][0], rows - sources["y"][0]) > reach
    values = data[away]
    spread = 1.4826 * np.median(np.abs(values - np.median(values))) * 1000
    check(abs(spread / rms - 1) < 0.05, f"the image's noise is {spread}, the report says {rms}")
    if report["image"]["noise"]["interference"]["value"] > 0.3 * rms:
        return
    # Noise is as alike as the beam convolved with itself: exp(-2 ln 2 d' C^-1 d), with C in squared widths.
    angle = np.radians(header["BPA"])
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    shape = (header["BMAJ"] * 3600) ** 2 * np.outer(along, along) + (header["BMIN"] * 3600) ** 2 * np.outer(across, across)
    for right, up in ((2, 0), (0, 2), (2, 2), (2, -2), (0, 5), (4, 4), (4, -4)):
        lag = np.array([-right, up]) * cell
        wanted = np.exp(-2 * np.log(2) * lag @ np.linalg.inv(shape) @ lag)
        here = (slice(max(0, -up), data.shape[0] - max(0, up)), slice(0, data.shape[1] - right))
        there = (slice(max(0, up), data.shape[0] - max(0, -up)), slice(right, data.shape[1]))
        both = away[here] & away[there]
        alike = np.mean(data[here][both] * data[there][both]) / np.mean(values**2)
        check(abs(alike - wanted) < 0.06, f"noise {right} right, {up} up: correlation {alike}, the beam says {wanted}")


def picture(header):
    data = (folder / "preview.png").read_bytes()
    check(data[:8] == b"\x89PNG\r\n\x1a\n", "no PNG")
    position, parts = 8, {}
    while position < len(data):
        (size,) = struct.unpack(">I", data[position : position + 4])
        body = data[position + 4 : position + 8 + size]
        (checksum,) = struct.unpack(">I", data[position + 8 + size : position + 12 + size])
        check(zlib.crc32(body) == checksum, f"checksum of {body[:4]}")
        parts[body[:4]] = body[4:]
        position += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    check((width, height) == (header["NAXIS1"], header["NAXIS2"]), "the picture's size")
    check(len(parts[b"PLTE"]) == 768 and parts[b"PLTE"][-3:] == b"\xff\xff\xff", "the palette")
    pixels = np.frombuffer(zlib.decompress(parts[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    check(not pixels[:, 0].any(), "filters")
    return pixels[:, 1:]


report = json.loads((folder / "report.json").read_text())
numbers(json.loads((folder / "numbers.json").read_text()))
header, data = image(report)
tables = catalogues()
rms = report["image"]["rms"]["value"]
check(len(tables["sources"]) == report["image"]["sourceCount"] == header["NSOURCES"], "counts of sources")
check(len(tables["anomalies"]) == len(report["anomalies"]), "counts of anomalies")
places(header, data, tables["sources"], rms)
noise(header, data, tables["sources"], report, rms)
pixels = picture(header)
if len(tables["sources"]):
    brightest = tables["sources"][0]
    row, column = round(brightest["y"]), round(brightest["x"])
    check(pixels[header["NAXIS2"] - row, column - 1] > 200, "the picture is upside down or dark")
print("ok")
