internal import Glibc

/// From directions to a plane, east on the left as on every chart of the sky.
struct SkyProjection {
    /// How directions become places on the plane.
    private enum Kind { case tangent(SkyPosition, east: SkyPosition, north: SkyPosition), hammer(centre: Double) }

    private let kind: Kind
    /// Whether the middle of the frame stands for all of it, so that its width is an angle.
    var isFlat: Bool { if case .tangent = kind { true } else { false } }
    /// What it is, for a caption.
    let caption: String

    /// The tangent plane when all places are within 40° of their middle, otherwise the whole sky (Hammer).
    init(_ marks: [TableComparison.Mark]) {
        let places = marks.compactMap { SkyPosition($0) }
        let sum = places.reduce(SIMD3<Double>()) { $0 + SIMD3($1.x, $1.y, $1.z) }
        let length = (sum * sum).sum().squareRoot()
        let middle = length > 1e-9 ? sum / length : SIMD3(1, 0, 0)
        let alpha = atan2(middle.y, middle.x) * 180 / .pi
        let delta = asin(max(-1, min(1, middle.z))) * 180 / .pi
        let rightAscension = alpha < 0 ? alpha + 360 : alpha
        let isNear = places.allSatisfy { (SIMD3($0.x, $0.y, $0.z) * middle).sum() > cos(40 * Double.pi / 180) }
        guard isNear, let centre = SkyPosition(rightAscension: rightAscension, declination: delta),
            let east = SkyPosition(rightAscension: rightAscension + 90, declination: 0),
            let north = SkyPosition(
                rightAscension: delta >= 0 ? rightAscension + 180 : rightAscension,
                declination: 90 - abs(delta)
            )
        else {
            kind = .hammer(centre: rightAscension)
            caption = "whole sky, RA \(Decimals.text(rightAscension, 1))° in the middle, east is left"
            return
        }
        kind = .tangent(centre, east: east, north: north)
        caption =
            "around RA \(Decimals.text(rightAscension, 4))°, Dec \(Decimals.text(delta, 4))°, north is up, east is left"
    }

    /// The place of a mark, in degrees near the middle; nil when it cannot be drawn.
    func place(_ mark: TableComparison.Mark) -> (x: Double, y: Double)? {
        guard let position = SkyPosition(mark) else { return nil }
        switch kind {
        case .tangent(let centre, let east, let north):
            let depth = position.dot(centre)
            guard depth > 0.1 else { return nil }
            return (-position.dot(east) / depth * 180 / .pi, position.dot(north) / depth * 180 / .pi)
        case .hammer(let centre):
            var longitude = (mark.rightAscension - centre).remainder(dividingBy: 360)
            longitude *= .pi / 180
            let latitude = mark.declination * .pi / 180
            let scale = (2 / (1 + cos(latitude) * cos(longitude / 2))).squareRoot() * 180 / .pi
            return (-scale * 2 * cos(latitude) * sin(longitude / 2), scale * sin(latitude))
        }
    }
}

extension SkyPosition {
    init?(_ mark: TableComparison.Mark) {
        self.init(rightAscension: mark.rightAscension, declination: mark.declination)
    }

    fileprivate func dot(_ other: SkyPosition) -> Double { x * other.x + y * other.y + z * other.z }
}
