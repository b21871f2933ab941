package import Documents

/// The quality report of an image: every figure with its unit, every decision with who made it.
package struct QAReport: Sendable, Hashable {
    /// The image, in numbers.
    package let imaging: Imaging
    /// What was found in it.
    package let anomalies: [Anomaly]
    /// What was decided, in order.
    package let decisions: [Decision]
    /// The quality in words, and who wrote them.
    package let summary: Summary

    /// A decision of an agent.
    package struct Decision: Sendable, Hashable {
        /// Which agent.
        package let agent: ProcessingTime.Stage
        /// What was to be decided, such as `rfiStrategy`.
        package let name: String
        /// What was decided.
        package let value: JSONValue
        /// Where the decision comes from: `model`, `repaired`, `cache`, `heuristic` or `request`.
        package let source: String
        /// Why, in words; a model's words are its own.
        package let reason: String

        /// A decision.
        package init(agent: ProcessingTime.Stage, name: String, value: JSONValue, source: String, reason: String) {
            self.agent = agent
            self.name = name
            self.value = value
            self.source = source
            self.reason = reason
        }
    }

    /// The quality in words.
    package struct Summary: Sendable, Hashable {
        /// The words.
        package let text: String
        /// Where they come from, as of a decision.
        package let source: String

        /// A summary.
        package init(text: String, source: String) {
            self.text = text
            self.source = source
        }
    }

    /// A report.
    ///
    /// - Parameters:
    ///   - imaging: the image, in numbers.
    ///   - anomalies: of that image.
    ///   - decisions: in order.
    ///   - summary: nil for one by rule (``QAReport/plainSummary(_:_:)``).
    package init(imaging: Imaging, anomalies: [Anomaly], decisions: [Decision], summary: Summary? = nil) {
        self.imaging = imaging
        self.anomalies = anomalies
        self.decisions = decisions
        self.summary = summary ?? Summary(text: Self.plainSummary(imaging, anomalies), source: "heuristic")
    }

    /// The quality in one sentence or two, by rule.
    ///
    /// - Parameters:
    ///   - imaging: the image, in numbers.
    ///   - anomalies: of that image.
    /// - Returns: text.
    package static func plainSummary(_ imaging: Imaging, _ anomalies: [Anomaly]) -> String {
        let severe = anomalies.count { $0.severity == .high }
        let excess = imaging.noise.total / imaging.noise.thermal
        let quality =
            severe > 0 || excess > poorExcess ? "needs a look" : anomalies.isEmpty ? "is good" : "is good with remarks"
        let ratio = Decimals.text(excess, 2)
        let range = imaging.dynamicRange.map { ", a dynamic range of \(Decimals.text($0, 0))" } ?? ""
        return
            "The image \(quality): noise \(Decimals.text(imaging.rmsMillijanskys, 4)) mJy/beam, \(ratio) times that of "
            + "the receivers\(range); sources: \(imaging.sources.count); anomalies: \(anomalies.count), severe: \(severe)."
    }

    /// An image with so many times the receivers' noise needs a look.
    private static let poorExcess = 3.0
}
