/// What a comparison found, from best to worst.
package enum Verdict: Sendable, Hashable {
    /// The bytes are the same.
    case identical
    /// The values are the same within the declared tolerances.
    case equivalent
    /// It could not be told; the reason is for a person.
    case notCompared(reason: String)
    /// Some value differs by more than is declared.
    case different

    /// Its name in JSON.
    package var name: String {
        switch self {
        case .identical: "identical"
        case .equivalent: "equivalent"
        case .notCompared: "not-compared"
        case .different: "different"
        }
    }

    /// Whether the results count as reproduced.
    package var isReproduced: Bool { self == .identical || self == .equivalent }

    private var rank: Int {
        switch self {
        case .identical: 0
        case .equivalent: 1
        case .notCompared: 2
        case .different: 3
        }
    }

    /// The worst of some verdicts; identical when there are none.
    ///
    /// - Parameter verdicts: the verdicts of the parts.
    /// - Returns: the verdict of the whole.
    package static func worst(of verdicts: some Sequence<Verdict>) -> Verdict {
        verdicts.reduce(.identical) { $1.rank > $0.rank ? $1 : $0 }
    }
}
