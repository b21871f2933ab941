import CurlClient

/// A request that did not give what was asked for.
struct RequestFailure: Error {
    /// What happened.
    enum Cause: Sendable {
        /// No complete response came.
        case transport(HTTPClientError, url: String)
        /// The gateway refused.
        case problem(Problem)
        /// The response is not what the contract says.
        case unreadable(String)
    }

    /// What happened.
    let cause: Cause
    /// What it was about, such as a file's name.
    var subject: String?
    /// What the person may do, beyond what the cause tells.
    var hint: String?
    /// Whether the problem document is wanted on standard output.
    var wantsDocument = false

    init(_ cause: Cause) {
        self.cause = cause
    }

    /// The exit code.
    var code: ExitCodes {
        switch cause {
        case .transport(.invalidRequest, _): .invalid
        case .transport(.tooLarge, _), .unreadable: .gatewayFailure
        case .transport: .unreachable
        case .problem(let problem): ExitCodes(problem)
        }
    }

    /// Whether the same request may succeed later.
    var isTransient: Bool {
        switch cause {
        case .transport(let error, _): error.isTransient
        case .problem(let problem): problem.status >= 500 || problem.status == 429
        case .unreadable: false
        }
    }

    /// What happened, in one line.
    var summary: String {
        switch cause {
        case .transport(let error, _): error.description
        case .problem(let problem): printable(problem.title)
        case .unreadable(let text): "the gateway's answer could not be read: \(text)"
        }
    }

    /// All there is to say to a person.
    var lines: [String] {
        var lines = ["farfield: " + (subject.map { "\(printable($0)): " } ?? "") + summary]
        switch cause {
        case .transport(let error, let url): lines += Self.advice(error, url)
        case .problem(let problem):
            if let detail = problem.detail { lines.append("  " + printable(detail)) }
            lines += problem.faults.map(Self.line)
            if let requestID = problem.requestID { lines.append("  request id: \(printable(requestID))") }
        case .unreadable: break
        }
        if let hint { lines.append("  " + hint) }
        return lines
    }

    private static func line(_ fault: Problem.Fault) -> String {
        let path = fault.path.flatMap { $0.isEmpty ? nil : "\($0): " } ?? ""
        let expected = fault.expected.map { " (expected \($0))" } ?? ""
        return "  " + printable(path + fault.message + expected)
    }

    private static func advice(_ error: HTTPClientError, _ url: String) -> [String] {
        switch error {
        case .refused, .hostNotFound, .timedOut:
            [
                "  tried \(url)",
                "  Is the gateway running? Start one with: farfield serve",
                "  Another address: --url or FARFIELD_URL",
            ]
        case .invalidRequest, .forbiddenAddress, .tls, .tooLarge, .sourceFailed, .aborted, .cancelled, .clientClosed,
            .failed:
            ["  tried \(url)"]
        }
    }
}
