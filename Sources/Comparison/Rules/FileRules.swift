/// What counts as the same in one kind of file.
///
/// As it stands, nothing but the same values.
package struct FileRules: Sendable, Hashable {
    /// What kind of file it is; nil to tell by its name and first bytes.
    package var kind: FileKind?
    /// For real numbers without a tolerance of their own.
    ///
    /// Whole numbers and texts are compared exactly.
    package var tolerance = Tolerance.exact
    /// By column, header card or `EXTNAME` of an image; these hold for whole numbers too.
    package var columnTolerances: [String: Tolerance] = [:]
    /// By JSON Pointer (RFC 6901); `*` stands for any one token.
    package var pointerTolerances: [String: Tolerance] = [:]
    /// How far apart two rows may be to be the same object, in arc seconds.
    package var matchRadius = 1.0
    /// How far apart the same object may be and not count as moved, in arc seconds.
    package var positionTolerance = 0.0
    /// The columns of right ascension and declination; empty to tell by their descriptors and names.
    package var positionColumns: [String] = []
    /// Columns whose values together name a row; they come before positions.
    package var keyColumns: [String] = []
    /// Columns, header cards, JSON Pointers or lines (as patterns) that do not count.
    package var ignored: [String] = []
    /// Whether two values that are not numbers are the same.
    package var nanEqual = false
    /// By column: rows whose value crosses it are told one by one.
    package var thresholds: [String: Double] = [:]
    /// JSON Pointer to the list that is the table, in a JSON file.
    package var rowsAt: String?
    /// What one row is, in the plural, for the sentence.
    package var rowNoun = "rows"

    /// The exact comparison.
    package init() {}

    func tolerance(column: String) -> Tolerance? { columnTolerances[column] ?? columnTolerances[column.lowercased()] }

    func ignores(_ name: String) -> Bool {
        ignored.contains { $0 == name || ($0.contains { $0 == "*" || $0 == "?" } && Glob($0).covers(name)) }
    }
}

/// What kind of file it is, and so how it is compared.
package enum FileKind: String, Sendable, Hashable, CaseIterable {
    /// Comma or tab separated values (RFC 4180).
    case csv
    /// Enhanced Character Separated Values 1.0 (Astropy Proposal for Enhancement 6).
    case ecsv
    /// VOTable 1.4 (IVOA).
    case votable
    /// FITS 4.0 (IAU FITS Working Group).
    case fits
    /// JSON (RFC 8259).
    case json
    /// Lines of text in UTF-8.
    case text
    /// Anything else: compared by digest only.
    case binary
}
