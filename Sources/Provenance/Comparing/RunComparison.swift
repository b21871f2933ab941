package import Comparison
package import Documents

/// Two ended runs beside each other.
package struct RunComparison: Sendable {
    /// One of them, as it is named to readers.
    package struct Side: Sendable, Hashable {
        /// The analysis or the job that was asked for.
        package let id: String
        /// Its title or name.
        package let title: String
        /// The job.
        package let job: String
        /// The site it ran at.
        package let site: String
        /// How it ended.
        package let state: Ending.State
    }

    /// The original.
    package let left: Side
    /// The other.
    package let right: Side
    /// What is not the same before the results.
    package let layers: [RunLayer]
    /// Their results.
    package let files: FolderComparison
    /// Where the tolerances come from.
    package let rules: TemplateRules
    /// What it came to.
    package let outcome: RunVerdict

    init(_ left: RunSide, _ right: RunSide, files: FolderComparison, rules: TemplateRules) {
        (self.left, self.right) = (left.shown, right.shown)
        layers = RunLayer.all(left.manifest, right.manifest)
        self.files = files
        self.rules = rules
        outcome = RunVerdict(
            left.manifest.ending.state,
            right.manifest.ending.state,
            layers: layers,
            files: files,
            count: (left.files.count, right.files.count)
        )
    }

    /// The comparison as JSON; the same comparison gives the same text.
    package var json: JSONValue {
        var reason: JSONValue = .null
        if case .notCompared(let text) = outcome.verdict { reason = .string(text) }
        return [
            "left": left.json, "right": right.json, "verdict": .string(outcome.verdict.name), "reason": reason,
            "sentence": .string(outcome.sentence),
            "reasons": .array(outcome.reasons.prefix(100).map { .string($0) }),
            "layers": .object(
                Dictionary(layers.map { ($0.kind.rawValue, $0.json) }) { first, _ in first }
            ),
            "rules": ["from": .string(rules.told), "declared": rules.rules.jsonValue],
            "files": files.jsonValue,
        ]
    }
}

extension RunComparison.Side {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "title": .string(title), "job": .string(job), "site": .string(site),
            "state": .string(state.rawValue),
        ]
    }
}

extension RunLayer {
    fileprivate var json: JSONValue {
        .array(
            differences.map { difference in
                [
                    "what": .string(difference.what), "old": difference.old.map { .string($0) } ?? .null,
                    "new": difference.new.map { .string($0) } ?? .null,
                ]
            }
        )
    }
}
