internal import Glibc

/// Noise that is correlated as the beam, and stripes of interference: an image without sources.
struct NoiseField {
    /// Its side in pixels.
    let size: Int
    /// Row by row from the bottom; the mean is 0 and the standard deviation the noise of the image, exactly.
    var values: [Float]

    /// At most so much of the variance is in stripes, so that the noise stays nearly Gaussian.
    static let largestStripeShare = 0.3

    init(_ imaging: Imaging) {
        size = imaging.observation.imageSize
        values = CorrelatedNoise(imaging).values
        let share = Self.stripeShare(imaging.noise)
        Self.standardise(&values, to: 1)
        let stripes = Stripes(imaging.observation)
        let (plain, striped) = (Float((1 - share).squareRoot()), Float((2 * share).squareRoot()))
        if share > 0 {
            var index = 0
            for row in 0..<size {
                let steps = stripes.row(row, size: size)
                for column in 0..<size {
                    values[index] = plain * values[index] + striped * steps[column]
                    index += 1
                }
            }
        }
        Self.standardise(&values, to: imaging.noise.total)
    }

    /// The part of the variance that is interference.
    static func stripeShare(_ noise: NoiseBudget) -> Double {
        min(largestStripeShare, noise.interference * noise.interference / (noise.total * noise.total))
    }

    /// Brings the mean to 0 and the standard deviation to a number.
    static func standardise(_ values: inout [Float], to deviation: Double) {
        var (sum, squares) = (0.0, 0.0)
        for value in values {
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        let mean = sum / Double(values.count)
        let scale = Float(deviation / max(1e-300, squares / Double(values.count) - mean * mean).squareRoot())
        let middle = Float(mean)
        for index in values.indices { values[index] = (values[index] - middle) * scale }
    }
}

/// The pattern of interference that stands still while the sky moves: parallel waves, roughly from east to west.
struct Stripes {
    /// Radians per pixel along a row and along a column.
    let alongRow: Double
    let alongColumn: Double
    /// Radians at the lower left pixel.
    let phase: Double

    init(_ observation: RadioObservation) {
        var generator = observation.generator("stripes")
        let beamPixels = observation.zenithBeamArcseconds / observation.cellArcseconds
        let period = beamPixels * generator.uniform(4, 8)
        let tilt = generator.uniform(-20, 20) * .pi / 180
        alongRow = 2 * .pi / period * sin(tilt)
        alongColumn = 2 * .pi / period * cos(tilt)
        phase = generator.uniform(0, 2 * .pi)
    }

    /// A row of the pattern, between −1 and 1.
    func row(_ row: Int, size: Int) -> [Float] {
        let start = phase + alongColumn * Double(row)
        return (0..<size).map { Float(cos(start + alongRow * Double($0))) }
    }

    /// The row of the crest that is nearest to the middle of a column, counted from 0.
    func crest(column: Double, middle: Double) -> Double {
        let angle = phase + alongRow * column + alongColumn * middle
        return middle + ((angle / (2 * .pi)).rounded() * 2 * .pi - angle) / alongColumn
    }
}
