internal import CoreMetrics

/// The back end of swift-metrics: hands every metric to ``GatewayMetrics``.
struct PrometheusFactory: MetricsFactory {
    let metrics: GatewayMetrics

    private func handler(_ label: String, _ dimensions: [(String, String)]) -> PrometheusHandler {
        let key = GatewayMetrics.Key(
            name: MetricsPage.name(label),
            labels: dimensions.map(\.0),
            values: dimensions.map(\.1)
        )
        return PrometheusHandler(metrics: metrics, key: key)
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { handler(label, dimensions) }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        handler(label, dimensions)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { handler(label, dimensions) }

    func destroyCounter(_ handler: any CounterHandler) {}

    func destroyRecorder(_ handler: any RecorderHandler) {}

    func destroyTimer(_ handler: any TimerHandler) {}
}

/// One metric.
final class PrometheusHandler: CounterHandler, RecorderHandler, TimerHandler {
    private let metrics: GatewayMetrics
    private let key: GatewayMetrics.Key

    init(metrics: GatewayMetrics, key: GatewayMetrics.Key) {
        self.metrics = metrics
        self.key = key
    }

    /// An empty histogram with the buckets of this metric.
    private var fresh: Histogram {
        let bounds = MetricCatalog.entry(key.name)?.bounds ?? []
        return bounds.isEmpty ? Histogram() : Histogram(bounds: bounds)
    }

    func increment(by amount: Int64) {
        metrics.change(key) { kept in
            if case .counter(let count) = kept { .counter(count + Double(amount)) } else { .counter(Double(amount)) }
        }
    }

    func reset() { metrics.change(key) { _ in .counter(0) } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) { metrics.change(key) { _ in .gauge(value) } }

    func recordNanoseconds(_ duration: Int64) {
        metrics.change(key) { kept in
            var histogram = if case .histogram(let histogram) = kept { histogram } else { self.fresh }
            histogram.add(Double(duration) / 1e9)
            return .histogram(histogram)
        }
    }
}
