/// How some sizes are spread: half of them are at most `median`, and so on.
package struct Quantiles: Sendable, Hashable {
    /// Half of the values are at most this.
    package let median: Double
    /// Nine of ten are at most this.
    package let ninetieth: Double
    /// 99 of 100 are at most this.
    package let ninetyNinth: Double
    /// The largest.
    package let maximum: Double

    /// Of finite numbers; nil when there are none.
    ///
    /// - Parameter values: in any order.
    package init?(_ values: [Double]) {
        let sorted = values.filter(\.isFinite).sorted()
        guard let last = sorted.last else { return nil }
        func quantile(_ share: Double) -> Double { sorted[Int((Double(sorted.count - 1) * share).rounded(.up))] }
        median = quantile(0.5)
        ninetieth = quantile(0.9)
        ninetyNinth = quantile(0.99)
        maximum = last
    }
}
