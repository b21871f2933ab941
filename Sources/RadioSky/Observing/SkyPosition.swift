internal import Glibc

/// A direction on the sky in the ICRS.
package struct SkyPosition: Sendable, Hashable {
    /// Degrees, from 0 to below 360.
    package let rightAscension: Double
    /// Degrees, from −90 to 90.
    package let declination: Double

    /// A direction; right ascension is brought to one turn, declination is cut at the poles.
    ///
    /// - Parameters:
    ///   - rightAscension: degrees, a finite number.
    ///   - declination: degrees, a finite number.
    package init(rightAscension: Double, declination: Double) {
        let rest = rightAscension.truncatingRemainder(dividingBy: 360)
        let turned = rest < 0 ? rest + 360 : rest
        self.rightAscension = turned >= 360 ? 0 : turned
        // The larger of a number and none is the number.
        self.declination = declination.isFinite ? min(90, max(-90, declination)) : .nan
    }

    /// False for angles that were not finite.
    package var isDirection: Bool {
        rightAscension >= 0 && rightAscension < 360 && declination >= -90 && declination <= 90
    }

    /// Both angles as text, such as `15h32m00.00s +42d15m00.0s`, which astropy's `SkyCoord` reads.
    package var sexagesimal: String { "\(hours) \(degrees)" }

    /// Right ascension in hours, minutes and seconds of time to 0.01 s.
    package var hours: String {
        guard isDirection else { return "no right ascension" }
        // Rounded before it is split, so that there is never a 60.00 s.
        let hundredths = Int((rightAscension / 15 * 360_000).rounded()) % (24 * 360_000)
        let (minutes, rest) = (hundredths / 6_000, hundredths % 6_000)
        return "\(Decimals.digits(minutes / 60))h\(Decimals.digits(minutes % 60))m"
            + "\(Decimals.digits(rest / 100)).\(Decimals.digits(rest % 100))s"
    }

    /// Declination in degrees, minutes and seconds of arc to 0.1″.
    package var degrees: String {
        guard isDirection else { return "no declination" }
        let tenths = Int((abs(declination) * 36_000).rounded())
        let (minutes, rest) = (tenths / 600, tenths % 600)
        return "\(declination < 0 && tenths > 0 ? "-" : "+")\(Decimals.digits(minutes / 60))d"
            + "\(Decimals.digits(minutes % 60))m\(Decimals.digits(rest / 10)).\(rest % 10)s"
    }

    /// The angle to another direction in degrees, by the haversine: exact for small angles too.
    package func separation(to other: SkyPosition) -> Double {
        let (north, east) = (
            (other.declination - declination) * .pi / 360, (other.rightAscension - rightAscension) * .pi / 360
        )
        let product = cos(declination * .pi / 180) * cos(other.declination * .pi / 180)
        let chord = sin(north) * sin(north) + product * sin(east) * sin(east)
        return 2 * asin(min(1, chord.squareRoot())) * 180 / .pi
    }
}
