internal import Glibc

/// The SIN projection of an interferometer's image (Calabretta and Greisen 2002, A&A 395, 1077, §5.1.5).
package struct SkyProjection: Sendable, Hashable {
    /// The direction of the reference pixel.
    package let centre: SkyPosition
    /// Degrees.
    package let cellDegrees: Double
    /// Pixels on a side.
    package let size: Int

    /// The reference pixel's column and row, counted from 1: right of and above the middle.
    package var referencePixel: Double { Double(size / 2 + 1) }

    init(_ observation: RadioObservation) {
        centre = observation.centre
        cellDegrees = observation.cellArcseconds / 3600
        size = observation.imageSize
    }

    /// The direction of a place in the image.
    ///
    /// - Parameters:
    ///   - column: counted from 1 at the left, with fraction.
    ///   - row: counted from 1 at the bottom, with fraction.
    /// - Returns: the direction.
    package func position(column: Double, row: Double) -> SkyPosition {
        let cell = cellDegrees * .pi / 180
        let (east, north) = (-(column - referencePixel) * cell, (row - referencePixel) * cell)
        let towards = max(0, 1 - east * east - north * north).squareRoot()
        let declination = centre.declination * .pi / 180
        let turn = atan2(east, towards * cos(declination) - north * sin(declination))
        let height = asin(min(1, max(-1, north * cos(declination) + towards * sin(declination))))
        return SkyPosition(
            rightAscension: centre.rightAscension + turn * 180 / .pi,
            declination: height * 180 / .pi
        )
    }

    /// The place of a direction in the image, counted from 1, with fraction.
    package func pixel(_ position: SkyPosition) -> (column: Double, row: Double) {
        let cell = cellDegrees * .pi / 180
        let (declination, middle) = (position.declination * .pi / 180, centre.declination * .pi / 180)
        let turn = (position.rightAscension - centre.rightAscension) * .pi / 180
        let east = cos(declination) * sin(turn)
        let north = sin(declination) * cos(middle) - cos(declination) * sin(middle) * cos(turn)
        return (referencePixel - east / cell, referencePixel + north / cell)
    }
}
