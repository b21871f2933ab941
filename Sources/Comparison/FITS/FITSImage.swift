/// An array of pixels with their physical values: BZERO + BSCALE × stored (FITS 4.0 §4.4.2.5).
package struct FITSImage: Sendable, Equatable {
    /// Lengths of the axes, fastest first.
    package let shape: [Int]
    /// The values, fastest axis first; pixels that are BLANK are not numbers.
    package let values: [Double]
    /// The stored numbers of 64 bits, which real numbers cannot hold exactly; empty for other types.
    let exact: [Int64]

    /// An image that does not come from a file.
    ///
    /// - Parameters:
    ///   - shape: lengths of the axes, fastest first.
    ///   - values: as many as the product of the lengths.
    package init(shape: [Int], values: [Double]) {
        self.shape = shape
        self.values = values
        exact = []
    }

    init(_ header: FITSHeader, _ bytes: [UInt8], _ range: Range<Int>, limits: ComparisonLimits) throws(ReadingError) {
        let bits = header.integer("BITPIX") ?? 8
        shape = try FITSFile.axes(header)
        // The size of the data was checked: the product fits.
        let count = shape.reduce(1, *)
        guard count <= limits.values else { throw .tooLarge(what: "pixels", limit: limits.values) }
        let (scale, zero) = (header["BSCALE"]?.number ?? 1, header["BZERO"]?.number ?? 0)
        let blank = bits > 0 ? header.integer("BLANK").map(Int64.init) : nil
        var reader = BigEndian(bytes, from: range.lowerBound, to: range.upperBound)
        var values: [Double] = []
        var exact: [Int64] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            if bits < 0 {
                values.append(zero + scale * (reader.real(-bits / 8) ?? .nan))
                continue
            }
            let stored = (bits == 8 ? reader.unsigned(1).map(Int64.init) : reader.signed(bits / 8)) ?? 0
            if bits == 64 { exact.append(stored) }
            values.append(stored == blank ? .nan : zero + scale * Double(stored))
        }
        self.values = values
        self.exact = exact
    }
}
