import ArgumentParser

/// How the process ends after an error: what is said, where, and with which code.
struct Ending {
    private let code: Int32
    private let message: String
    /// The gateway's problem document, for those who asked for JSON.
    private var document: [UInt8]?

    /// Reads any error a command may throw.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure:
            code = failure.code.rawValue
            message = failure.lines.joined(separator: "\n")
        case let failure as RequestFailure:
            code = failure.code.rawValue
            message = failure.lines.joined(separator: "\n")
            if case .problem(let problem) = failure.cause, failure.wantsDocument { document = problem.document }
        default:
            let exitCode = Farfield.exitCode(for: error)
            // Usage errors are 2 here, not sysexits' 64; anything unforeseen counts as a failure of the gateway.
            code =
                switch exitCode {
                case .success: ExitCodes.success.rawValue
                case .validationFailure: ExitCodes.invalid.rawValue
                case .failure where !(error is ExitCode): ExitCodes.gatewayFailure.rawValue
                default: exitCode.rawValue
                }
            message = Farfield.fullMessage(for: error)
        }
    }

    /// Says what there is to say and answers the exit code.
    func conclude(on console: Console) -> Int32 {
        // A message that cannot be written changes nothing about the end.
        if let document { try? console.write(document + [0x0a]) }
        guard !message.isEmpty else { return code }
        if code == 0 {
            try? console.line(message)
        } else {
            console.note(message)
        }
        return code
    }
}
