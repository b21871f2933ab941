package import Comparison

/// What two runs came to, and why; a pure decision on what was found.
package struct RunVerdict: Sendable, Hashable {
    /// How the results compare.
    ///
    /// Only results count: another environment explains a difference and makes none.
    package let verdict: Verdict
    /// The verdict and its cause, for a person.
    package let sentence: String
    /// Why the verdict is not better, one sentence for each cause.
    package let reasons: [String]

    /// Judges two runs.
    ///
    /// - Parameters:
    ///   - old: how the original ended.
    ///   - new: how the other ended.
    ///   - layers: what is not the same before the results.
    ///   - files: their results.
    ///   - count: how many files the original and the other have.
    init(_ old: Ending.State, _ new: Ending.State, layers: [RunLayer], files: FolderComparison, count: (Int, Int)) {
        let causes = layers.flatMap { layer in layer.kind == .environment ? [] : layer.differences.map(\.told) }
        if let obstacle = Self.obstacle(old, new, count) {
            verdict = .notCompared(reason: obstacle)
            sentence = "Not compared: \(obstacle)."
            reasons = [obstacle] + causes
            return
        }
        verdict = files.verdict
        reasons = verdict == .identical ? [] : files.reasons + causes
        let details = files.changed.count == 1 && files.added.isEmpty && files.removed.isEmpty && files.renamed.isEmpty
        let found = details ? "\(files.changed[0].path): \(files.changed[0].sentence)" : files.sentence
        let told =
            switch files.verdict {
            case .identical: "The results are identical. \(files.sentence)"
            case .equivalent: "The results are the same within tolerance. \(found)"
            case .different: "The results differ. \(found)"
            case .notCompared: "Some results could not be compared. \(found)"
            }
        sentence = "\(told) \(Self.because(layers, isReproduced: files.verdict.isReproduced))"
    }

    private static func obstacle(_ old: Ending.State, _ new: Ending.State, _ count: (Int, Int)) -> String? {
        if old != .completed { return "the original did not complete, it is \(old.rawValue)" }
        if new != .completed { return "the other run did not complete, it is \(new.rawValue)" }
        return count == (0, 0) ? "neither run has results" : nil
    }

    /// What explains it.
    private static func because(_ layers: [RunLayer], isReproduced: Bool) -> String {
        func list(_ kind: RunLayer.Kind) -> [String] {
            layers.first { $0.kind == kind }?.differences.map(\.what) ?? []
        }
        func words(_ names: [String]) -> String {
            names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        let asked = list(.inputs) + list(.recipe)
        let place = list(.environment)
        switch (asked.isEmpty, place.isEmpty) {
        case (false, _): return "What went in is not the same: \(words(asked))."
        case (true, false): return "Inputs and recipe are the same; the environment is not: \(words(place))."
        case (true, true):
            return isReproduced
                ? "Inputs, recipe and environment are the same."
                : "Inputs, recipe and environment are the same: the program itself does not always give the same."
        }
    }
}

extension RunLayer.Difference {
    /// The difference in one sentence.
    fileprivate var told: String {
        switch (old, new) {
        case (let old?, let new?): "\(what) was \(old) and is \(new)."
        case (let old?, nil): "\(what) was \(old) and is gone."
        case (nil, let new?): "\(what) is new: \(new)."
        case (nil, nil): "\(what) is not known."
        }
    }
}
