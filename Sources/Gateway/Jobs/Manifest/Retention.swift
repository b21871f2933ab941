package import Documents

/// How long something is kept.
package enum Retention: Sendable, Hashable {
    /// So many seconds after the job's end.
    case seconds(Int)
    /// Until somebody removes it.
    case forever

    private static let forms = "a duration such as 90d, 12h or 30m, or forever"

    /// Reads a duration, or `forever`.
    ///
    /// - Parameter field: where it stands.
    /// - Returns: nil after noting a fault.
    package static func read(_ field: Field) -> Retention? {
        guard let text = field.string(expected: forms) else { return nil }
        if text == "forever" { return .forever }
        guard let seconds = Quantity.seconds(text), seconds <= 100 * 365 * 86400 else {
            field.fault("\(ManifestWords.quoted(text)) is no duration", expected: forms)
            return nil
        }
        return .seconds(seconds)
    }

    /// The written form.
    package var text: String {
        switch self {
        case .forever: "forever"
        case .seconds(let seconds) where seconds % 86400 == 0 && seconds > 0: "\(seconds / 86400)d"
        case .seconds(let seconds): "\(seconds)s"
        }
    }

    /// When it ends; nil for never.
    func end(after moment: Timestamp) -> Timestamp? {
        switch self {
        case .forever: nil
        case .seconds(let seconds): moment + .seconds(seconds)
        }
    }
}
