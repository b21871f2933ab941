"""Writes files with astropy: the same values in each format, by somebody else's understanding of it."""
import sys
from pathlib import Path

import numpy as np
from astropy import units
from astropy.io import fits
from astropy.io.votable import from_table
from astropy.table import MaskedColumn, Table

folder = Path(sys.argv[1])
count = 50
index = np.arange(count)
table = Table()
table["source_id"] = (2**62 + index).astype(np.int64)
table["ra"] = np.mod(359.9 + index * 0.01, 360.0) * units.deg
table["dec"] = (-45 + index * 0.5) * units.deg
table["flux"] = (index * 0.25).astype(np.float32) * units.mJy
table["small"] = index.astype(np.int16)
table["flag"] = index % 2 == 0
table["name"] = [f"star {number} é\"," if number % 7 == 0 else f"star {number}" for number in index]
table["score"] = MaskedColumn(index / 7.0, mask=index % 5 == 0)
table["vector"] = np.stack([index, index * 2, index * 3], axis=1).astype(np.float64)
table["ra"].meta["ucd"] = "pos.eq.ra;meta.main"

table.write(folder / "table.ecsv", format="ascii.ecsv", overwrite=True)
table.write(folder / "comma.ecsv", format="ascii.ecsv", delimiter=",", overwrite=True)
flat = table.copy()
flat.remove_column("vector")
flat.write(folder / "table.csv", format="ascii.csv", overwrite=True)
for form in ["tabledata", "binary", "binary2"]:
    document = from_table(table)
    for field in document.get_first_table().fields:
        field.ucd = {"ra": "pos.eq.ra;meta.main", "dec": "pos.eq.dec;meta.main"}.get(field.name)
    document.to_xml(str(folder / f"{form}.vot"), tabledata_format=form)
plain = table.copy()
plain["name"] = [f"star {number}" for number in index]
plain.write(folder / "table.fits", overwrite=True)

ragged = fits.Column(name="ragged", format="PJ()", array=np.array([np.arange(n, dtype=np.int32) for n in range(5)], dtype=object))
counts = fits.Column(name="counts", format="J", bzero=2**31, array=np.array([0, 1, 2**31, 2**32 - 1, 7], dtype=np.uint32))
fits.BinTableHDU.from_columns([ragged, counts]).writeto(folder / "ragged.fits", overwrite=True)

words = [
    fits.Column(name="name", format="A10", array=np.array(["one", "two"])),
    fits.Column(name="number", format="I6", array=np.array([1, -2])),
    fits.Column(name="value", format="D25.16", unit="Jy", array=np.array([0.1, -2.5e-7])),
]
fits.TableHDU.from_columns(words).writeto(folder / "words.fits", overwrite=True)

ramp = np.arange(24).reshape(4, 6)
primary = fits.PrimaryHDU(ramp.astype(np.int16))
primary.header["LONG"] = "it's " + "x" * 120
primary.header["HIERARCH ESO DET CHIP"] = 3
primary.header["EXPTIME"] = (1.5e-3, "seconds")
parts = [primary]
for kind in ["uint8", "int32", "int64", "float32", "float64", "uint16"]:
    parts.append(fits.ImageHDU(ramp.astype(kind), name=kind.upper()))
scaled = fits.ImageHDU((ramp / 2).astype(np.float64), name="SCALED")
scaled.scale("int16", bscale=0.5, bzero=0)
parts.append(scaled)
blank = np.array([[1.0, np.nan], [3.0, 4.0]])
parts.append(fits.ImageHDU(blank, name="BLANK"))
fits.HDUList(parts).writeto(folder / "images.fits", overwrite=True)
primary.header["DATE"] = "2026-11-21"
parts[5].data[2, 3] += 0.25
fits.HDUList(parts).writeto(folder / "changed.fits", overwrite=True)
