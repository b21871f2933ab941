import Synchronization

/// Buffers that a consumer is through with, to be filled again.
///
/// A new one for every piece would be given back to the system at once, which clears each page of the next: that takes
/// as long as decrypting it. Who has kept the bytes of a spare one loses nothing: it is then a copy that is filled.
final class SpareBuffers: Sendable {
    private let size: Int
    private let count: Int
    private let buffers = Mutex<[[UInt8]]>([])

    /// Keeps up to `count` buffers of at least `size` bytes.
    init(size: Int, count: Int) {
        self.size = size
        self.count = count
    }

    /// An empty buffer with room.
    func take() -> [UInt8] {
        if var buffer = buffers.withLock({ $0.popLast() }) {
            buffer.removeAll(keepingCapacity: true)
            return buffer
        }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(size)
        return buffer
    }

    /// Takes a buffer back, when it is one of ours.
    func put(_ buffer: consuming [UInt8]) {
        guard buffer.capacity >= size else { return }
        let spare = buffer
        buffers.withLock { if $0.count < count { $0.append(spare) } }
    }
}
