/// What the gateway says of running something again and of comparing.
extension Wire {
    /// The answer to a wish to run something again.
    struct Rerun: Decodable, Sendable {
        var report: Report
        var job: Job?
    }

    /// What was looked at before.
    struct Report: Decodable, Sendable {
        /// One thing that was looked at.
        struct Line: Decodable, Sendable {
            var what: String
            var level: String
            var text: String
        }

        var possible: Bool
        var lines: [Line]
    }
}

extension Wire {
    /// Two runs beside each other.
    struct Comparison: Decodable, Sendable {
        /// Something that is not the same.
        struct Difference: Decodable, Sendable {
            var what: String
            var old: String?
            var new: String?
        }

        /// What is not the same before the results.
        struct Layers: Decodable, Sendable {
            var inputs: [Difference]
            var recipe: [Difference]
            var environment: [Difference]
        }

        var verdict: String
        var sentence: String
        var reasons: [String]
        var layers: Layers
    }
}
