/// Portable Network Graphics (W3C, ISO/IEC 15948) with a palette.
enum PNG {
    /// The file.
    ///
    /// - Parameters:
    ///   - width: pixels in a row.
    ///   - palette: red, green and blue of up to 256 colours.
    ///   - pixels: the number of a colour for each pixel, row by row from the top.
    /// - Returns: the bytes of the file.
    static func file(width: Int, palette: [SIMD3<UInt8>], pixels: [UInt8]) -> [UInt8] {
        let height = pixels.count / max(1, width)
        var rows: [UInt8] = []
        rows.reserveCapacity(pixels.count + height)
        for row in 0..<height {
            // No filter: colours are numbers, not brightness.
            rows.append(0)
            rows += pixels[row * width..<(row + 1) * width]
        }
        let header = Deflate.bigEndian(UInt32(width)) + Deflate.bigEndian(UInt32(height)) + [8, 3, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", header)
            + chunk("PLTE", palette.flatMap { [$0.x, $0.y, $0.z] }) + chunk("IDAT", Deflate.zlib(rows))
            + chunk("IEND", [])
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return Deflate.bigEndian(UInt32(data.count)) + body + Deflate.bigEndian(crc32(body))
    }

    private static let table: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    /// PNG specification, annex D.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        let table = table
        return ~bytes.reduce(0xFFFF_FFFF) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
    }
}
