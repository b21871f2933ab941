internal import Glibc

extension Imaging {
    /// The sources of the image, the brightest first.
    package var catalogue: CatalogueTable {
        CatalogueTable(
            name: "sources",
            description: "Simulated sources with a peak of at least 5 times the noise; values are what was put in.",
            remarks: remarks,
            columns: places + fluxes + shapes
        )
    }

    /// What every file of an image tells of itself.
    var remarks: [CatalogueTable.Remark] {
        [
            .init("simulated", "true: no telescope observed this"),
            .init("dataset", observation.dataset),
            .init("seed", "\(observation.seed)"),
            .init("frequency_ghz", "\(observation.frequencyGHz)"),
            .init("rms_mjy_per_beam", "\(rmsMillijanskys)"),
            .init("beam_major_arcsec", "\(beam.majorArcseconds)"),
            .init("beam_minor_arcsec", "\(beam.minorArcseconds)"),
            .init("beam_position_angle_deg", "\(beam.positionAngleDegrees)"),
        ]
    }

    private func numbers(_ value: (RadioSource) -> Double) -> CatalogueTable.Values { .numbers(sources.map(value)) }

    private var places: [CatalogueTable.Column] {
        let ratio = { [noise] (source: RadioSource) in source.peakJanskysPerBeam / noise.total }
        return [
            .init("name", meaning: "meta.id;meta.main", "Designation by position", .texts(sources.map(\.name))),
            .init(
                "ra",
                unit: "deg",
                meaning: "pos.eq.ra;meta.main",
                "Right ascension, ICRS",
                numbers(\.position.rightAscension)
            ),
            .init(
                "dec",
                unit: "deg",
                meaning: "pos.eq.dec;meta.main",
                "Declination, ICRS",
                numbers(\.position.declination)
            ),
            // Condon 1997, PASP 109, 166, for a source as wide as the correlation of the noise.
            .init(
                "position_error",
                unit: "arcsec",
                meaning: "stat.error;pos",
                "Error that a fit would have along the long axis",
                numbers { $0.apparent.majorArcseconds / (2 * (2 * M_LN2).squareRoot() * ratio($0)) }
            ),
            .init("x", unit: "pix", meaning: "pos.cartesian.x;instr.pixel", "Column from 1", numbers(\.column)),
            .init("y", unit: "pix", meaning: "pos.cartesian.y;instr.pixel", "Row from 1 at the bottom", numbers(\.row)),
            .init("signal_to_noise", meaning: "stat.snr", "Peak over the noise of the image", numbers(ratio)),
        ]
    }

    private var fluxes: [CatalogueTable.Column] {
        let milli = { [noise] (_: RadioSource) in noise.total * 1000 }
        return [
            .init(
                "peak",
                unit: "mJy/beam",
                meaning: "phot.flux.density;em.radio;stat.max",
                "Brightest point as restored",
                numbers { $0.peakJanskysPerBeam * 1000 }
            ),
            .init(
                "peak_error",
                unit: "mJy/beam",
                meaning: "stat.error;phot.flux.density;em.radio",
                "Noise of the image",
                numbers(milli)
            ),
            .init(
                "integrated",
                unit: "mJy",
                meaning: "phot.flux.density;em.radio",
                "Integrated flux density",
                numbers { $0.integratedJanskys * 1000 }
            ),
            .init(
                "integrated_error",
                unit: "mJy",
                meaning: "stat.error;phot.flux.density;em.radio",
                "Error that a fit would have",
                numbers { $0.integratedJanskys / $0.peakJanskysPerBeam * milli($0) }
            ),
            .init(
                "spectral_index",
                meaning: "spect.index;em.radio",
                "S goes as frequency to this",
                numbers(\.spectralIndex)
            ),
            .init("variability", meaning: "src.var.amplitude", "Change since an earlier epoch", numbers(\.variability)),
        ]
    }

    private var shapes: [CatalogueTable.Column] {
        [
            .init(
                "major",
                unit: "arcsec",
                meaning: "phys.angSize.smajAxis",
                "Intrinsic full width at half maximum, long axis",
                numbers(\.majorArcseconds)
            ),
            .init(
                "minor",
                unit: "arcsec",
                meaning: "phys.angSize.sminAxis",
                "Intrinsic full width at half maximum, short axis",
                numbers(\.minorArcseconds)
            ),
            .init(
                "position_angle",
                unit: "deg",
                meaning: "pos.posAng",
                "Of the long axis, from up through left in the image",
                numbers(\.positionAngleDegrees)
            ),
        ]
    }
}

extension SkyImage {
    /// Anomalies as a table.
    ///
    /// - Parameter anomalies: of this image.
    /// - Returns: a row for each.
    package func table(of anomalies: [Anomaly]) -> CatalogueTable {
        let numbers = { (value: (Anomaly) -> Double) in CatalogueTable.Values.numbers(anomalies.map(value)) }
        let texts = { (value: (Anomaly) -> String) in CatalogueTable.Values.texts(anomalies.map(value)) }
        return CatalogueTable(
            name: "anomalies",
            description: "What a person should look at in a simulated image.",
            remarks: imaging.remarks,
            columns: [
                .init("type", meaning: "meta.code.class", "Kind of anomaly", texts(\.kind.rawValue)),
                .init("ra", unit: "deg", meaning: "pos.eq.ra;meta.main", "ICRS", numbers(\.position.rightAscension)),
                .init("dec", unit: "deg", meaning: "pos.eq.dec;meta.main", "ICRS", numbers(\.position.declination)),
                .init(
                    "position",
                    meaning: "meta.note",
                    "Right ascension and declination",
                    texts(\.position.sexagesimal)
                ),
                .init("x", unit: "pix", meaning: "pos.cartesian.x;instr.pixel", "Column from 1", numbers(\.column)),
                .init("y", unit: "pix", meaning: "pos.cartesian.y;instr.pixel", "Row from 1", numbers(\.row)),
                .init(
                    "peak",
                    unit: "mJy/beam",
                    meaning: "phot.flux.density;em.radio",
                    "Strength",
                    numbers(\.peakMillijanskys)
                ),
                .init("signal_to_noise", meaning: "stat.snr", "Strength over noise", numbers(\.signalToNoise)),
                .init("severity", meaning: "meta.code.qual", "low, medium or high", texts(\.severity.rawValue)),
                .init("description", meaning: "meta.note", "In words", texts(\.description)),
            ]
        )
    }
}
