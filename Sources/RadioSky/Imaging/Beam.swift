internal import Glibc

/// The restoring beam: an elliptical Gaussian.
package struct Beam: Sendable, Hashable {
    /// Full width at half maximum along the long axis, arc seconds.
    package let majorArcseconds: Double
    /// Full width at half maximum along the short axis, arc seconds.
    package let minorArcseconds: Double
    /// From north through east, 0 to below 180 degrees; 0 for a circle.
    package let positionAngleDegrees: Double

    /// A beam.
    ///
    /// - Parameters:
    ///   - majorArcseconds: full width at half maximum along the long axis.
    ///   - minorArcseconds: full width at half maximum along the short axis.
    ///   - positionAngleDegrees: from north through east.
    package init(majorArcseconds: Double, minorArcseconds: Double, positionAngleDegrees: Double) {
        self.majorArcseconds = max(majorArcseconds, minorArcseconds)
        self.minorArcseconds = min(majorArcseconds, minorArcseconds)
        let turned = positionAngleDegrees - 180 * (positionAngleDegrees / 180).rounded(.down)
        self.positionAngleDegrees = turned >= 180 ? 0 : turned
    }

    /// The solid angle in square arc seconds: π·a·b / (4·ln 2).
    package var squareArcseconds: Double { .pi * majorArcseconds * minorArcseconds / (4 * M_LN2) }
}

/// The form that the restoring beam is given.
package enum BeamShape: String, Sendable, CaseIterable, Codable {
    /// A circle as wide as the long axis.
    case circular
    /// What the antennas' places and the source's height give.
    case elliptical
}

extension RadioObservation {
    /// The VLA's latitude in degrees; fields south of −40° are observed from the mirrored latitude.
    private var latitudeDegrees: Double { centre.declination < -40 ? -34.0784 : 34.0784 }

    /// The width of the beam at the zenith in arc seconds: 1.15·λ/B_max for uniform weighting (VLA Observational Status
    /// Summary, Resolution: 0.65″, 2.1″, 7.0″ and 23″ at 3 GHz), times 1.2 for robust weighting.
    package var zenithBeamArcseconds: Double {
        let wavelengthMetres = 0.299_792_458 / frequencyGHz
        return 1.2 * 1.15 * wavelengthMetres / (configuration.longestBaselineKilometres * 1000) * 648_000 / .pi
    }

    /// The beam before anybody chooses its shape.
    ///
    /// Baselines are foreshortened towards the zenith by the cosine of the zenith distance, so the beam is longer in that
    /// direction, which is the parallactic angle; the hour angle, within ±2 h, is drawn from the seed.
    package var naturalBeam: Beam {
        var generator = generator("hour angle")
        let hourAngle = generator.uniform(-30, 30) * .pi / 180
        let (latitude, declination) = (latitudeDegrees * .pi / 180, centre.declination * .pi / 180)
        let height = sin(latitude) * sin(declination) + cos(latitude) * cos(declination) * cos(hourAngle)
        let parallactic = atan2(
            sin(hourAngle) * cos(latitude),
            sin(latitude) * cos(declination) - cos(latitude) * sin(declination) * cos(hourAngle)
        )
        let width = zenithBeamArcseconds
        return Beam(
            majorArcseconds: width / min(1, max(0.3, height)),
            minorArcseconds: width,
            positionAngleDegrees: parallactic * 180 / .pi
        )
    }

    /// The beam that is restored with.
    package func beam(_ shape: BeamShape) -> Beam {
        let beam = naturalBeam
        guard shape == .circular else { return beam }
        let width = beam.majorArcseconds
        return Beam(majorArcseconds: width, minorArcseconds: width, positionAngleDegrees: 0)
    }

    /// The width of a pixel in arc seconds: a quarter of the beam at the zenith, with two significant digits.
    ///
    /// It does not depend on any decision, nor does the field.
    package var cellArcseconds: Double { Decimals.rounded(zenithBeamArcseconds / 4, digits: 2) }

    /// The area of the image in steradians.
    package var fieldSteradians: Double {
        let width = cellArcseconds * Double(imageSize) * .pi / 648_000
        return width * width
    }
}
