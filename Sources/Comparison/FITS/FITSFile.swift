package import Attestation

/// A FITS file (FITS 4.0): its header and data units.
package struct FITSFile: Sendable, Equatable {
    /// What a data unit holds.
    package enum Content: Sendable, Equatable {
        /// Nothing.
        case none
        /// An array of pixels.
        case image(FITSImage)
        /// A table, binary or of text.
        case table(Table)
        /// Something else, by its digest.
        case other(SHA256Digest)
    }

    /// One header and data unit.
    package struct Unit: Sendable, Equatable {
        /// The header.
        package let header: FITSHeader
        /// The data.
        package let content: Content

        /// Its `EXTNAME`, or nothing.
        package var name: String { header.text("EXTNAME") ?? "" }
    }

    /// The units, in order; the first is the primary one.
    package let units: [Unit]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - limits: the most that is read.
    /// - Throws: ``ReadingError``.
    package init(_ bytes: [UInt8], limits: ComparisonLimits) throws(ReadingError) {
        guard bytes.starts(with: Array("SIMPLE  =".utf8)) else {
            throw .malformed(kind: "FITS", message: "it does not begin with SIMPLE")
        }
        var position = 0
        var units: [Unit] = []
        while position < bytes.count {
            // Whatever follows the last unit is no unit (FITS 4.0 §3.5, special records).
            if position > 0, !bytes[position...].starts(with: Array("XTENSION".utf8)) { break }
            guard units.count < 10_000 else { throw .tooLarge(what: "units", limit: 10_000) }
            let header = try FITSHeader(bytes, at: &position)
            let size = try Self.dataSize(header)
            guard size <= bytes.count - position else {
                throw .malformed(kind: "FITS", message: "unit \(units.count) is cut short")
            }
            let content = try Self.content(header, bytes, position..<position + size, limits: limits)
            units.append(Unit(header: header, content: content))
            position = min(bytes.count, position + (size + 2879) / 2880 * 2880)
        }
        self.units = units
    }

    /// Lengths of the axes, fastest first.
    static func axes(_ header: FITSHeader) throws(ReadingError) -> [Int] {
        guard let count = header.integer("NAXIS"), (0...999).contains(count) else {
            throw .malformed(kind: "FITS", message: "NAXIS is missing or wrong")
        }
        var lengths: [Int] = []
        for axis in 0..<count {
            guard let length = header.integer("NAXIS\(axis + 1)"), length >= 0 else {
                throw .malformed(kind: "FITS", message: "NAXIS\(axis + 1) is missing or wrong")
            }
            lengths.append(length)
        }
        return lengths
    }

    /// Bytes of the data (FITS 4.0 §4.4.1.2): |BITPIX| / 8 × GCOUNT × (PCOUNT + product of the axes).
    private static func dataSize(_ header: FITSHeader) throws(ReadingError) -> Int {
        guard let bits = header.integer("BITPIX"), [8, 16, 32, 64, -32, -64].contains(bits) else {
            throw .malformed(kind: "FITS", message: "BITPIX is missing or wrong")
        }
        let axes = try axes(header)
        if axes.isEmpty { return 0 }
        let isExtension = header["XTENSION"] != nil
        let (groups, parameters) =
            isExtension ? (header.integer("GCOUNT") ?? 1, header.integer("PCOUNT") ?? 0) : (1, 0)
        var (size, overflows) = axes.reduce((1, false)) { partial, length in
            let (product, overflow) = partial.0.multipliedReportingOverflow(by: length)
            return (product, partial.1 || overflow)
        }
        func step(_ result: (partialValue: Int, overflow: Bool)) {
            size = result.partialValue
            overflows = overflows || result.overflow
        }
        step(size.addingReportingOverflow(parameters))
        step(size.multipliedReportingOverflow(by: groups))
        step(size.multipliedReportingOverflow(by: abs(bits) / 8))
        guard !overflows, parameters >= 0, groups >= 0, size >= 0, size < 1 << 48 else {
            throw .malformed(kind: "FITS", message: "the size of its data is impossible")
        }
        return size
    }

    private static func content(_ header: FITSHeader, _ bytes: [UInt8], _ range: Range<Int>, limits: ComparisonLimits)
        throws(ReadingError) -> Content
    {
        if range.isEmpty, header.text("XTENSION")?.hasSuffix("TABLE") != true { return .none }
        switch header.text("XTENSION") {
        case nil where header["GROUPS"]?.value != "T", "IMAGE":
            return .image(try FITSImage(header, bytes, range, limits: limits))
        case "BINTABLE": return .table(try FITSTable.read(header, bytes, range, limits: limits))
        case "TABLE": return .table(try FITSTextTable.read(header, bytes, range, limits: limits))
        default: return .other(SHA256Digest(of: bytes[range]))
        }
    }
}
