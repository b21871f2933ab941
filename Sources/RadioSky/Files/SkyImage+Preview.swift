internal import Glibc

extension SkyImage {
    /// A picture for people: north up, east to the left, faint things stretched, the beam in the lower left corner.
    ///
    /// - Returns: a PNG file, as many pixels as the image.
    package func preview() -> [UInt8] {
        var colours = [UInt8](repeating: 0, count: pixels.count)
        let noise = imaging.noise.total
        let brightest = max(40 * noise, imaging.sources.first?.peakJanskysPerBeam ?? 0)
        // From three times the noise below zero, linear to about two times the noise, then logarithmic.
        let scale = 250 / asinh((brightest + 3 * noise) / (2 * noise))
        for row in 0..<size {
            let (source, target) = (row * size, (size - 1 - row) * size)
            for column in 0..<size {
                let height = max(0, Double(pixels[source + column]) + 3 * noise) / (2 * noise)
                colours[target + column] = UInt8(min(250, asinh(height) * scale))
            }
        }
        drawBeam(&colours)
        return PNG.file(
            width: size,
            palette: Self.palette,
            pixels: colours,
            title: "Simulated image of \(imaging.observation.dataset), seed \(imaging.observation.seed)"
        )
    }

    /// The beam, in its true size, white on black in a frame.
    private func drawBeam(_ colours: inout [UInt8]) {
        let cell = imaging.observation.cellArcseconds
        let shape = GaussianShape(imaging.beam)
        let half = Int((imaging.beam.majorArcseconds / cell / 2).rounded(.up)) + 4
        guard 2 * half + 6 <= size else { return }
        let (column, row) = (half + 4, size - half - 5)
        for y in -half...half {
            for x in -half...half {
                let isFrame = abs(x) == half || abs(y) == half
                // Within half of the peak: rows of the picture go down as north goes up.
                let isBeam = shape.value(east: -Double(x) * cell, north: -Double(y) * cell) >= 0.5
                colours[(row + y) * size + column + x] = isFrame || isBeam ? 255 : 0
            }
        }
    }

    /// Colours that grow evenly brighter, so that they mean the same in grey; the last is white.
    ///
    /// The cube helix of Green 2011, Bull. Astron. Soc. India 39, 289, with start 0.5, −1.5 rotations, hue 1, gamma 1.
    static let palette: [SIMD3<UInt8>] = (0..<256).map { number in
        let part = Double(min(250, number)) / 250
        let angle = 2 * Double.pi * (0.5 / 3 + 1 - 1.5 * part)
        let depth = part * (1 - part) / 2
        let red = part + depth * (-0.14861 * cos(angle) + 1.78277 * sin(angle))
        let green = part + depth * (-0.29227 * cos(angle) - 0.90649 * sin(angle))
        let blue = part + depth * 1.97294 * cos(angle)
        return SIMD3(UInt8(level(red)), UInt8(level(green)), UInt8(level(blue)))
    }

    private static func level(_ part: Double) -> Double { (min(1, max(0, part)) * 255).rounded() }
}
