/// Portable Network Graphics (W3C, third edition) with a palette of 256 colours.
enum PNG {
    /// The file; its pixels are not compressed, for noise would not be anyway.
    ///
    /// - Parameters:
    ///   - width: pixels in a row.
    ///   - palette: red, green and blue of up to 256 colours.
    ///   - pixels: the number of a colour for each, row by row from the top.
    ///   - title: Latin-1 text that names the picture.
    /// - Returns: the bytes of the file.
    static func file(width: Int, palette: [SIMD3<UInt8>], pixels: [UInt8], title: String) -> [UInt8] {
        let height = pixels.count / max(1, width)
        var rows: [UInt8] = []
        rows.reserveCapacity(pixels.count + height)
        for row in 0..<height {
            // No filter: colours are numbers, not brightness.
            rows.append(0)
            rows += pixels[row * width..<(row + 1) * width]
        }
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += chunk("IHDR", bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 3, 0, 0, 0])
        file += chunk("tEXt", Array("Title".utf8) + [0] + Array(FITSHeader.ascii(title).utf8))
        file += chunk("PLTE", palette.flatMap { [$0.x, $0.y, $0.z] })
        file += chunk("IDAT", zlib(rows))
        file += chunk("IEND", [])
        return file
    }

    private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(type.utf8) + data
        return bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
    }

    /// RFC 1950 around stored blocks (RFC 1951 §3.2.4), of at most 65,535 bytes each.
    private static func zlib(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        result.reserveCapacity(bytes.count + bytes.count / 65_535 * 5 + 16)
        var start = 0
        repeat {
            let end = min(bytes.count, start + 65_535)
            let (low, high) = (UInt8((end - start) & 0xFF), UInt8((end - start) >> 8))
            result += [end == bytes.count ? 1 : 0, low, high, ~low, ~high]
            result += bytes[start..<end]
            start = end
        } while start < bytes.count
        return result + bigEndian(adler32(bytes))
    }

    /// RFC 1950 §8.2; 5,552 bytes never overflow 32 bits.
    private static func adler32(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + 5552)
            for index in start..<end {
                low &+= UInt32(bytes[index])
                high &+= low
            }
            (low, high) = (low % 65_521, high % 65_521)
            start = end
        }
        return high << 16 | low
    }

    private static let table: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
    }

    /// PNG specification, annex D.
    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        let table = table
        var value: UInt32 = 0xFFFF_FFFF
        for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ (value >> 8) }
        return ~value
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }
}
