/// Why a text is not a document at all.
package enum DocumentError: Error, Sendable, Equatable {
    /// The text is not JSON or YAML; `line` counts from 1.
    case syntax(message: String, line: Int?)
    /// More values than the limit, as when YAML aliases multiply.
    case tooManyValues(limit: Int)
}

extension DocumentError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .syntax(let message, let line?): "line \(line): \(message)"
        case .syntax(let message, nil): message
        case .tooManyValues(let limit): "the document holds more than \(limit) values"
        }
    }
}
