internal import Glibc

extension Imaging {
    /// The image: noise with the beam's correlation, sidelobes around the brightest source, stripes, and every source of
    /// ``sources`` at its place.
    ///
    /// The standard deviation of the noise with the stripes is ``rmsMillijanskys``; rings and sources come on top.
    ///
    /// - Returns: the image; the same for the same values.
    package func pixels() -> SkyImage {
        var canvas = Canvas(imaging: self, values: NoiseField(self).values)
        if let brightest = sources.first { canvas.add(SidelobeRings(self, around: brightest)) }
        for source in sources { canvas.add(source) }
        return SkyImage(imaging: self, pixels: canvas.values)
    }
}

/// Rings of sidelobes around the brightest source, as bright as the noise of sidelobes tells.
struct SidelobeRings {
    let column: Double
    let row: Double
    /// Of the innermost ring, janskys per beam.
    let amplitude: Double
    /// From ring to ring, in pixels.
    let spacing: Double
    /// Nothing is nearer than this, nor farther than the reach, in pixels.
    let start: Double
    let reach: Double

    /// Near a source, sidelobes are so many times stronger than in the mean; an assumption of this model.
    static let nearSourceFactor = 10.0
    /// They are no stronger than this part of the peak.
    static let largestPart = 0.05

    init(_ imaging: Imaging, around source: RadioSource) {
        column = source.column
        row = source.row
        amplitude = min(Self.largestPart * source.peakJanskysPerBeam, Self.nearSourceFactor * imaging.noise.sidelobes)
        let cell = imaging.observation.cellArcseconds
        spacing = 1.5 * imaging.beam.majorArcseconds / cell
        start = 1.5 * source.apparent.majorArcseconds / cell
        reach = start + 3 * spacing
    }

    /// Falls by e from ring to ring.
    func value(atDistance distance: Double) -> Double {
        guard distance > start, distance < reach else { return 0 }
        let rings = (distance - start) / spacing
        return amplitude * sin(2 * .pi * rings) * exp(-rings)
    }
}

/// Pixels that things are drawn on.
struct Canvas {
    let imaging: Imaging
    var values: [Float]

    private var size: Int { imaging.observation.imageSize }

    /// Whole columns or rows, counted from 0, that are within a distance of a place counted from 1.
    func span(_ place: Double, _ reach: Double) -> Range<Int> {
        let first = max(0, Int((place - 1 - reach).rounded(.up)))
        return first..<max(first, min(size, Int((place - 1 + reach).rounded(.down)) + 1))
    }

    mutating func add(_ rings: SidelobeRings) {
        for row in span(rings.row, rings.reach) {
            for column in span(rings.column, rings.reach) {
                let (x, y) = (Double(column + 1) - rings.column, Double(row + 1) - rings.row)
                values[row * size + column] += Float(rings.value(atDistance: (x * x + y * y).squareRoot()))
            }
        }
    }

    /// Out to where it is 10⁻⁷ of its peak.
    mutating func add(_ source: RadioSource) {
        let cell = imaging.observation.cellArcseconds
        let shape = GaussianShape(source.apparent)
        let reach = source.apparent.majorArcseconds / cell * 2.5
        for row in span(source.row, reach) {
            for column in span(source.column, reach) {
                let east = (source.column - Double(column + 1)) * cell
                let value = shape.value(east: east, north: (Double(row + 1) - source.row) * cell)
                values[row * size + column] += Float(source.peakJanskysPerBeam * value)
            }
        }
    }
}
