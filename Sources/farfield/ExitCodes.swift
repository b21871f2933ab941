/// What the exit code of `farfield` tells a script.
enum ExitCodes: Int32, CaseIterable {
    case success = 0
    case jobNotCompleted = 1
    case invalid = 2
    case notAuthorised = 3
    case notFound = 4
    case conflict = 5
    case unreachable = 6
    case gatewayFailure = 7
    case notCompared = 8
    case interrupted = 130

    /// What it means, in a few words.
    var meaning: String {
        switch self {
        case .success: "all went well"
        case .jobNotCompleted: "a watched job failed, timed out or was cancelled; a check failed; results differ"
        case .invalid: "the command line, a file, a manifest or the configuration is wrong"
        case .notAuthorised: "no token, a wrong one, or one that may not do this"
        case .notFound: "there is no such job, site, template, webhook, artifact or file"
        case .conflict: "the job's state forbids it, or the idempotency key was used before"
        case .unreachable: "the gateway cannot be reached"
        case .gatewayFailure: "the gateway or a site failed"
        case .notCompared: "results could not be compared"
        case .interrupted: "interrupted with Ctrl-C"
        }
    }

    /// The code for a refused request.
    init(_ problem: Problem) {
        switch problem.slug {
        case "idempotency-key-reused", "idempotency-key-in-use": self = .conflict
        default:
            self =
                switch problem.status {
                case 401, 403: .notAuthorised
                case 404: .notFound
                case 409: .conflict
                case 429: .gatewayFailure
                case 400..<500: .invalid
                default: .gatewayFailure
                }
        }
    }

    /// The table for the help text.
    static var help: String {
        "Exit codes:\n"
            + allCases.map { code in
                let number = String(code.rawValue)
                return "  " + number + String(repeating: " ", count: 5 - number.count) + code.meaning
            }.joined(separator: "\n")
    }
}
