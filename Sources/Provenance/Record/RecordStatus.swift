/// How a published analysis stands today.
package struct RecordStatus: Sendable, Hashable {
    /// The ways an analysis can stand.
    package enum Kind: String, Sendable, CaseIterable {
        /// Nothing came after it.
        case current
        /// A newer version exists.
        case updated
        /// Somebody doubts it, and it is looked into (NISO RP-45-2024, expression of concern).
        case concern
        /// It must not be used any more.
        case retracted
    }

    /// How it stands.
    package var kind: Kind
    /// Why, as a word from a list and as a text; nil for ``Kind/current``.
    package var reason: Reason?
    /// Who decided.
    package var decidedBy: String?
    /// When it was decided.
    package var decidedAt: Moment?
    /// Address of the notice.
    package var notice: String?
    /// The analysis that replaces it.
    package var successor: RecordID?

    /// A reason.
    package struct Reason: Sendable, Hashable {
        /// A word from the gateway's list, such as `input-withdrawn`.
        package var code: String
        /// In words for a person.
        package var text: String

        /// A reason.
        package init(code: String, text: String) {
            self.code = code
            self.text = text
        }
    }

    /// A status.
    package init(
        _ kind: Kind,
        reason: Reason? = nil,
        decidedBy: String? = nil,
        decidedAt: Moment? = nil,
        notice: String? = nil,
        successor: RecordID? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.decidedBy = decidedBy
        self.decidedAt = decidedAt
        self.notice = notice
        self.successor = successor
    }

    /// The status of an analysis after which nothing came.
    package static let current = RecordStatus(.current)

    /// What stands before the title: nothing, or the word in capitals as journals print it.
    package var titlePrefix: String {
        switch kind {
        case .current: ""
        case .updated: "UPDATED: "
        case .concern: "EXPRESSION OF CONCERN: "
        case .retracted: "RETRACTED: "
        }
    }
}

/// One version in the history of an analysis.
package struct AnalysisVersion: Sendable, Hashable {
    /// Its record.
    package var id: RecordID
    /// Its version.
    package var version: String
    /// When it was published.
    package var publishedAt: Moment
    /// How it stands.
    package var status: RecordStatus.Kind

    /// A version.
    package init(id: RecordID, version: String, publishedAt: Moment, status: RecordStatus.Kind) {
        self.id = id
        self.version = version
        self.publishedAt = publishedAt
        self.status = status
    }
}
