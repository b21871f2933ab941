internal import Glibc

/// White noise convolved with the beam.
///
/// A rotated elliptical Gaussian is a Gaussian along the rows after one along a slanted line (Geusebroek, Smeulders and
/// van de Weijer 2003, IEEE Trans. Image Process. 12, 938), so two passes do; the slanted one interpolates linearly
/// what the first has made smooth.
struct CorrelatedNoise {
    /// Row by row from the bottom; the scale is arbitrary.
    let values: [Float]

    init(_ imaging: Imaging) {
        let size = imaging.observation.imageSize
        let slant = Slant(imaging.beam, cellArcseconds: imaging.observation.cellArcseconds)
        let (rowReach, columnReach) = (slant.alongRow.count / 2, slant.alongLine.count / 2)
        let side = Int((abs(slant.columnsPerRow) * Double(columnReach)).rounded(.up)) + 1
        // Margins, so that the edges are like the middle.
        let (width, height) = (size + 2 * side, size + 2 * columnReach)
        var generator = imaging.observation.generator("noise")
        var smooth = [Float](repeating: 0, count: width * height)
        for row in 0..<height {
            let white = (0..<width + 2 * rowReach).map { _ in Float(generator.gaussian()) }
            for column in 0..<width {
                var sum: Float = 0
                var place = column
                for weight in slant.alongRow {
                    sum += weight * white[place]
                    place += 1
                }
                smooth[row * width + column] = sum
            }
        }
        values = Self.slanted(smooth, width: width, size: size, side: side, slant)
    }

    private static func slanted(_ smooth: [Float], width: Int, size: Int, side: Int, _ slant: Slant) -> [Float] {
        var values = [Float](repeating: 0, count: size * size)
        let reach = slant.alongLine.count / 2
        for (number, weight) in slant.alongLine.enumerated() {
            let shift = Double(side) + slant.columnsPerRow * Double(number - reach)
            let whole = Int(shift.rounded(.down))
            let second = weight * Float(shift - Double(whole))
            let first = weight - second
            for row in 0..<size {
                var (target, source) = (row * size, (row + number) * width + whole)
                let end = target + size
                while target < end {
                    values[target] += first * smooth[source] + second * smooth[source + 1]
                    target += 1
                    source += 1
                }
            }
        }
        return values
    }
}

/// The two passes of a rotated Gaussian.
private struct Slant {
    /// Weights along a row, an odd number of them.
    let alongRow: [Float]
    /// Weights along the slanted line, one for each row, an odd number of them.
    let alongLine: [Float]
    /// How far the line goes to the side from one row to the next.
    let columnsPerRow: Double

    init(_ beam: Beam, cellArcseconds: Double) {
        let shape = GaussianShape(beam)
        let pixels = 8 * M_LN2 * cellArcseconds * cellArcseconds
        // East is to the left: columns go down as east goes up.
        let (across, mixed, along) = (shape.eastEast / pixels, -shape.eastNorth / pixels, shape.northNorth / pixels)
        columnsPerRow = mixed / along
        alongRow = Self.weights(variance: across - mixed * mixed / along)
        alongLine = Self.weights(variance: along)
    }

    /// A Gaussian out to three standard deviations.
    private static func weights(variance: Double) -> [Float] {
        let reach = Int((3 * variance.squareRoot()).rounded(.up))
        return (-reach...reach).map { Float(exp(-Double($0 * $0) / (2 * variance))) }
    }
}
