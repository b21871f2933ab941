/// How the image is deconvolved.
package enum ImagingAlgorithm: String, Sendable, CaseIterable, Codable {
    /// Högbom 1974, A&AS 15, 417: the brightest point again and again.
    case clean = "CLEAN"
    /// Multi-scale: Cornwell 2008, IEEE J. Sel. Top. Signal Process. 2, 793. For extended emission.
    case multiScale = "MS-CLEAN"
    /// Wide field, with w-projection: Cornwell, Golap and Bhatnagar 2008, same journal, 2, 647.
    case wideField = "WF-CLEAN"
    /// With non-negative least squares: Briggs 1995, thesis. For moderately extended bright emission.
    case nonNegative = "NNLS-CLEAN"

    /// The part of a component that one iteration takes away: an assumption of this model.
    package var loopGain: Double { self == .nonNegative ? 0.25 : 0.1 }

    /// A source of so many beams' area needs the area to this power components: an assumption of this model.
    var componentExponent: Double { self == .multiScale ? 0.5 : 1 }

    /// The part of extended emission that no iteration takes away: an assumption of this model.
    package var leftover: Double {
        switch self {
        case .clean, .wideField: 0.05
        case .multiScale: 0.01
        case .nonNegative: 0.02
        }
    }

    /// Whether it minds that the sky is not flat.
    package var correctsCurvature: Bool { self == .wideField }

    /// The time of one iteration, in that of CLEAN: an assumption of this model.
    package var cost: Double {
        switch self {
        case .clean: 1
        case .multiScale: 1.6
        case .wideField: 2
        case .nonNegative: 2.5
        }
    }
}

/// What is decided about an image.
package struct ImagingChoice: Sendable, Hashable {
    /// How it is deconvolved.
    package let algorithm: ImagingAlgorithm
    /// 100–10,000.
    package let iterations: Int
    /// The form of the restoring beam.
    package let beamShape: BeamShape

    /// The iterations that can be asked for.
    package static let iterationRange = 100...10_000

    /// A choice.
    ///
    /// - Parameters:
    ///   - algorithm: how it is deconvolved.
    ///   - iterations: 100–10,000; what is beyond is brought to the nearest.
    ///   - beamShape: the form of the restoring beam.
    package init(algorithm: ImagingAlgorithm, iterations: Int, beamShape: BeamShape) {
        self.algorithm = algorithm
        self.iterations = min(Self.iterationRange.upperBound, max(Self.iterationRange.lowerBound, iterations))
        self.beamShape = beamShape
    }
}
