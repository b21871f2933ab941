/// The name of an approval: `apr_` and 26 characters that sort by time of birth.
package struct ApprovalID: Sendable, Hashable, CustomStringConvertible {
    /// The whole text, prefix included.
    package let text: String

    package var description: String { text }

    /// A new name.
    init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = "apr_" + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix("apr_"), SortableID.isValid(text.dropFirst(4)) else { return nil }
        self.text = text
    }
}

/// The name of a standing approval: `sta_` and 26 characters that sort by time of birth.
package struct StandingApprovalID: Sendable, Hashable, CustomStringConvertible {
    /// The whole text, prefix included.
    package let text: String

    package var description: String { text }

    /// A new name.
    init(at now: Timestamp, random: inout some RandomNumberGenerator) {
        text = "sta_" + SortableID.make(at: now, random: &random)
    }

    /// Reads a name; nil when it is none.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        guard text.hasPrefix("sta_"), SortableID.isValid(text.dropFirst(4)) else { return nil }
        self.text = text
    }
}
