package import Documents
internal import Gateway

/// What is decided about an analysis after it was published.
package struct Decision: Sendable, Hashable {
    /// The kinds of decisions.
    package enum Kind: String, Sendable, CaseIterable {
        /// Something is doubted.
        case concern
        /// It is withdrawn.
        case retract
        /// A doubt or a withdrawal is taken back.
        case reinstate

        var event: LogEntry.Event {
            switch self {
            case .concern: .concern
            case .retract: .retracted
            case .reinstate: .reinstated
            }
        }
    }

    /// Words for why (after NISO RP-45-2024 and DataCite's practice).
    package static let codes = [
        "error-in-method", "error-in-code", "error-in-data", "input-withdrawn", "not-reproducible", "misconduct",
        "rights", "duplicate", "resolved", "other",
    ]

    /// What is decided.
    package let kind: Kind
    /// Why.
    package let reason: RecordStatus.Reason
    /// Address of a notice elsewhere.
    package let notice: String?

    /// Reads a decision.
    ///
    /// - Parameters:
    ///   - kind: what is decided.
    ///   - document: `code`, `reason` and perhaps `notice`.
    /// - Throws: `GatewayError` of kind `invalidPublication` with every fault found.
    package init(_ kind: Kind, _ document: Document) throws {
        let collector = FaultCollector(lines: document.lines)
        let object = Field(document.value, collector: collector).object(known: ["code", "reason", "notice"])
        let expected = "one of " + Self.codes.joined(separator: ", ")
        let code = object?.required("code", expected: expected)
        let word = code?.string(expected: expected) ?? ""
        if let code, !Self.codes.contains(word) { code.fault("'\(word.prefix(40))' is no code", expected: expected) }
        let text = object?.required("reason", expected: "why, in words for readers")
            .flatMap { PublicationRequest.text($0, most: 2000) }
        notice = object?["notice"].flatMap { field in
            guard let text = field.string(expected: "an address") else { return nil }
            if text.utf8.count <= 2000, text.wholeMatch(of: /https?:\/\/[!-~]+/) != nil { return text }
            field.fault("this is no address", expected: "an https address")
            return nil
        }
        if !collector.faults.isEmpty {
            throw GatewayError(.invalidPublication, "It cannot be decided like this.", faults: collector.faults)
        }
        self.kind = kind
        reason = RecordStatus.Reason(code: word, text: text ?? "")
    }

    /// How an analysis stands after it.
    ///
    /// - Returns: nil when it does not fit how the analysis stands.
    func status(after status: RecordStatus, by person: String, at moment: Moment) -> RecordStatus? {
        var next = status
        switch (kind, status.kind) {
        case (.concern, .current), (.concern, .updated): next.kind = .concern
        case (.retract, .current), (.retract, .updated), (.retract, .concern): next.kind = .retracted
        case (.reinstate, .concern), (.reinstate, .retracted):
            next.kind = status.successor == nil ? .current : .updated
        case (.concern, .concern), (.concern, .retracted), (.retract, .retracted), (.reinstate, .current),
            (.reinstate, .updated):
            return nil
        }
        next.reason = reason
        next.decidedBy = person
        next.decidedAt = moment
        next.notice = notice
        return next
    }
}
