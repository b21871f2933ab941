internal import CoreMetrics
internal import Gateway

/// What is counted of requests; labels hold the route's pattern, never a path.
enum RequestMetrics {
    private static let methods: Set<String> = ["GET", "HEAD", "POST", "DELETE", "PUT", "PATCH", "OPTIONS"]

    static func record(method: String, route: String, status: Int, _ duration: Duration) {
        let labels = [("method", methods.contains(method) ? method : "other"), ("route", route)]
        Counter(label: "http_requests_total", dimensions: labels + [("status", String(status))]).increment()
        Timer(label: "http_request_duration_seconds", dimensions: labels).recordNanoseconds(
            duration.microseconds * 1000
        )
    }
}
