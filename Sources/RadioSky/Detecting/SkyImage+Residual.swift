extension SkyImage {
    /// The pixel that is farthest from the sources' own brightness in a ring around a source.
    ///
    /// - Parameters:
    ///   - source: the middle of the ring.
    ///   - inner: its inner radius in pixels.
    ///   - outer: its outer radius in pixels.
    /// - Returns: the pixel's place, counted from 1, and what is left there in Jy/beam; nil when the ring is outside.
    func strongestResidual(near source: RadioSource, from inner: Double, to outer: Double)
        -> (column: Int, row: Int, value: Float)?
    {
        let cell = imaging.observation.cellArcseconds
        let near = imaging.sources.filter { other in
            let reach = outer + 3 * other.apparent.majorArcseconds / cell
            return abs(other.column - source.column) <= reach && abs(other.row - source.row) <= reach
        }
        let frame = Canvas(imaging: imaging, values: [])
        var best: (column: Int, row: Int, value: Float)?
        for row in frame.span(source.row, outer) {
            for column in frame.span(source.column, outer) {
                let (x, y) = (Double(column + 1) - source.column, Double(row + 1) - source.row)
                let square = x * x + y * y
                guard square >= inner * inner, square <= outer * outer else { continue }
                let model = near.reduce(0.0) { $0 + $1.brightness(column: column + 1, row: row + 1, cell: cell) }
                let left = pixels[row * size + column] - Float(model)
                if abs(left) > abs(best?.value ?? 0) { best = (column + 1, row + 1, left) }
            }
        }
        return best
    }
}

extension RadioSource {
    /// What it gives to a pixel, counted from 1, in Jy/beam; the cell is the pixel's width in arc seconds.
    fileprivate func brightness(column: Int, row: Int, cell: Double) -> Double {
        let (east, north) = ((self.column - Double(column)) * cell, (Double(row) - self.row) * cell)
        return peakJanskysPerBeam * GaussianShape(apparent).value(east: east, north: north)
    }
}
