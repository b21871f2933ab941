/// How one file differs from the original.
package struct FileComparison: Sendable, Equatable {
    /// The part that depends on the kind of file.
    package enum Detail: Sendable, Equatable {
        /// Nothing more to tell.
        case none
        /// Tables, in the order of the file; most files have one.
        case tables([TableComparison])
        /// A JSON document.
        case json(JSONComparison)
        /// Lines of text.
        case text(TextComparison)
        /// Header and data units of a FITS file.
        case fits(FITSComparison)
    }

    /// Its path below the folder of results.
    package let path: String
    /// How it was compared.
    package let kind: FileKind
    /// What was found.
    package let verdict: Verdict
    /// The result in one sentence for a person.
    package let sentence: String
    /// What differs, value by value, limited in number.
    package let detail: Detail

    /// A result.
    ///
    /// - Parameters:
    ///   - path: its path below the folder of results.
    ///   - kind: how it was compared.
    ///   - verdict: what was found.
    ///   - sentence: the result in one sentence.
    ///   - detail: what differs.
    package init(path: String, kind: FileKind, verdict: Verdict, sentence: String, detail: Detail = .none) {
        self.path = path
        self.kind = kind
        self.verdict = verdict
        self.sentence = sentence
        self.detail = detail
    }
}
