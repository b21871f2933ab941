extension SkyImage {
    /// The image as a FITS file (FITS Standard 4.0): 32-bit floats, a SIN projection in the ICRS, checksums.
    ///
    /// - Parameter history: sentences for HISTORY cards, after those that say what the file is.
    /// - Returns: the file.
    package func fits(history: [String] = []) -> [UInt8] {
        let data = fitsData
        let dataSum = FITSChecksum.sum(data)
        let blank = header(history, dataSum: dataSum, checksum: String(repeating: "0", count: 16)).bytes
        let checksum = FITSChecksum.text(FITSChecksum.sum(blank, adding: dataSum))
        return header(history, dataSum: dataSum, checksum: checksum).bytes + data
    }

    /// Big-endian, filled with zeros to a multiple of 2,880 bytes.
    private var fitsData: [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(pixels.count * 4 + 2880)
        for pixel in pixels {
            let bits = pixel.bitPattern
            data.append(UInt8(bits >> 24))
            data.append(UInt8(bits >> 16 & 0xFF))
            data.append(UInt8(bits >> 8 & 0xFF))
            data.append(UInt8(bits & 0xFF))
        }
        data += [UInt8](repeating: 0, count: (2880 - data.count % 2880) % 2880)
        return data
    }

    private func header(_ history: [String], dataSum: UInt32, checksum: String) -> FITSHeader {
        var header = FITSHeader()
        header.add("SIMPLE", true, "FITS Standard 4.0")
        header.add("BITPIX", -32, "IEEE single precision")
        header.add("NAXIS", 2)
        header.add("NAXIS1", size)
        header.add("NAXIS2", size)
        addContent(&header)
        addCoordinates(&header)
        header.addHistory("SIMULATED: no telescope observed this. Made by Farfield from formulas and a seed.")
        for line in history { header.addHistory(line) }
        header.add("DATASUM", "\(dataSum)", "of the data")
        header.add("CHECKSUM", checksum, "of the whole unit")
        return header
    }

    private func addContent(_ header: inout FITSHeader) {
        let (observation, beam) = (imaging.observation, imaging.beam)
        header.add("OBJECT", observation.dataset)
        header.add("TELESCOP", "SIMULATED", "a VLA-like array that does not exist")
        header.add("BUNIT", "Jy/beam")
        header.add("BTYPE", "Intensity")
        header.add("BMAJ", beam.majorArcseconds / 3600, "[deg] beam, full width at half maximum")
        header.add("BMIN", beam.minorArcseconds / 3600, "[deg]")
        header.add("BPA", beam.positionAngleDegrees, "[deg] from north through east")
        header.add("RESTFRQ", observation.frequencyGHz * 1e9, "[Hz] middle of the band")
        header.add("BANDWID", observation.bandwidthMHz * 1e6, "[Hz]")
        header.add("EXPTIME", observation.integrationSeconds, "[s] on source")
        header.add("SIMULATE", true, "SIMULATED: these are no data")
        header.add("SEED", "\(observation.seed)", "of the simulation")
        header.add("RMSNOISE", imaging.noise.total, "[Jy/beam] outside sources")
        header.add("NSOURCES", imaging.sources.count, "above 5 times the noise")
        header.add("RFIFLAG", imaging.calibration.strategy.rawValue, "strategy against interference")
        header.add("BPORDER", imaging.calibration.polynomialOrder, "order of the bandpass polynomial")
        header.add("DECONV", imaging.choice.algorithm.rawValue)
        header.add("NITER", imaging.choice.iterations)
    }

    private func addCoordinates(_ header: inout FITSHeader) {
        let projection = imaging.projection
        header.add("RADESYS", "ICRS")
        header.add("EQUINOX", 2000.0)
        header.add("CTYPE1", "RA---SIN")
        header.add("CRPIX1", projection.referencePixel)
        header.add("CDELT1", -projection.cellDegrees)
        header.add("CRVAL1", projection.centre.rightAscension)
        header.add("CUNIT1", "deg")
        header.add("CTYPE2", "DEC--SIN")
        header.add("CRPIX2", projection.referencePixel)
        header.add("CDELT2", projection.cellDegrees)
        header.add("CRVAL2", projection.centre.declination)
        header.add("CUNIT2", "deg")
        header.add("LONPOLE", 180.0)
        header.add("LATPOLE", projection.centre.declination)
    }
}
