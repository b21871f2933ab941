/// Finds what of a piece is worth writing: long runs of zeros are left out, and become holes.
enum ZeroRuns {
    /// A run shorter than this is written: a request costs more than its bytes.
    static let block = 64 << 10

    /// The runs that are not all zeros, with their places in the file; blocks are counted from the piece's own begin.
    static func dense(_ bytes: [UInt8], at offset: UInt64) -> [(offset: UInt64, bytes: [UInt8])] {
        guard bytes.count >= block else { return [(offset, bytes)] }
        let zeros = stride(from: 0, to: bytes.count, by: block).map { start in
            let end = min(start + block, bytes.count)
            return end - start == block && isZero(bytes[start..<end])
        }
        guard zeros.contains(true) else { return [(offset, bytes)] }
        var runs: [(offset: UInt64, bytes: [UInt8])] = []
        var index = 0
        while index < zeros.count {
            let first = index
            while index < zeros.count, !zeros[index] { index += 1 }
            if index > first {
                let run = bytes[(first * block)..<min(index * block, bytes.count)]
                runs.append((offset + UInt64(first * block), Array(run)))
            } else {
                index += 1
            }
        }
        return runs
    }

    private static func isZero(_ bytes: ArraySlice<UInt8>) -> Bool {
        // Nearly every block is told by its first bytes; for the others eight at a time.
        guard bytes.prefix(16).allSatisfy({ $0 == 0 }) else { return false }
        return unsafe bytes.withUnsafeBytes { bytes in
            // Safe: within the slice, and loaded without a claim about alignment.
            for place in stride(from: 0, to: bytes.count - 7, by: 8)
            where unsafe bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self) != 0 {
                return false
            }
            return unsafe bytes.suffix(bytes.count % 8).allSatisfy { $0 == 0 }
        }
    }
}
