/// Compares two images pixel by pixel.
enum ImageComparer {
    /// The most differences kept for the quantiles; of more, every second, third, … one.
    private static let sample = 1_000_000

    static func compare(_ old: FITSImage, _ new: FITSImage, name: String, rules: FileRules, limits: ComparisonLimits)
        -> ImageComparison
    {
        var result = ImageComparison(oldShape: old.shape, newShape: new.shape)
        guard old.shape == new.shape, old.values.count == new.values.count else { return result }
        let tolerance = rules.tolerance(column: name) ?? rules.tolerance
        let stride = max(1, old.values.count / sample)
        let areExact = !old.exact.isEmpty && old.exact.count == new.exact.count
        var (squares, largest, finite) = (0.0, -1.0, 0)
        var sizes: [Double] = []
        for index in old.values.indices {
            let (first, second) = (old.values[index], new.values[index])
            result.compared += 1
            if first.isFinite != second.isFinite { result.nanMismatches += 1 }
            if first.isFinite, second.isFinite { finite += 1 }
            if first == second, !areExact || old.exact[index] == new.exact[index] { continue }
            // Not numbers on both sides: the same only where the rules say so.
            let isWithin =
                tolerance.allows(second, for: first, nanEqual: rules.nanEqual)
                && (first != second || tolerance != .exact)
            let size = abs(second - first)
            if size.isFinite {
                squares += size * size
                if index.isMultiple(of: stride) || size > largest { sizes.append(size) }
                if size > largest {
                    largest = size
                    result.worst = pixel(old, index, second)
                }
            }
            if isWithin {
                if !first.isNaN { result.within += 1 }
                continue
            }
            result.differing += 1
            if result.pixels.count < limits.details { result.pixels.append(pixel(old, index, second)) }
        }
        result.rootMeanSquare = finite > 0 ? (squares / Double(finite)).squareRoot() : 0
        result.differences = Quantiles(sizes)
        return result
    }

    private static func pixel(_ old: FITSImage, _ index: Int, _ new: Double) -> ImageComparison.Pixel {
        var place: [Int] = []
        var rest = index
        for length in old.shape {
            place.append(rest % max(1, length) + 1)
            rest /= max(1, length)
        }
        return ImageComparison.Pixel(place: place, old: old.values[index], new: new)
    }
}
