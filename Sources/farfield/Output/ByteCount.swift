/// A number of bytes as a person reads it, in powers of 1024.
enum ByteCount {
    /// `17 B`, `1.5 KiB`, `20.0 GiB`.
    static func text(_ count: Int) -> String {
        guard count >= 1024 else { return "\(count) B" }
        var value = Double(count)
        var unit = "B"
        for larger in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1024 {
            value /= 1024
            unit = larger
        }
        let tenths = Int((value * 10).rounded(.down))
        return "\(tenths / 10).\(tenths % 10) \(unit)"
    }
}
