/// The differences of two images as colours: blue is less than before, red is more, white is the same.
struct DifferenceMap {
    /// The longest side of the picture.
    private static let longest = 512
    /// Colours 0…250 are differences, 125 is none.
    private static let (middle, onlyOnce, never): (Int, UInt8, UInt8) = (125, 251, 252)

    private let width: Int
    private let height: Int
    /// The largest difference under each pixel of the picture; nil where none is a number on both sides.
    private var differences: [Double?]
    private var hasMismatch: [Bool]

    /// Nil when the images have no two axes in common.
    ///
    /// Planes of a cube lie on top of one another: each pixel shows the largest difference of all.
    init?(_ old: FITSImage, _ new: FITSImage) {
        guard old.shape == new.shape, old.values.count == new.values.count, let columns = old.shape.first,
            !old.values.isEmpty
        else { return nil }
        let rows = old.shape.count > 1 ? old.shape[1] : 1
        let factor = max(1, (max(columns, rows) + Self.longest - 1) / Self.longest)
        width = (columns + factor - 1) / factor
        height = (rows + factor - 1) / factor
        differences = Array(repeating: nil, count: width * height)
        hasMismatch = Array(repeating: false, count: width * height)
        for index in old.values.indices {
            let (column, row) = (index % columns / factor, index / columns % rows / factor)
            let place = row * width + column
            let (first, second) = (old.values[index], new.values[index])
            if first.isFinite != second.isFinite { hasMismatch[place] = true }
            guard first.isFinite, second.isFinite else { continue }
            // Two finite numbers may be farther apart than any number.
            let most = Double.greatestFiniteMagnitude
            let difference = min(most, max(-most, second - first))
            if abs(difference) >= abs(differences[place] ?? 0) { differences[place] = difference }
        }
    }

    /// The picture; FITS counts rows from below.
    func png() -> [UInt8] {
        let largest = differences.reduce(0.0) { max($0, abs($1 ?? 0)) }
        let enlarged = max(1, 256 / max(width, height))
        var pixels: [UInt8] = []
        pixels.reserveCapacity(width * height * enlarged * enlarged)
        for row in (0..<height).reversed() {
            var line: [UInt8] = []
            for column in 0..<width {
                let colour = colour(row * width + column, largest)
                for _ in 0..<enlarged { line.append(colour) }
            }
            for _ in 0..<enlarged { pixels += line }
        }
        return PNG.file(width: width * enlarged, palette: Self.palette, pixels: pixels)
    }

    /// The square root brings small differences to light beside one large one.
    private func colour(_ place: Int, _ largest: Double) -> UInt8 {
        if hasMismatch[place] { return Self.onlyOnce }
        guard let difference = differences[place] else { return Self.never }
        guard largest > 0, difference != 0 else { return UInt8(Self.middle) }
        let size = max(1, (abs(difference) / largest).squareRoot() * Double(Self.middle))
        return UInt8(Self.middle + (difference < 0 ? -Int(size) : Int(size)))
    }

    private static let palette: [SIMD3<UInt8>] = {
        func mix(_ share: Double, _ colour: SIMD3<Double>) -> SIMD3<UInt8> {
            let mixed = SIMD3(repeating: 255 * (1 - share)) + colour * share
            return SIMD3(UInt8(mixed.x), UInt8(mixed.y), UInt8(mixed.z))
        }
        let (less, more) = (SIMD3(0.0, 60, 150), SIMD3(170.0, 20, 20))
        return (0...250).map { number in
            let distance = number - middle
            // Not white from the first step on, so that the least difference is seen.
            let share = distance == 0 ? 0 : 0.15 + 0.85 * Double(abs(distance)) / Double(middle)
            return mix(share, distance < 0 ? less : more)
        } + [SIMD3(0, 0, 0), SIMD3(190, 190, 190)]
    }()
}
