/// How two FITS files differ, unit by unit.
package struct FITSComparison: Sendable, Equatable {
    /// A header card that is not the same.
    package struct CardDifference: Sendable, Hashable {
        /// Its keyword.
        package let keyword: String
        /// The original's value; nil when the card is new.
        package let old: String?
        /// The new value; nil when the card is gone.
        package let new: String?
        /// New minus old, for numbers.
        package let delta: Double?
    }

    /// One header and data unit.
    package struct Unit: Sendable, Equatable {
        /// Its place in the file, from 0.
        package let index: Int
        /// Its `EXTNAME`, or nothing.
        package let name: String
        /// Header cards that differ.
        package internal(set) var cardCount = 0
        /// The first of them.
        package internal(set) var cards: [CardDifference] = []
        /// What differs in its image.
        package internal(set) var image: ImageComparison?
        /// What differs in its table.
        package internal(set) var table: TableComparison?
        /// What else differs, or could not be compared.
        package internal(set) var note: String?

        /// Whether nothing differs by more than is declared.
        package var isEquivalent: Bool {
            cardCount == 0 && image?.isEquivalent ?? true && table?.isEquivalent ?? true && note == nil
        }
    }

    /// Units of the original.
    package let oldUnits: Int
    /// Units of the new file.
    package let newUnits: Int
    /// The units of both.
    package let units: [Unit]

    /// Whether nothing differs by more than is declared.
    package var isEquivalent: Bool { oldUnits == newUnits && units.allSatisfy(\.isEquivalent) }
}

/// How the pixels of two images differ.
package struct ImageComparison: Sendable, Equatable {
    /// One pixel beyond its tolerance.
    package struct Pixel: Sendable, Hashable {
        /// Its place from 1, fastest axis first, as FITS counts.
        package let place: [Int]
        /// The original's value.
        package let old: Double
        /// The new value.
        package let new: Double
    }

    /// Lengths of the axes, fastest first.
    package let oldShape: [Int]
    /// Lengths of the new axes.
    package let newShape: [Int]
    /// Pixels compared; none when the shapes differ.
    package internal(set) var compared = 0
    /// Pixels that differ by more than the tolerance.
    package internal(set) var differing = 0
    /// Pixels that differ within it.
    package internal(set) var within = 0
    /// Pixels with a number on one side only.
    package internal(set) var nanMismatches = 0
    /// The root of the mean square of the differences.
    package internal(set) var rootMeanSquare = 0.0
    /// Sizes of the differences that are not zero; of a million of them at most.
    package internal(set) var differences: Quantiles?
    /// The pixel with the largest difference.
    package internal(set) var worst: Pixel?
    /// The first pixels beyond the tolerance.
    package internal(set) var pixels: [Pixel] = []

    /// Whether nothing differs by more than is declared.
    package var isEquivalent: Bool { oldShape == newShape && differing == 0 }
}
