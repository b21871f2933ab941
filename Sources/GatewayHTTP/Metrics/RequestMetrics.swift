internal import CoreMetrics
internal import Gateway
internal import Synchronization

/// What is counted of requests; labels hold the route's pattern, never a path.
enum RequestMetrics {
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]
    private static let handled = Atomic<Int>(0)

    /// Requests that are being handled now; a stream counts until its answer begins.
    static var inFlight: Int { handled.load(ordering: .relaxed) }

    /// Counts a request as being handled while a body runs.
    static func handling<T>(_ body: () async throws -> T) async rethrows -> T {
        handled.add(1, ordering: .relaxed)
        defer { handled.subtract(1, ordering: .relaxed) }
        return try await body()
    }

    static func record(method: String, route: String, status: Int, _ duration: Duration) {
        let labels = [("method", methods.contains(method) ? method : "other"), ("route", route)]
        Counter(label: "http_requests_total", dimensions: labels + [("status", String(status))]).increment()
        Timer(label: "http_request_duration_seconds", dimensions: labels).recordNanoseconds(
            duration.microseconds * 1000
        )
    }
}
