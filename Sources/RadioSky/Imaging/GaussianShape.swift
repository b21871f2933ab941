internal import Glibc

/// The form of an elliptical Gaussian as a symmetric matrix of squared full widths at half maximum, towards east and
/// north in arc seconds: forms of Gaussians that are convolved add up.
struct GaussianShape {
    let eastEast: Double
    let eastNorth: Double
    let northNorth: Double

    init(eastEast: Double, eastNorth: Double, northNorth: Double) {
        self.eastEast = eastEast
        self.eastNorth = eastNorth
        self.northNorth = northNorth
    }

    init(_ ellipse: Beam) {
        let angle = ellipse.positionAngleDegrees * .pi / 180
        let (long, short) = (
            ellipse.majorArcseconds * ellipse.majorArcseconds, ellipse.minorArcseconds * ellipse.minorArcseconds
        )
        let (east, north) = (sin(angle), cos(angle))
        eastEast = long * east * east + short * north * north
        eastNorth = (long - short) * east * north
        northNorth = long * north * north + short * east * east
    }

    static func + (left: GaussianShape, right: GaussianShape) -> GaussianShape {
        GaussianShape(
            eastEast: left.eastEast + right.eastEast,
            eastNorth: left.eastNorth + right.eastNorth,
            northNorth: left.northNorth + right.northNorth
        )
    }

    /// The ellipse.
    var ellipse: Beam {
        let (mean, half) = ((eastEast + northNorth) / 2, (northNorth - eastEast) / 2)
        let spread = (half * half + eastNorth * eastNorth).squareRoot()
        return Beam(
            majorArcseconds: (mean + spread).squareRoot(),
            minorArcseconds: max(0, mean - spread).squareRoot(),
            positionAngleDegrees: atan2(eastNorth, half) / 2 * 180 / .pi
        )
    }

    private var determinant: Double { eastEast * northNorth - eastNorth * eastNorth }

    /// Its height where it is 1 at the middle: exp(−4·ln 2·xᵀ·C⁻¹·x).
    func value(east: Double, north: Double) -> Double {
        let form = northNorth * east * east - 2 * eastNorth * east * north + eastEast * north * north
        return exp(-4 * M_LN2 * form / determinant)
    }
}
