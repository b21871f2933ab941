/// How far a transfer is, as a bar.
enum TransferBar {
    private static let width = 20

    /// `[=========>          ] 480.0 MiB of 1.0 GiB  120.0 MiB/s  4s left`.
    static func text(_ transfer: Wire.Transfer) -> String? {
        guard let bytes = transfer.bytes else { return nil }
        let rate = transfer.bytesPerSecond.map { ByteCount.text($0) + "/s" }
        guard let total = transfer.totalBytes, total > 0 else {
            return [ByteCount.text(bytes), rate].compactMap(\.self).joined(separator: "  ")
        }
        let done = max(0, min(width, bytes * width / total))
        let head = done < width ? ">" : ""
        let bar = String(repeating: "=", count: done) + head + String(repeating: " ", count: width - done - head.count)
        let left = transfer.remainingSeconds.map { Moment.elapsed($0) + " left" }
        let amount = "\(ByteCount.text(bytes)) of \(ByteCount.text(total))"
        return (["[\(bar)] \(amount)", rate, left].compactMap(\.self)).joined(separator: "  ")
    }
}
