internal import Glibc

/// A direction on the sky as a unit vector: no seam at 0°, no poles.
struct SkyPosition {
    let x: Double
    let y: Double
    let z: Double

    /// Right ascension and declination in degrees; nil when they are no direction.
    init?(rightAscension: Double, declination: Double) {
        guard rightAscension.isFinite, abs(rightAscension) <= 1e6, declination >= -90, declination <= 90 else {
            return nil
        }
        let (alpha, delta) = (rightAscension * .pi / 180, declination * .pi / 180)
        x = cos(delta) * cos(alpha)
        y = cos(delta) * sin(alpha)
        z = sin(delta)
    }

    /// The angle between two directions in arc seconds, by the haversine: exact for small angles too.
    func separation(to other: SkyPosition) -> Double {
        let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
        // The chord's square is four haversines.
        return 2 * asin(min(1, (dx * dx + dy * dy + dz * dz).squareRoot() / 2)) * 648_000 / .pi
    }

    /// The chord of an angle in arc seconds.
    static func chord(_ arcSeconds: Double) -> Double { 2 * sin(min(arcSeconds * .pi / 648_000, .pi) / 2) }
}

/// Directions sorted into cubes as wide as the radius of the search: neighbours stand in 27 of them.
struct SkyIndex {
    private let side: Double
    private let cells: [Int: [Int]]
    private let positions: [SkyPosition?]

    init(_ positions: [SkyPosition?], radius: Double) {
        // Not finer than 0.2 arc seconds, so that three numbers of a cube fit in one.
        side = max(SkyPosition.chord(radius) * 1.000_001, 1e-6)
        var cells: [Int: [Int]] = [:]
        for (index, position) in positions.enumerated() {
            guard let position else { continue }
            cells[SkyIndex.key(SkyIndex.cube(position, side), 0, 0, 0), default: []].append(index)
        }
        self.cells = cells
        self.positions = positions
    }

    /// Calls `body` with each place in the list that may be near.
    func visit(near position: SkyPosition, _ body: (Int, SkyPosition) throws(ReadingError) -> Void)
        throws(ReadingError)
    {
        let cube = SkyIndex.cube(position, side)
        for dx in -1...1 {
            for dy in -1...1 {
                for dz in -1...1 {
                    guard let members = cells[SkyIndex.key(cube, dx, dy, dz)] else { continue }
                    for index in members { if let other = positions[index] { try body(index, other) } }
                }
            }
        }
    }

    private static func cube(_ position: SkyPosition, _ side: Double) -> SIMD3<Int> {
        SIMD3(
            Int((position.x / side).rounded(.down)),
            Int((position.y / side).rounded(.down)),
            Int((position.z / side).rounded(.down))
        )
    }

    /// Each number is within ±1,000,001, so 21 bits each.
    private static func key(_ cube: SIMD3<Int>, _ dx: Int, _ dy: Int, _ dz: Int) -> Int {
        ((cube.x + dx + 1_048_576) << 42) | ((cube.y + dy + 1_048_576) << 21) | (cube.z + dz + 1_048_576)
    }
}
