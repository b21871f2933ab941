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
