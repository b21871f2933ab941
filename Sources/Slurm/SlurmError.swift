/// What this module refuses or cannot read.
package enum SlurmError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A value that Slurm would not take, or that could break out of its place; the same value fails again.
    case invalidValue(field: String, reason: String)
    /// A batch script template that cannot be used, and why.
    case invalidTemplate(name: String, reason: String)
    /// The remote side gave no complete answer; what it did is not known. Asking again can help.
    case unreadableAnswer(command: String, exitStatus: Int32?, excerpt: String)

    /// Whether the same request can succeed later.
    package var isRetriable: Bool {
        switch self {
        case .invalidValue, .invalidTemplate: false
        case .unreadableAnswer: true
        }
    }

    package var description: String {
        switch self {
        case .invalidValue(let field, let reason):
            return "\(field): \(reason)"
        case .invalidTemplate(let name, let reason):
            return "template \(name): \(reason)"
        case .unreadableAnswer(let command, let exitStatus, let excerpt):
            let status = exitStatus.map { "exit status \($0)" } ?? "no exit status"
            return "\(command): no complete answer from the site (\(status)): \(excerpt)"
        }
    }
}
