/// Pictures of differences, where people would rather look.
package enum DifferencePicture {
    /// A chart of the sky: what became of each row of a matched catalogue.
    ///
    /// - Parameter comparison: two tables compared.
    /// - Returns: SVG; nil when rows have no positions.
    package static func sky(_ comparison: TableComparison) -> String? { SkyPicture(comparison).svg() }

    /// A map of the differences of two images: blue is less, red is more, black a number on one side only.
    ///
    /// - Parameters:
    ///   - old: the original.
    ///   - new: the other image.
    /// - Returns: a PNG file; nil when the shapes differ or there are no pixels.
    package static func image(_ old: FITSImage, _ new: FITSImage) -> [UInt8]? { DifferenceMap(old, new)?.png() }

    /// A map of the differences of one unit of two FITS files.
    ///
    /// - Parameters:
    ///   - old: the original file.
    ///   - new: the other file.
    ///   - unit: the place of the unit, from 0; nil for the first with an image.
    ///   - limits: the most that is read.
    /// - Returns: a PNG file; nil when there is no such image in both.
    /// - Throws: ``ReadingError``.
    package static func fits(_ old: [UInt8], _ new: [UInt8], unit: Int? = nil, limits: ComparisonLimits)
        throws(ReadingError) -> [UInt8]?
    {
        let (first, second) = (try FITSFile(old, limits: limits).units, try FITSFile(new, limits: limits).units)
        let place = unit ?? first.firstIndex { if case .image = $0.content { true } else { false } } ?? -1
        guard first.indices.contains(place), second.indices.contains(place),
            case .image(let before) = first[place].content, case .image(let after) = second[place].content
        else { return nil }
        return image(before, after)
    }
}
