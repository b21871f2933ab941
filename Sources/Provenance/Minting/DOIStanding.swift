internal import Documents

/// How the DOI of an analysis stands.
package struct DOIStanding: Sendable, Hashable {
    /// The states of a DOI.
    package enum State: String, Sendable, CaseIterable {
        /// It is named in the record, and the registry does not know it yet.
        case reserved
        /// The registry knows it, and leads to the analysis.
        case minted
        /// The registry refused; an operator must act.
        case failed
    }

    /// The DOI, such as `10.5072/3c1f…`.
    package let doi: String
    /// How it stands.
    package var state: State
    /// Why it is not minted, or why the newest metadata are not there; nil when all is well.
    package var reason: String?
    /// Whether the registry has ever taken it, so that it is changed and not made.
    var isKnown = false
    /// SHA-256 of the metadata that the registry took last.
    var sent: String?
    /// How often in a row the registry was away.
    var failures = 0

    /// A DOI that is to be minted.
    init(doi: String) {
        self.doi = doi
        state = .reserved
    }
}

/// What a registry answered (DataCite REST API, JSON:API).
enum RegistryAnswer: Sendable, Hashable {
    /// It has what was sent.
    case taken
    /// It has the DOI already: change it.
    case exists
    /// It does not have the DOI: make it.
    case unknown
    /// It is away, or asks to be left alone for so many seconds.
    case away(String, seconds: Int?)
    /// It does not want what was sent.
    case refused(String)

    /// The most characters of a registry's words that are kept.
    private static let excerpt = 300

    /// Reads an answer.
    ///
    /// - Parameters:
    ///   - status: of the HTTP answer.
    ///   - body: its bytes; `errors` of JSON:API say what is wrong.
    ///   - retryAfter: the field of that name.
    ///   - isNew: whether the DOI was to be made.
    init(status: Int, body: [UInt8], retryAfter: String?, isNew: Bool) {
        let words = Self.words(body)
        let reason = "HTTP \(status)" + (words.isEmpty ? "" : ": \(words)")
        switch status {
        case 200...299: self = .taken
        case 401, 403:
            self = .refused(
                "the registry does not take the account or its password, or not for this prefix (\(reason))"
            )
        case 404 where !isNew: self = .unknown
        case 408, 425, 429, 500...599:
            self = .away(reason, seconds: retryAfter.flatMap { Int($0) }.map { min(max($0, 0), 86_400) })
        case 422 where isNew && words.lowercased().contains("already been taken"): self = .exists
        default: self = .refused(reason)
        }
    }

    /// The titles of the errors, on one line.
    private static func words(_ body: [UInt8]) -> String {
        guard let errors = (try? JSONValue(json: body))?["errors"]?.arrayValue else { return "" }
        let titles = errors.prefix(10).compactMap { error -> String? in
            let source = error["source"]?.stringValue ?? error["source"]?["pointer"]?.stringValue
            let title = error["title"]?.stringValue ?? error["detail"]?.stringValue
            return title.map { (source.map { "\($0): " } ?? "") + $0 }
        }
        let scalars = titles.joined(separator: "; ").unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.value < 0x20 || scalar.value == 0x7f ? " " : scalar
        }
        return String(String(String.UnicodeScalarView(scalars)).prefix(excerpt))
    }
}

extension DOIStanding {
    /// A pure decision: how the DOI stands after an answer.
    ///
    /// - Parameters:
    ///   - answer: the registry's.
    ///   - metadata: digest of what was sent.
    /// - Returns: the standing, and the pause before the next request; nil when there is nothing more to do.
    func after(_ answer: RegistryAnswer, metadata: String) -> (DOIStanding, pause: Duration?) {
        var next = self
        next.failures = 0
        next.reason = nil
        switch answer {
        case .taken:
            (next.state, next.isKnown, next.sent) = (.minted, true, metadata)
            return (next, nil)
        case .exists:
            next.isKnown = true
            return (next, .zero)
        case .unknown:
            (next.isKnown, next.state, next.sent) = (false, .reserved, nil)
            return (next, .zero)
        case .away(let reason, let seconds):
            next.failures = failures + 1
            next.reason = reason
            return (next, max(.seconds(min(3600, 5 << min(failures, 10))), .seconds(seconds ?? 0)))
        case .refused(let reason):
            // What the registry has stays where it is; only the newest words are missing.
            if !isKnown || state != .minted { next.state = .failed }
            next.reason = reason
            return (next, nil)
        }
    }
}
