internal import CoreMetrics
internal import Gateway
internal import Synchronization

/// Keeps what the gateway counts, and shows it in Prometheus' text format.
package final class GatewayMetrics: Sendable {
    /// A metric with its labels.
    struct Key: Hashable, Sendable {
        let name: String
        let labels: [String]
        let values: [String]
    }

    /// What is kept of a metric.
    enum Kept: Sendable {
        case counter(Double)
        case gauge(Double)
        case histogram(Histogram)
    }

    private let kept = Mutex<[Key: Kept]>([:])

    private init() {}

    /// Makes this the process's metrics; call it once, first.
    ///
    /// - Returns: what `/metrics` shows.
    package static func bootstrap() -> GatewayMetrics {
        let metrics = GatewayMetrics()
        MetricsSystem.bootstrap(PrometheusFactory(metrics: metrics))
        return metrics
    }

    func change(_ key: Key, _ body: @Sendable (Kept?) -> Kept) {
        kept.withLock { $0[key] = body($0[key]) }
    }

    /// The page as it stands.
    func page() -> MetricsPage {
        var page = MetricsPage()
        let all = kept.withLock { $0 }
        for (key, value) in all.sorted(by: {
            ($0.key.name, $0.key.values.joined()) < ($1.key.name, $1.key.values.joined())
        }) {
            let labels = Array(zip(key.labels, key.values))
            let help = MetricCatalog.entry(key.name)?.help ?? "Not described."
            switch value {
            case .counter(let count):
                page.declare(key.name, kind: "counter", help: help)
                page.sample(key.name, labels: labels, value: count)
            case .gauge(let level):
                page.declare(key.name, kind: "gauge", help: help)
                page.sample(key.name, labels: labels, value: level)
            case .histogram(let histogram):
                page.declare(key.name, kind: "histogram", help: help)
                histogram.write(key.name, labels, to: &page)
            }
        }
        return page
    }
}

/// Durations in buckets, in seconds.
struct Histogram: Sendable {
    private let bounds: [Double]
    private var counts: [Int]
    private var count = 0
    private var sum = 0.0

    /// An empty histogram.
    init(bounds: [Double] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60]) {
        self.bounds = bounds
        counts = [Int](repeating: 0, count: bounds.count)
    }

    mutating func add(_ seconds: Double) {
        count += 1
        sum += seconds
        for (index, bound) in bounds.enumerated() where seconds <= bound { counts[index] += 1 }
    }

    func write(_ name: String, _ labels: [(String, String)], to page: inout MetricsPage) {
        for (bound, count) in zip(bounds, counts) {
            page.sample("\(name)_bucket", labels: labels + [("le", String(bound))], value: Double(count))
        }
        page.sample("\(name)_bucket", labels: labels + [("le", "+Inf")], value: Double(count))
        page.sample("\(name)_sum", labels: labels, value: sum)
        page.sample("\(name)_count", labels: labels, value: Double(count))
    }
}
