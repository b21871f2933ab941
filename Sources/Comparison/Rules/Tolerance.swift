/// How far a number may be from the original and still count as the same: `|a − b| ≤ absolute + relative · |a|`.
package struct Tolerance: Sendable, Hashable {
    /// In the unit of the original's value.
    package let absolute: Double
    /// As a share of the original's value.
    package let relative: Double

    /// No difference at all.
    package static let exact = Tolerance(absolute: 0, relative: 0)

    /// A tolerance.
    ///
    /// - Parameters:
    ///   - absolute: in the unit of the original's value.
    ///   - relative: as a share of the original's value.
    package init(absolute: Double = 0, relative: Double = 0) {
        self.absolute = absolute
        self.relative = relative
    }

    /// Whether a number is near enough to the original.
    ///
    /// - Parameters:
    ///   - new: the number.
    ///   - old: the original.
    ///   - nanEqual: whether two values that are not numbers are the same.
    /// - Returns: true for equal numbers, infinite ones included.
    package func allows(_ new: Double, for old: Double, nanEqual: Bool) -> Bool {
        if old.isNaN || new.isNaN { return nanEqual && old.isNaN && new.isNaN }
        if old == new { return true }
        guard old.isFinite, new.isFinite else { return false }
        return abs(old - new) <= absolute + relative * abs(old)
    }
}
